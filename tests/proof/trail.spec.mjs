// An order's trail is checked by whoever has it, with the script of docs/operating.md and nothing of ours: it holds as the Worker
// gave it, and any line that was changed, taken away, put in or moved is found.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import { openIndexBench } from "../stack/index-bench.mjs";
import { paidFields } from "../stack/notification.mjs";
import { ACCEPTED, openBench } from "./bench.mjs";

let bench, folder, lines, head;
test.beforeAll(async () => {
  bench = await openBench();
  folder = mkdtempSync(join(tmpdir(), "alipay-checkout-trail-"));
  const operating = readFileSync(join(import.meta.dirname, "..", "..", "docs", "operating.md"), "utf8");
  const [, script] = /<!-- test: verify-trail -->\n```js\n([^]*?)```/.exec(operating);
  writeFileSync(join(folder, "verify-trail.mjs"), script);
  ({ lines, head } = await exported());
});
test.afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true });
});

/** The trail of an order that was paid, delivered and replayed, in pages of two lines. */
async function exported() {
  const admin = new Admin({ origin: bench.origin, token: bench.secrets["admin.token"] });
  const { out_trade_no } = await bench.register();
  expect(await bench.tell(paidFields(out_trade_no))).toEqual(ACCEPTED);
  await expect.poll(() => bench.receiver.attempts(out_trade_no).length).toBe(1);
  expect((await admin.post(`orders/${out_trade_no}/replay`, {}))[0]).toBe(202);
  await expect.poll(async () => (await admin.trail(out_trade_no)).filter(({ act }) => act === "forwarded").length).toBe(2);
  let text = "";
  for (let next = "?limit=2"; next !== undefined;) {
    const answer = await admin.fetch(`orders/${out_trade_no}/audit${next}`);
    text += await answer.text();
    next = /<(.*)>; rel="next"/.exec(answer.headers.get("link"))?.[1];
  }
  return { lines: text.trimEnd().split("\n"), head: (await admin.order(out_trade_no)).audit.head };
}

test("what_anybody_may_send_again_is_noted_a_hundred_times_and_then_logged_alone", async () => {
  test.setTimeout(120_000);
  const own = await openBench({ env: { QUERY_LADDER_S: "3600" } });
  try {
    const admin = new Admin({ origin: own.origin, token: own.secrets["admin.token"] });
    const order = await own.register();
    const trail = () => admin.trail(order.out_trade_no);
    const noted = async (act, detail) => (await trail()).filter((line) => line.act === act && line.detail === detail).length;

    const fields = paidFields(order.out_trade_no);
    const { out_trade_no, total_fee, currency, trade_no } = fields;
    const back = { out_trade_no, total_fee, currency, trade_no, trade_status: "TRADE_FINISHED" };
    const address = `${own.origin}${order.back}?${new URLSearchParams(own.signed(back, "RSA2"))}`;
    for (let n = 0; n < 101; n += 1) expect((await fetch(address, { redirect: "manual" })).status).toBe(303);
    expect(await noted("returned", "")).toBe(100);

    const message = own.signed(fields, "RSA2");
    for (let n = 0; n < 101; n += 1) expect(await own.notify(message)).toEqual(ACCEPTED);
    await expect.poll(() => noted("notified", "repeat")).toBe(100);
    await expect.poll(async () => (await trail()).filter(({ act }) => act === "forwarded").length).toBe(1);
    const before = await trail();
    expect(await own.notify(message)).toEqual(ACCEPTED);
    expect(await trail()).toEqual(before);
    expect((await admin.order(order.out_trade_no)).audit.intact).toBe(true);
    // Another notification of the order is a line as ever.
    expect(await own.tell({ ...fields, notify_id: paidFields("").notify_id })).toEqual(ACCEPTED);
    expect((await trail()).at(-1)).toMatchObject({ act: "notified", detail: "kept" });
  } finally {
    await own.close();
  }
});

test("what_staff_does_to_more_than_one_order_is_a_trail_of_the_account_and_survives_a_kill", async () => {
  const own = await openIndexBench();
  try {
    const { admin } = own;
    expect(await trailOf(admin)).toEqual([]);
    await admin.post("endpoints/1/mend", {});
    expect((await admin.post("rebuild", {}))[0]).toBe(202);
    expect((await admin.post("dead-letters/replay", { endpoint: "1" }))[0]).toBe(202);
    expect((await admin.post("dead-letters/replay", { endpoint: "a stranger's words" }))[0]).toBe(202);
    // What is refused is not done, and is no line.
    expect(await own.as("reader").refusal("endpoints/1/mend", { method: "POST" })).toEqual([403, "admin_scope"]);
    expect(await admin.refusal("endpoints/5/mend", { method: "POST" })).toEqual([404, "endpoint_unknown"]);
    await own.workerd.kill();
    await own.workerd.start();
    const found = await trailOf(admin);
    expect(found.map((line) => JSON.parse(line)).map(({ seq, by, act, detail }) => [seq, by, act, detail])).toEqual([
      [1, "boss", "mended", "1"], [2, "boss", "rebuilt", ""], [3, "boss", "replayed_dead", "1"], [4, "boss", "replayed_dead", "unknown"],
    ]);
    expect(verified(found)).toEqual([0, `4 lines hold, and end with ${JSON.parse(found.at(-1)).hash}`, ""]);
    expect(verified(found.toSpliced(1, 1))).toEqual([1, "", "line 2 does not hold"]);
    const page = await admin.fetch("audit?after=1&limit=2");
    expect([page.headers.get("link"), (await page.text()).trimEnd().split("\n")]).toEqual([
      '<?after=3&limit=2&provider=alipay-gateway>; rel="next"', found.slice(1, 3),
    ]);
  } finally {
    await own.shut();
  }
});

/** The lines of the account's trail. */
const trailOf = async (admin) => (await (await admin.fetch("audit")).text()).split("\n").filter((line) => line !== "");

/** What the script says of lines. */
function verified(these) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["verify-trail.mjs"], { cwd: folder, input: `${these.join("\n")}\n`, encoding: "utf8" });
  return [status, stdout.trim(), stderr.trim()];
}

/** The lines with one of them changed in one member. */
const changed = (n, change) => lines.map((line, at) => (at === n ? JSON.stringify({ ...JSON.parse(line), ...change }) : line));

test("trail_as_the_worker_gave_it_holds_to_its_head", () => {
  expect(lines.length).toBeGreaterThanOrEqual(6);
  expect(verified(lines)).toEqual([0, `${lines.length} lines hold, and end with ${head}`, ""]);
});

test("every_line_that_was_changed_is_named", () => {
  for (const n of lines.keys()) {
    const { at_ms, detail } = JSON.parse(lines[n]);
    for (const change of [{ at_ms: at_ms + 1 }, { by: "nobody" }, { act: "asked" }, { detail: `${detail}0` }, { hash: "0".repeat(64) }]) {
      expect([n, change, verified(changed(n, change))]).toEqual([n, change, [1, "", `line ${n + 1} does not hold`]]);
    }
  }
});

test("lines_that_are_absent_repeated_or_moved_are_found_and_a_cut_end_has_another_hash", () => {
  expect(verified(lines.slice(1))).toEqual([1, "", "line 1 does not hold"]);
  expect(verified(lines.toSpliced(2, 1))).toEqual([1, "", "line 3 does not hold"]);
  expect(verified(lines.toSpliced(2, 0, lines[1]))).toEqual([1, "", "line 3 does not hold"]);
  expect(verified([lines[1], lines[0], ...lines.slice(2)])).toEqual([1, "", "line 1 does not hold"]);
  const [status, said] = verified(lines.slice(0, -1));
  expect([status, said.endsWith(head)]).toEqual([0, false]);
  expect(said).toBe(`${lines.length - 1} lines hold, and end with ${JSON.parse(lines.at(-2)).hash}`);
});
