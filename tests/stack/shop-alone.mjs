// The demo shop by itself, with neither edge nor stand-in behind it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT, environment, freePorts, spawnGroup } from "../../xtask/npm/stack.mjs";

/** Starts the shop; answers its origin and what ends it. */
export async function openShop() {
  const home = mkdtempSync(join(tmpdir(), "pages-"));
  const { shop: port, edge, alipay } = await freePorts();
  const origin = `http://127.0.0.1:${port}`;
  const child = spawnGroup("node", [join("www", "backend", "server.mjs")], {
    cwd: ROOT,
    env: environment({
      PORT: String(port),
      SHOP_ORIGIN: origin,
      EDGE_ORIGIN: `http://127.0.0.1:${edge}`,
      STAND_IN_ORIGIN: `http://127.0.0.1:${alipay}`,
      ORDER_SECRET: "o".repeat(32),
      WEBHOOK_SECRET: `whsec_${"A".repeat(44)}`,
      PROVIDERS: "alipay-gateway,antom",
      STATE_FILE: join(home, "shop.json"),
    }),
  });
  await new Promise((settle, fail) => {
    child.stdout.once("data", settle);
    child.once("exit", (code) => fail(new Error(`the shop ended with exit code ${code}`)));
  });
  return {
    origin,
    close() {
      child.kill();
      rmSync(home, { recursive: true });
    },
  };
}
