// The smallest run of what the parts are made of: messages that are genuine, a meter that counts, a stack
// in plain workerd that serves the widget. What needs the peers or a browser is not here.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { freePorts, stopAll } from "../../xtask/npm/stack.mjs";
import { openBench } from "../proof/bench.mjs";
import { Workerd, plainWorker, wrappedWorker } from "../proof/workerd.mjs";
import { WorkerDriver } from "./drivers/driver.mjs";
import { cases, opensslSpeed } from "./parts/verification.mjs";
import { waiting } from "./servers.mjs";
import { openStack } from "./stack.mjs";

const DRIVERS = join(import.meta.dirname, "drivers");

after(() => stopAll());

test("every message that is verified against the clock is genuine, and a changed one is not", async () => {
  const home = mkdtempSync(join(tmpdir(), "alipay-checkout-bench-"));
  const { edge: port } = await freePorts();
  const worker = { ...plainWorker(join(DRIVERS, "verify-worker.mjs")), objects: [] };
  const workerd = new Workerd({ home, port, variables: {}, worker });
  try {
    await workerd.start(() => fetch(workerd.origin).then(() => true, () => false));
    const all = cases();
    const driver = new WorkerDriver(workerd.origin, (name, times) => ({ times, message: { [name]: all[name] } }));
    for (const name of ["md5", "rsa", "rsa2", "antom"]) assert.equal((await driver.rate(name, 5)) > 0, true, name);
    all.rsa2.body = all.rsa2.body.replace("19.90", "19.91");
    await assert.rejects(driver.rate("rsa2", 5), { message: `${workerd.origin} answers 500 to rsa2: did not verify` });
  } finally {
    await workerd.kill();
    rmSync(home, { recursive: true });
  }
});

test("of openssl speed the verifications are read, not the signatures", () => {
  const text = "+DTP:1024:private:rsa:1\n+R1:9000:1024:1.00\n+F2:2:1024:9000.1:150000.5\n+F2:3:2048:1500.0:50000.0\n";
  assert.deepEqual(opensslSpeed(text), { 1024: 150000.5, 2048: 50000 });
  assert.deepEqual(opensslSpeed("nothing"), {});
});

test("the meter counts what one order takes, and begins anew when it was asked", async () => {
  const bench = await openBench({ worker: wrappedWorker(join(DRIVERS, "billed-worker.mjs")) });
  const told = async () => (await fetch(`${bench.origin}/billed`, { method: "POST" })).json();
  try {
    await told();
    const order = await bench.register();
    assert.equal((await bench.notify(waiting(order.out_trade_no))).body, "success");
    assert.equal(await order.status(), "redirected");
    const counts = await told();
    assert.equal(counts.worker_requests, 3);
    assert.equal(counts.order_requests >= 3, true, `${counts.order_requests} requests to the order`);
    assert.equal(counts.rows_written > 0 && counts.rows_read > 0, true, JSON.stringify(counts));
    assert.equal((await told()).worker_requests, 0);
  } finally {
    await bench.close();
  }
});

test("the stack in plain workerd serves the widget as Cloudflare does, and the Worker behind it", async () => {
  const { origins, close } = await openStack();
  try {
    const script = await fetch(`${origins.edge}/v1/alipay-checkout.js`);
    assert.equal((await script.text()).length > 1000, true);
    assert.deepEqual(
      [script.status, script.headers.get("content-type"), script.headers.get("access-control-allow-origin")],
      [200, "text/javascript; charset=utf-8", "*"],
    );
    assert.deepEqual(await (await fetch(`${origins.edge}/healthz`)).json(), { ok: true });
    assert.equal((await fetch(`${origins.edge}/v1/nothing.js`)).status, 404);
    assert.equal((await fetch(origins.shop)).status, 200);
  } finally {
    await close();
  }
});
