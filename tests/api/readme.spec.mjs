// The README's JavaScript examples, run as they stand there.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { notify, paidFields, signed } from "../stack/notification.mjs";
import { Gate } from "../stack/parts.mjs";
import { runningStack } from "../stack/running.mjs";
import { checkout, claims } from "../stack/tokens.mjs";

const { origins, secrets } = runningStack();
const README = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");

/** The code block behind the mark `<!-- test: NAME -->`, as a module of its own. */
async function example(name, tail = "") {
  const found = README.match(new RegExp(`<!-- test: ${name} -->\\n\`\`\`js\\n([\\s\\S]*?)\`\`\``));
  expect(found, `README has an example "${name}"`).not.toBe(null);
  const folder = join(import.meta.dirname, "..", "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `readme-${name}.mjs`);
  writeFileSync(file, found[1] + tail);
  return import(file);
}

test("readme_verifies_a_forwarded_event_and_refuses_an_altered_one", async () => {
  process.env.FORWARD_SECRET = secrets["webhook.secret"];
  const { receive } = await example("javascript");
  const order = claims();
  await checkout(order);
  expect((await notify(signed(paidFields(order.out_trade_no)))).body).toBe("success");
  const [{ headers, body }] = await new Gate(origins.gate).arrived(order.out_trade_no);
  expect(receive(headers, body)).toBe(order.out_trade_no);
  expect(() => receive(headers, body.replace("1990", "1"))).toThrow("No matching signature found");
});

test("readme_signs_an_order_token_that_the_worker_takes", async () => {
  process.env.ORDER_SECRET = secrets["order.secret"];
  const { token } = await example("order-token", "export { token };\n");
  const body = new URLSearchParams({ order_token: token });
  const answer = await fetch(`${origins.edge}/checkout`, { method: "POST", body });
  // It is signed rightly; only its audience is the README's and not this run's.
  expect([answer.status, (await answer.json()).code]).toEqual([401, "order_token_audience"]);
});
