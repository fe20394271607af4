import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { readEnvironment } from "../backend/environment.mjs";

const SERVER = fileURLToPath(new URL("../backend/server.mjs", import.meta.url));

/** Takes a port that is free now; the shop is given one and does not choose its own. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function environment(context) {
  const home = mkdtempSync(join(tmpdir(), "shop-"));
  context.after(() => rmSync(home, { recursive: true }));
  const port = await freePort();
  return {
    PORT: String(port),
    SHOP_ORIGIN: `http://127.0.0.1:${port}`,
    EDGE_ORIGIN: "http://127.0.0.1:9",
    ORDER_SECRET: "test key, not a secret, 32 bytes!",
    WEBHOOK_SECRET: `whsec_${"A".repeat(32)}`,
    STATE_FILE: join(home, "state", "shop.json"),
  };
}

function startServer(env) {
  const child = spawn(process.execPath, [SERVER], { env, stdio: ["ignore", "pipe", "pipe"] });
  child.out = "";
  child.err = "";
  child.stdout.on("data", (text) => (child.out += text));
  child.stderr.on("data", (text) => (child.err += text));
  return child;
}

/** Runs the server until it ends by itself. */
async function runServer(env) {
  const child = startServer(env);
  const [code] = await once(child, "close");
  return { code, out: child.out, err: child.err };
}

const ended = (reason) => ({ code: 1, out: "", err: `shop: ${reason}\n` });

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`prints_its_address_and_stops_at_once_on_${signal}`, async (t) => {
    const env = await environment(t);
    const child = startServer(env);
    await once(child.stdout, "data");
    assert.equal(child.out, `listening on http://127.0.0.1:${env.PORT}\n`);
    assert.equal((await fetch(`${env.SHOP_ORIGIN}/orders`)).status, 200);
    child.kill(signal);
    const [code] = await once(child, "close");
    assert.deepEqual([code, child.err], [0, ""]);
  });
}

for (const [name, changes, reason] of [
  ["missing_port_named", { PORT: undefined }, "PORT is not set"],
  ["missing_edge_origin_named", { EDGE_ORIGIN: undefined }, "EDGE_ORIGIN is not set"],
  ["missing_state_file_named", { STATE_FILE: "" }, "STATE_FILE is not set"],
  ["port_out_of_range_named", { PORT: "65536" }, "PORT is not a port number"],
  ["origin_with_a_path_named", { SHOP_ORIGIN: "https://shop.example/" }, "SHOP_ORIGIN is not an origin such as https://shop.example"],
  ["short_order_secret_named_and_not_shown", { ORDER_SECRET: "short" }, "ORDER_SECRET has fewer than 32 bytes"],
  ["short_webhook_secret_named_and_not_shown", { WEBHOOK_SECRET: "whsec_AAAA" }, "WEBHOOK_SECRET is not whsec_ and base64 of at least 24 bytes"],
]) {
  test(name, async (t) => {
    assert.deepEqual(await runServer({ ...(await environment(t)), ...changes }), ended(reason));
  });
}

test("taken_port_named", async (t) => {
  const env = await environment(t);
  const other = createServer().listen(Number(env.PORT), "127.0.0.1");
  t.after(() => other.close());
  await once(other, "listening");
  assert.deepEqual(await runServer(env), ended(`port ${env.PORT} is in use`));
});

test("state_file_that_is_not_ours_stops_the_shop_and_is_left_alone", async (t) => {
  const env = await environment(t);
  env.STATE_FILE = join(env.STATE_FILE, "..", "..", "other.json");
  writeFileSync(env.STATE_FILE, "{\"orders\":");
  assert.deepEqual(await runServer(env), ended(`${env.STATE_FILE} is not a state file of this shop`));
  assert.equal(readFileSync(env.STATE_FILE, "utf8"), "{\"orders\":");
});

for (const [name, edge, expected] of [
  ["edge_on_this_machine_allows_the_stand_in_there", "http://127.0.0.1:8787", "127.0.0.1"],
  ["edge_elsewhere_allows_no_host_besides_alipays", "https://127.0.0.1.example", ""],
]) {
  test(name, async (t) => {
    const env = await environment(t);
    assert.equal(readEnvironment({ ...env, EDGE_ORIGIN: edge }).payHosts, expected);
  });
}
