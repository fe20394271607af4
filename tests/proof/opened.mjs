// What several specs of a Worker and Alipay's gateway begin with, and end with.

import { Admin } from "../stack/admin.mjs";
import { openBench } from "./bench.mjs";
import { openGateway } from "./gateway.mjs";

/** Answers `keep(one)`: what it is given is closed after the test, however that ends. `test` is the spec's. */
export function closedAfterEach(test) {
  const open = [];
  test.afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  return (one) => {
    open.push(one);
    return one;
  };
}

/** A Worker with the gateway that it asks, and the merchant's side of it; no order yet. */
export async function openAsking(keep, env) {
  const gateway = keep(await openGateway());
  const bench = keep(await openBench({ env: { GATEWAY_URL: gateway.url, ...env } }));
  return { bench, gateway, admin: new Admin({ origin: bench.origin, token: bench.secrets["admin.token"] }) };
}
