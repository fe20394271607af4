// Everything that a payment needs, with the Worker in plain workerd: `wrangler dev` before it costs twelve
// times the Worker's own time, and would be most of what is measured.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Stack, edgeVariables, ensureSecrets, environment, freePorts, originsOf, sandboxCommand, shopVariables } from "../../xtask/npm/stack.mjs";
import { Workerd, wrappedWorker } from "../proof/workerd.mjs";
import { useStack } from "../stack/running.mjs";
import { DIST } from "./server.mjs";

/** Opens stand-in, shop and Worker: `{ origins, close }`. */
export async function openStack() {
  const home = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "alipay-checkout-bench-"));
  const ports = await freePorts();
  const origins = originsOf(ports);
  const { secrets } = ensureSecrets(join(home, "secrets"));
  const variables = edgeVariables(origins, secrets, { QUERY_LADDER_S: "never" });
  for (const name of ["state", "logs"]) mkdirSync(join(home, name), { recursive: true });
  const setting = { home, ports, origins, secrets, variables };
  const [command, args] = sandboxCommand(setting);
  const parts = new Stack(home, origins, {
    alipay: { command, args, env: environment() },
    shop: { command: "node", args: [join("www", "backend", "server.mjs")], env: environment(shopVariables(setting)) },
  }, () => {});
  const place = join(home, "edge");
  const workerd = new Workerd({ home: place, port: ports.edge, variables, worker: wrappedWorker(join(import.meta.dirname, "drivers", "with-assets.mjs")) });
  const config = join(place, "config.capnp");
  writeFileSync(config, withAssets(readFileSync(config, "utf8")));
  const close = async () => {
    useStack(undefined);
    await parts.stop();
    await workerd.kill();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await Promise.all([parts.start(), workerd.start()]);
  } catch (error) {
    await close();
    throw error;
  }
  useStack({ origins, secrets });
  return { origins, close };
}

const withAssets = (config) => config
  .replace("services = [", `services = [(name = "assets", disk = (path = ${JSON.stringify(DIST)})),`)
  .replace("bindings = [", 'bindings = [(name = "ASSETS", service = "assets"),');
