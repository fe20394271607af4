// A stack for each of Playwright's workers, for the whole run: stand-in, Worker and shop on free ports, with a
// home of its own, and the gate between the Worker and the shop. The stand-in's faults hold for the next payment,
// whoever makes it, so that two workers cannot share one.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ensureSecrets, freePorts, startStack } from "../../xtask/npm/stack.mjs";
import { adminTokens } from "./dashboard.mjs";
import { openGate } from "./gate.mjs";
import { publishStacks } from "./running.mjs";

/** Seconds between two forwards: short, and short at each step, so that no test waits for long. */
export const FORWARD_LADDER_S = "0,1,1,1,1,1,1,1";

export default async function globalSetup({ workers }) {
  const stacks = await Promise.allSettled(Array.from({ length: workers }, open));
  const stop = () => Promise.all(stacks.map(({ value }) => value?.stop()));
  const failure = stacks.find(({ status }) => status === "rejected");
  if (failure !== undefined) {
    await stop();
    const { reason } = failure;
    // What can be mended is said in one line and a few of the part's own; the stack trace says less.
    throw typeof reason.describe === "function" ? new Error(reason.describe()) : reason;
  }
  publishStacks(stacks.map(({ value }) => value.published));
  return stop;
}

async function open() {
  const home = mkdtempSync(join(tmpdir(), "alipay-checkout-tests-"));
  const ports = await freePorts();
  const gate = await openGate(`http://127.0.0.1:${ports.shop}`);
  const { secrets } = ensureSecrets(join(home, "secrets"));
  const stack = await startStack({
    home,
    ports,
    // What a withheld notification does must not be healed by a question; query.spec has that to itself.
    env: {
      FORWARD_URL: `${gate.origin}/alipay/events`,
      FORWARD_LADDER_S,
      QUERY_LADDER_S: "never",
      ADMIN_TOKENS: adminTokens(secrets["admin.token"]),
    },
  }).catch(async (trouble) => {
    await gate.close();
    throw trouble;
  });
  return {
    published: { origins: { ...stack.origins, gate: gate.origin }, secrets: stack.secrets },
    stop: async () => {
      await stack.stop();
      await gate.close();
      rmSync(home, { recursive: true });
    },
  };
}
