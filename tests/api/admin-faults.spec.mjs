// What must hold when the index across orders fails, alarms are lost, time passes or somebody tampers.
// On a Worker of its own, in plain workerd with an index that misbehaves on demand.

import { expect, test } from "@playwright/test";

import { forgetAlarms, hurryAlarms, inOrders, openIndexBench, TOKENS } from "../stack/index-bench.mjs";
import { paidFields } from "../stack/notification.mjs";
import { useStack } from "../stack/running.mjs";
import { openBench } from "../proof/bench.mjs";

test.describe.configure({ mode: "serial" });

const SUCCESS = { status: 200, body: "success", refusal: null };
let bench, index;

test.beforeAll(async () => {
  // The ladder is long and its first step short: a delivery that fails waits until somebody acts.
  bench = await openIndexBench({ env: { FORWARD_LADDER_S: "0,3600,3600", RETENTION_DAYS: "7" } });
  ({ index } = bench);
});

test.afterAll(async () => {
  await bench?.shut();
  // A bench says where it is in the same way as the run's stack; later files want the latter.
  useStack(undefined);
});

test.afterEach(() => {
  index.mode = "good";
});

const delivered = (out_trade_no, count = 1) =>
  expect.poll(() => bench.receiver.attempts(out_trade_no).filter(({ status }) => status === 204).length).toBe(count);
const row = (out_trade_no, expected) => expect.poll(() => index.row(out_trade_no) ?? {}, { timeout: 20_000 }).toMatchObject(expected);

async function paid() {
  const { out_trade_no, status } = await bench.register();
  expect(await bench.tell(paidFields(out_trade_no))).toEqual(SUCCESS);
  return { out_trade_no, status };
}

test("who_looks_for_an_order_reads_that_order_and_not_all_that_are_newer", async () => {
  const { out_trade_no } = await paid();
  await row(out_trade_no, { status: "paid" });
  const { trade_no } = index.row(out_trade_no);
  for (const path of [`q=${out_trade_no}`, `q=${trade_no}`, `q=${out_trade_no}&status=paid&from=2020-01-01T00:00:00Z`]) {
    const { orders } = await bench.admin.get(`orders?${path}`);
    expect(orders.map((order) => order.out_trade_no), path).toEqual([out_trade_no]);
    expect(index.plan.filter((step) => /^(SEARCH|SCAN)/.test(step)), path).toEqual([
      "SEARCH orders USING PRIMARY KEY (partner=? AND out_trade_no=?)",
      "SEARCH orders USING COVERING INDEX orders_by_trade_no (partner=? AND trade_no=?)",
      "SEARCH orders USING PRIMARY KEY (partner=? AND out_trade_no>? AND out_trade_no<?)",
    ]);
  }
});

/** What the metrics count, in the words of {@link said}. */
async function counted() {
  const text = await (await bench.admin.fetch("metrics")).text();
  const sample = (name) => Number(text.split("\n").find((line) => line.startsWith(`alipay_checkout_${name} `))?.split(" ")[1]);
  const statuses = [...text.matchAll(/^alipay_checkout_orders\{status="(\w+)"\} (\d+)$/gm)].map(([, status, orders]) => [status, Number(orders)]);
  return {
    statuses: Object.fromEntries(statuses),
    waiting: sample('deliveries{state="waiting"}'), dead: sample('deliveries{state="dead"}'), quarantined: sample("quarantined"), overdue: sample("overdue"),
  };
}

/** The same from each row by itself. */
function said() {
  const rows = index.run("SELECT status, waiting, dead, quarantined, due_ms FROM orders");
  const sum = (of) => rows.reduce((all, one) => all + of(one), 0);
  const names = [...new Set(rows.map(({ status }) => status))];
  return {
    statuses: Object.fromEntries(names.map((name) => [name, sum(({ status }) => Number(status === name))])),
    waiting: sum(({ waiting }) => waiting), dead: sum(({ dead }) => dead), quarantined: sum(({ quarantined }) => quarantined),
    overdue: sum(({ due_ms }) => Number(due_ms !== null && due_ms < Date.now() - 600_000)),
  };
}

/** The metrics and the rows say the same, at the latest when no row is being written any more. Answers what they say. */
async function exact(after) {
  await expect(async () => expect(await counted(), after).toEqual(said())).toPass({ timeout: 10_000 });
  return said();
}

test("metrics_say_what_the_rows_say_whatever_was_done_to_them_and_read_none_of_them", async () => {
  const waits = await bench.register();
  bench.receiver.plan(waits.out_trade_no, () => ({ status: 500 }));
  expect(await bench.tell(paidFields(waits.out_trade_no))).toEqual(SUCCESS);
  await row(waits.out_trade_no, { status: "paid", waiting: 1 });
  const { out_trade_no } = await bench.register();
  await row(out_trade_no, { status: "redirected" });
  const { statuses, waiting } = await exact("an order that is open and one that is paid");
  expect([statuses.redirected >= 1, statuses.paid >= 1, waiting >= 1]).toEqual([true, true, true]);
  expect(index.plan.filter((step) => /orders\b/.test(step))).toEqual(["SEARCH orders USING COVERING INDEX orders_due (partner=? AND due_ms<?)"]);

  expect(await bench.tell(paidFields(out_trade_no))).toEqual(SUCCESS);
  await row(out_trade_no, { status: "paid", waiting: 0 });
  expect((await exact("a status that has changed")).statuses.redirected ?? 0).toBe((statuses.redirected ?? 0) - 1);

  index.run("UPDATE orders SET quarantined = 2, due_ms = 1 WHERE out_trade_no = ?", out_trade_no);
  expect(await exact("rows that somebody changed")).toMatchObject({ quarantined: 2, overdue: 1 });
  index.run("DELETE FROM orders WHERE out_trade_no = ?", out_trade_no);
  expect(await exact("a row that somebody took away")).toMatchObject({ quarantined: 0, overdue: 0 });

  index.run("UPDATE order_counts SET orders = 77, waiting = 7");
  index.run("INSERT INTO order_counts VALUES ('2088123412341234', 'closed', 5, 5, 5, 5)");
  expect((await counted()).waiting).not.toBe(said().waiting);
  expect((await bench.admin.post("rebuild", { out_trade_nos: [out_trade_no] }))[0]).toBe(202);
  await row(out_trade_no, { status: "paid", quarantined: 0 });
  await exact("a rebuild");

  for (const lost of ["DROP TABLE order_counts", "DROP TABLE orders"]) {
    index.run(lost);
    expect((await bench.admin.post("rebuild", { out_trade_nos: [waits.out_trade_no, out_trade_no] }))[0]).toBe(202);
    await row(out_trade_no, { status: "paid" });
    await row(waits.out_trade_no, { status: "paid", waiting: 1 });
    await exact(lost);
  }
  // An index of the version before: rows, and nothing that counts them.
  for (const name of ["orders_in", "orders_out", "orders_changed"]) index.run(`DROP TRIGGER ${name}`);
  index.run("DROP TABLE order_counts");
  await exact("an index that was never counted");
});

test("each_scope_opens_its_own_routes_only", async () => {
  const { out_trade_no } = await paid();
  const look = ["orders", `orders/${out_trade_no}`, `orders/${out_trade_no}/audit`, "dead-letters", "quarantine", "quarantine/signed", "endpoints", "keys", "metrics", "attempts"];
  const act = [`orders/${out_trade_no}/replay`, `orders/${out_trade_no}/query`, "dead-letters/replay", "endpoints/1/mend", "rebuild"];
  for (const [name, scopes] of Object.entries(TOKENS)) {
    for (const [paths, method, scope] of [[look, "GET", "read"], [act, "POST", "operate"]]) {
      for (const path of paths) {
        const answer = await bench.as(name).fetch(path, { method });
        if (scopes.split("+").includes(scope)) {
          expect([200, 202], `${name} ${path}`).toContain(answer.status);
          await answer.arrayBuffer();
        } else {
          expect(answer.headers.get("www-authenticate")).toBe(`Bearer error="insufficient_scope", scope="${scope}"`);
          expect([answer.status, (await answer.json()).code], `${name} ${path}`).toEqual([403, "admin_scope"]);
        }
      }
    }
  }
  for (const [name, scopes] of Object.entries(TOKENS)) {
    const expected = scopes.includes("refund") ? [400, "parameter"] : [403, "admin_scope"];
    for (const path of ["refunds", "refunds/R1"]) {
      expect(await bench.as(name).refusal(`orders/${out_trade_no}/${path}`, { method: "POST" }), `${name} ${path}`).toEqual(expected);
    }
    expect(await bench.as(name).get("token")).toEqual({ name, scopes: scopes.split("+"), providers: ["alipay-gateway", "antom"] });
  }
  const by = (await bench.admin.trail(out_trade_no)).map((line) => line.by).filter(Boolean);
  expect([...new Set(by)].sort()).toEqual(["boss", "operator"]);
});

for (const mode of ["fails", "hangs", "breaks"]) {
  test(`index_that_${mode}_harms_no_payment_and_hears_of_it_later`, async () => {
    index.mode = mode;
    const { out_trade_no, status } = await paid();
    expect(await status()).toBe("paid");
    await delivered(out_trade_no);
    expect((await bench.admin.order(out_trade_no)).status).toBe("paid");
    for (const path of ["orders", "dead-letters", "quarantine", "attempts"]) {
      expect(await bench.admin.refusal(path), path).toEqual([503, "index_unavailable"]);
    }
    const metrics = await (await bench.admin.fetch("metrics")).text();
    expect(metrics).toContain("alipay_checkout_index_up 0\n");
    expect((await bench.admin.get("keys")).in_use.length).toBeGreaterThan(0);

    index.mode = "good";
    expect(index.row(out_trade_no)).toBeUndefined();
    // By itself in half a minute; a rebuild that names it does not wait.
    expect(await bench.admin.post("rebuild", { out_trade_nos: [out_trade_no] })).toMatchObject([202, { unknown: [] }]);
    await row(out_trade_no, { status: "paid", waiting: 0 });
  });
}

test("index_that_failed_once_hears_of_the_order_by_itself", async () => {
  test.setTimeout(90_000);
  index.mode = "fails";
  const { asked } = index;
  const { out_trade_no } = await paid();
  await delivered(out_trade_no);
  // It has heard once and failed, before it is mended.
  await expect.poll(() => index.asked).toBeGreaterThan(asked);
  index.mode = "good";
  expect(index.row(out_trade_no)).toBeUndefined();
  await expect.poll(() => index.row(out_trade_no)?.status, { timeout: 60_000 }).toBe("paid");
});

test("emptied_index_is_rebuilt_from_the_orders", async () => {
  const orders = [await paid(), await paid(), await paid()].map(({ out_trade_no }) => out_trade_no);
  for (const out_trade_no of orders) await row(out_trade_no, { status: "paid", waiting: 0 });
  // A rebuild is a line of the trail, and so a later revision.
  const before = orders.map((out_trade_no) => ({ ...index.row(out_trade_no), updated_ms: expect.any(Number), revision: expect.any(Number) }));
  index.run("DROP TABLE orders");
  expect((await bench.admin.post("rebuild", { out_trade_nos: orders }))[0]).toBe(202);
  for (const [at, out_trade_no] of orders.entries()) {
    await row(out_trade_no, before[at]);
    const { by, act } = (await bench.admin.trail(out_trade_no)).at(-1);
    expect([by, act]).toEqual(["boss", "rebuilt"]);
  }
});

test("replay_of_one_endpoints_dead_letters_walks_past_those_of_the_others", async () => {
  for (let n = 0; n < 3; n += 1) {
    const { out_trade_no } = await paid();
    await delivered(out_trade_no);
    await row(out_trade_no, { waiting: 0 });
  }
  // As if an endpoint had failed for good; the one that is asked for has nothing to send.
  index.run("UPDATE orders SET dead = 1");
  const [{ dead }] = index.run("SELECT count(*) AS dead FROM orders WHERE dead > 0");
  const pages = [];
  for (let cursor; cursor !== null; ({ cursor } = pages.at(-1))) {
    const [status, page] = await bench.admin.post("dead-letters/replay", { limit: 2, endpoint: "2", cursor });
    expect([status, page.deliveries]).toEqual([202, 0]);
    pages.push(page);
    expect(pages.length).toBeLessThanOrEqual(dead);
  }
  // Two orders a page, and a last page that is not full.
  expect(pages.length).toBe(Math.floor(dead / 2) + 1);
  expect(await bench.admin.refusal("dead-letters/replay", { method: "POST", body: { cursor: "no cursor" } })).toEqual([400, "parameter"]);
});

test("rebuild_walks_every_order_that_the_index_knows_and_mends_wrong_rows", async () => {
  const { out_trade_no } = await paid();
  await row(out_trade_no, { status: "paid", waiting: 0 });
  index.run("UPDATE orders SET status = 'closed', amount = 1");
  index.run("INSERT INTO orders SELECT partner, 'nobody', status, amount, currency, trade_no, created_ms, updated_ms, 0, 0, 0, 0, NULL, 1 FROM orders LIMIT 1");
  let cursor;
  const unknown = [];
  for (let pages = 0; cursor !== null; pages += 1) {
    expect(pages).toBeLessThan(5);
    const [status, answer] = await bench.admin.post("rebuild", cursor === undefined ? undefined : { cursor });
    expect(status).toBe(202);
    unknown.push(...answer.unknown);
    ({ cursor } = answer);
  }
  expect(unknown).toEqual(["nobody"]);
  await row(out_trade_no, { status: "paid", amount: 1990 });
  expect(index.row("nobody")).toBeUndefined();
});

test("attempts_are_counted_by_outcome_and_latency_once_and_come_back_after_a_rebuild", async () => {
  // Asking makes the tables, where this test is the first.
  await bench.admin.get("attempts");
  // A rebuild walks every order that the index knows: from here on only these two.
  for (const name of ["attempts", "orders"]) index.run(`DELETE FROM ${name}`);
  const slow = await bench.register();
  bench.receiver.plan(slow.out_trade_no, () => (response) => setTimeout(() => response.writeHead(500).end(), 120));
  await bench.tell(paidFields(slow.out_trade_no));
  const quick = await paid();
  await row(slow.out_trade_no, { status: "paid", waiting: 1 });
  await row(quick.out_trade_no, { status: "paid", waiting: 0 });

  const { attempts: [failed] } = await bench.admin.order(slow.out_trade_no);
  const { attempts: [taken], deliveries: [{ event }] } = await bench.admin.order(quick.out_trade_no);
  expect(failed).toMatchObject({ outcome: "failed", how: "status_500", endpoint: "1" });
  expect(failed.took_ms).toBeGreaterThanOrEqual(120);
  expect(taken).toMatchObject({ event, outcome: "delivered", how: "204", endpoint: "1" });

  const shown = async () => {
    const { from_ms, to_ms, step_ms, within_ms, buckets, failures } = await bench.admin.get("attempts?window=hour");
    expect([to_ms - from_ms, step_ms, within_ms.at(-1)]).toEqual([3_600_000, 60_000, 15_000]);
    const sum = (name) => buckets.reduce((all, bucket) => all + bucket[name], 0);
    const within = within_ms.map((_, at) => buckets.reduce((all, bucket) => all + bucket.within[at], 0));
    for (const { at_ms } of buckets) expect([at_ms % step_ms, at_ms >= from_ms, at_ms < to_ms]).toEqual([0, true, true]);
    return { delivered: sum("delivered"), failed: sum("failed"), dead: sum("dead"), timed: sum("timed"), within, failures };
  };
  await expect.poll(shown).toMatchObject({ delivered: 1, failed: 1, dead: 0, timed: 2, failures: [{ endpoint: "1", how: "status_500", count: 1 }] });
  const before = await shown();
  expect(before.within).toEqual([50, 100, 250, 500, 1000, 2500, 5000, 15000].map((bound) => [failed, taken].filter(({ took_ms }) => took_ms <= bound).length));

  // Told again they are the same ones; lost, they are told again.
  for (const change of ["UPDATE attempts SET outcome = 'dead', took_ms = NULL", "DROP TABLE attempts"]) {
    index.run(change);
    await bench.admin.post("rebuild", { out_trade_nos: [slow.out_trade_no, quick.out_trade_no] });
    await expect.poll(() => shown().catch(() => undefined)).toEqual(before);
  }

  index.run("UPDATE attempts SET at_ms = at_ms - 32 * 86400000 WHERE outcome = 'failed'");
  await bench.watch();
  expect(index.run("SELECT outcome FROM attempts").map(({ outcome }) => outcome)).toEqual(["delivered"]);
  bench.receiver.plan(slow.out_trade_no, () => ({ status: 204 }));
});

test("late_row_never_replaces_a_newer_one", async () => {
  const { out_trade_no } = await paid();
  await row(out_trade_no, { status: "paid", waiting: 0 });
  index.run("UPDATE orders SET revision = 1000, status = 'closed' WHERE out_trade_no = ?", out_trade_no);
  const { asked } = index;
  await bench.admin.post("rebuild", { out_trade_nos: [out_trade_no] });
  await expect.poll(() => index.asked).toBeGreaterThan(asked + 1);
  expect(index.row(out_trade_no).status).toBe("closed");
});

test("order_whose_alarm_was_lost_is_woken_by_the_watchdog_and_delivers", async () => {
  const { out_trade_no } = await bench.register();
  bench.receiver.plan(out_trade_no, () => ({ status: 500 }));
  await bench.tell(paidFields(out_trade_no));
  await row(out_trade_no, { status: "paid", waiting: 1 });
  bench.receiver.plan(out_trade_no, () => ({ status: 204 }));
  await bench.offline((folder) => {
    forgetAlarms(folder);
    // An hour later.
    inOrders(folder, "UPDATE delivery SET due_ms = due_ms - 7200000 WHERE state = 'waiting'");
  });
  await bench.watch();
  // The index does not know yet that it is late, so nobody was woken.
  expect(bench.receiver.attempts(out_trade_no).map(({ status }) => status)).toEqual([500]);
  index.run("UPDATE orders SET due_ms = due_ms - 7200000 WHERE out_trade_no = ?", out_trade_no);
  await bench.watch();
  await delivered(out_trade_no);
  await row(out_trade_no, { waiting: 0, due_ms: null });
});

test("raw_notification_is_purged_after_its_time_and_its_repeat_is_still_known", async () => {
  const { out_trade_no } = await bench.register();
  const fields = paidFields(out_trade_no);
  expect(await bench.tell(fields)).toEqual(SUCCESS);
  await row(out_trade_no, { status: "paid", waiting: 0 });
  const [before] = (await bench.admin.order(out_trade_no)).notifications;
  expect(before.raw_kept).toBe(true);
  await bench.offline((folder) => {
    // Its line goes into the trail's own table, as older versions wrote it: the chain covers when the line was written.
    inOrders(folder, "INSERT INTO audit (seq, at_ms, who, act, detail, hash) SELECT seq, received_ms, '', 'notified', line, hash FROM notification");
    inOrders(folder, "UPDATE notification SET line = NULL, hash = NULL, received_ms = received_ms - 7 * 86400000");
    hurryAlarms(folder);
  });
  await expect.poll(async () => (await bench.admin.order(out_trade_no)).notifications[0].raw_kept).toBe(false);
  const { notifications: [after], audit } = await bench.admin.order(out_trade_no);
  expect(after.evidence).toBe(before.evidence);
  expect(audit.intact).toBe(true);
  expect((await bench.admin.trail(out_trade_no)).map(({ act }) => act)).toContain("purged");

  expect(await bench.tell(fields)).toEqual(SUCCESS);
  const { detail } = (await bench.admin.trail(out_trade_no)).filter(({ act }) => act === "notified").at(-1);
  expect(detail).toBe("repeat");
  expect(bench.receiver.attempts(out_trade_no).length).toBe(1);
});

test("trail_that_was_tampered_with_is_found_out", async () => {
  const { out_trade_no } = await paid();
  await row(out_trade_no, { status: "paid", waiting: 0 });
  expect((await bench.admin.order(out_trade_no)).audit.intact).toBe(true);
  await bench.offline((folder) => inOrders(folder, "UPDATE notification SET line = 'closed'"));
  expect((await bench.admin.order(out_trade_no)).audit.intact).toBe(false);
});

test("worker_without_admin_tokens_has_no_merchants_side", async () => {
  const closed = await openBench({ env: { ADMIN_TOKENS: undefined } });
  try {
    for (const path of ["orders", "metrics", "no-such-route"]) {
      const answer = await fetch(`${closed.origin}/admin/${path}`, { headers: { authorization: `Bearer ${bench.admin.token}` } });
      expect([answer.status, (await answer.json()).code]).toEqual([404, "route_unknown"]);
    }
  } finally {
    await closed.close();
  }
});

test("worker_without_an_index_serves_orders_by_number", async () => {
  const plain = await openBench();
  try {
    const { out_trade_no } = await plain.register();
    await plain.tell(paidFields(out_trade_no));
    const headers = { authorization: `Bearer ${plain.secrets["admin.token"]}` };
    const order = await (await fetch(`${plain.origin}/admin/orders/${out_trade_no}`, { headers })).json();
    expect(order.status).toBe("paid");
    const list = await fetch(`${plain.origin}/admin/orders`, { headers });
    expect([list.status, (await list.json()).code]).toEqual([503, "index_unavailable"]);
  } finally {
    await plain.close();
  }
});
