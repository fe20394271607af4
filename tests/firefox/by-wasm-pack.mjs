// The widget's own tests (widget/tests) in Firefox: wasm-pack builds and serves them, and a Firefox with no
// driver program between opens them. FIREFOX_BIN names the program.
//
//   node tests/firefox/by-wasm-pack.mjs

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { ROOT, cli, environment, freePorts } from "../../xtask/npm/stack.mjs";
import { launch } from "./bidi.mjs";

/** The tests run for two seconds. */
const PATIENCE_MS = 60_000;

/** wasm-pack asks for a driver, and in this way does not use it. */
const ARGUMENTS = ["test", "--firefox", "--geckodriver", process.execPath, "--mode", "no-install", "widget", "--test", "web"];

/** wasm-pack's server has few threads, and would wait for connections that ask for nothing. */
const FEW_CONNECTIONS = {
  "network.http.speculative-parallel-limit": 0,
  "network.http.max-persistent-connections-per-server": 1,
};

/** Builds the tests and serves them at `address`; answers a function that ends it. */
async function serve(address) {
  const child = spawn("wasm-pack", ARGUMENTS, {
    cwd: ROOT,
    detached: true,
    env: environment({ WASM_BINDGEN_TEST_ADDRESS: address }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const failed = once(child, "error").then(([error]) => error);
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (line.includes(`http://${address}`)) return () => process.kill(-child.pid, "SIGKILL");
    console.log(line);
  }
  throw new Error("wasm-pack ended before it served the tests", { cause: await Promise.race([failed, sleep(100)]) });
}

/** What the page has said when it has come to its end. */
async function outcome(firefox, address) {
  const tab = await firefox.openTab();
  // Its load event comes when everything has been run.
  await tab.goto(`http://${address}/`, "none");
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const text = await tab.evaluate(() => document.querySelector("#output")?.textContent ?? "");
    if (/^test result: /m.test(text)) return text;
    if (Date.now() > deadline) throw new Error(`no result within ${PATIENCE_MS / 1000} s; so far:\n${text}`);
    await sleep(200);
  }
}

await cli(async () => {
  const { edge: port } = await freePorts();
  const address = `127.0.0.1:${port}`;
  const end = await serve(address);
  let firefox;
  try {
    firefox = await launch(process.env.FIREFOX_BIN ?? "firefox-esr", FEW_CONNECTIONS);
    const text = await outcome(firefox, address);
    console.log(text);
    return /^test result: ok\. [1-9]\d* passed; 0 failed/m.test(text) ? 0 : 1;
  } finally {
    await firefox?.close();
    end();
  }
});
