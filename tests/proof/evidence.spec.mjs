// Evidence is bounded: a flood of one kind does not push out another, the Worker's end loses none, and what was kept
// long enough goes, also where nothing ever comes again.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import { hurryAlarms, inOrders, openIndexBench } from "../stack/index-bench.mjs";
import { paidFields } from "../stack/notification.mjs";
import { freshNumber } from "../stack/tokens.mjs";
import { openBench, refused } from "./bench.mjs";

test("flood_of_one_kind_leaves_the_other_and_a_kill_leaves_both", async () => {
  const bench = await openBench({ env: { REFUSALS_PER_MINUTE: "100000" } });
  try {
    const admin = new Admin({ origin: bench.origin, token: bench.secrets["admin.token"] });
    expect(await bench.tell(paidFields(freshNumber(), { subject: "Tea&out_trade_no=X" }))).toEqual(refused("resplit"));
    for (let n = 0; n < 205; n += 1) {
      expect(await bench.tell(paidFields(freshNumber(), { new_name: "x" }))).toEqual(refused("unknown_field"));
    }
    const reasons = async () => {
      const { messages } = await admin.get("quarantine/signed");
      return ["resplit", "unknown_field"].map((reason) => messages.filter((one) => one.reason === reason).length);
    };
    expect(await reasons()).toEqual([1, 199]);
    await bench.workerd.kill();
    await bench.workerd.start();
    expect(await reasons()).toEqual([1, 199]);
  } finally {
    await bench.close();
  }
});

test("evidence_is_purged_after_its_time_by_itself_and_no_earlier", async () => {
  const bench = await openIndexBench({ env: { RETENTION_DAYS: "7" } });
  try {
    for (const subject of ["Old&out_trade_no=X", "New&out_trade_no=X"]) {
      expect(await bench.tell(paidFields(freshNumber(), { subject }))).toEqual(refused("resplit"));
    }
    const older = (ms) => (folder) => {
      expect(inOrders(folder, `UPDATE evidence SET last_ms = last_ms - ${ms} WHERE raw LIKE 'subject=Old%' OR raw LIKE '%&subject=Old%'`)).toBe(1);
      // One alarm for all that is kept.
      expect(hurryAlarms(folder)).toBe(1);
    };
    // What is asked for is purged first, so that it is the databases which say what the alarm has done.
    const kept = () => {
      const [database] = databases(join(bench.place, "state", "AccountObject"));
      const rows = database.prepare("SELECT raw FROM evidence ORDER BY seq").all();
      database.close();
      return rows.map(({ raw }) => /subject=(Old|New)/.exec(raw)[1]);
    };
    const rearmed = async () => {
      await expect.poll(() => alarms(join(bench.place, "state", "AccountObject")).filter((at) => at > 1)).toHaveLength(1);
    };
    await bench.offline(older(6 * 86_400_000), "AccountObject");
    await rearmed();
    expect(kept()).toEqual(["Old", "New"]);
    await bench.offline(older(86_400_000), "AccountObject");
    await expect.poll(kept).toEqual(["New"]);
    // And comes again for the other.
    await rearmed();
    expect((await bench.admin.get("quarantine/signed")).messages.map(({ reason }) => reason)).toEqual(["resplit"]);
  } finally {
    await bench.shut();
  }
});

/** The databases of the objects of a class. */
function databases(folder) {
  return readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)).map((name) => new DatabaseSync(join(folder, name)));
}

/** When alarms go off, Unix seconds or nearly so. */
function alarms(folder) {
  const database = new DatabaseSync(join(folder, "metadata.sqlite"));
  const rows = database.prepare("SELECT scheduled_time / 1000000000 AS at_s FROM _cf_ALARM").all();
  database.close();
  return rows.map(({ at_s }) => at_s);
}
