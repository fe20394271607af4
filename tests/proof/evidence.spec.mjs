// Evidence is bounded: a flood of one kind does not push out another, and the Worker's end loses none.

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
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
