// One order: its timeline after a real payment, and what is asked before anything is done.

import { Admin, chain } from "../stack/admin.mjs";
import { scopedToken } from "../stack/dashboard.mjs";
import { expect, picture, test } from "../stack/fixtures.mjs";
import { notify, paidFields, signed } from "../stack/notification.mjs";
import { checkout, claims } from "../stack/tokens.mjs";
import { watchErrors } from "../stack/watch.mjs";

const admin = new Admin();

// The page asks again and again, and may be in the middle of it.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

async function paid(changes) {
  const order = claims(changes);
  await checkout(order);
  const fields = paidFields(order.out_trade_no, { total_fee: order.amount });
  await notify(signed(fields));
  await expect.poll(async () => (await admin.order(order.out_trade_no)).deliveries[0]?.state).toBe("delivered");
  return order.out_trade_no;
}

/** An order that was really paid at the stand-in, which then gives money back. */
async function bought({ page, shop, cashier, standIn }) {
  await standIn.faults({ return_delay_ms: 0 });
  const number = await shop.order(page);
  await shop.button(page).click();
  await cashier.pay();
  await shop.waitFor(number, "paid");
  return number;
}

test("timeline_tells_a_real_payment_from_registration_to_delivery", async ({ page, shop, cashier, standIn, gate, dashboard }) => {
  await standIn.faults({ return_delay_ms: 0 });
  const number = await shop.order(page);
  await gate.refuse(number, 1);
  await shop.button(page).click();
  await cashier.pay();
  await shop.waitFor(number, "paid");
  await expect.poll(async () => (await admin.order(number)).deliveries[0].state).toBe("delivered");

  await dashboard.open(`#/orders/${number}`);
  const told = await dashboard.timeline();
  const before = [/^The shop registered the order/, /^The shopper was sent to Alipay/];
  for (const [n, pattern] of before.entries()) expect(told[n]).toMatch(pattern);
  const one = (pattern) => told.filter((text) => pattern.test(text)).length;
  expect(one(/^Alipay notified: paid\. Verified/)).toBe(1);
  expect(one(/^payment\.paid was not taken by endpoint 1; tried again · answered 503 · \d+(\.\d)? (ms|sec)/)).toBe(1);
  expect(one(/^payment\.paid was delivered to endpoint 1 · answered 204 · \d+(\.\d)? (ms|sec)/)).toBe(1);

  const { audit, trade_no, attempts } = await admin.order(number);
  expect(attempts.map(({ outcome, how }) => [outcome, how])).toEqual([["delivered", "204"], ["failed", "status_503"]]);
  await expect(page.locator("#chain")).toContainText(`${audit.lines} lines; the chain holds`);
  await expect(page.locator("#part-trail ~ p").first()).toContainText(audit.head);
  await expect(page.locator(".facts")).toContainText(trade_no);
  const tries = page.getByRole("table", { name: "Each attempt" }).getByRole("row");
  await expect(tries).toHaveCount(3);
  await expect(tries.nth(1)).toContainText("Delivered");
  await expect(tries.nth(2)).toContainText("Failed, tried again");
  await picture(page, "dashboard-order");

  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as JSON lines" }).click();
  const saved = await (await saving).createReadStream();
  const lines = (await saved.toArray()).join("").trimEnd().split("\n").map((line) => JSON.parse(line));
  expect(lines.map(({ hash }) => hash)).toEqual(chain(lines));

  await page.getByRole("button", { name: "Newest first" }).click();
  expect(await dashboard.timeline()).toEqual(told.toReversed());
  await expect(page.getByRole("button", { name: "Newest first" })).toBeFocused();
});

test("trail_that_was_changed_on_the_way_is_found_out_in_the_browser", async ({ page, dashboard }) => {
  const number = await paid();
  await page.route(`**/admin/orders/${number}/audit**`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace('"detail":"paid"', '"detail":"kept"') });
  });
  await dashboard.open(`#/orders/${number}`);
  const { seq } = (await admin.trail(number)).find(({ detail }) => detail === "paid");
  await expect(page.locator("#chain")).toContainText(`The chain does not hold from line ${seq} on`);
});

test("refund_asks_first_says_amount_order_and_consequence_and_tells_what_it_did", async ({ page, shop, cashier, standIn, dashboard }) => {
  const number = await bought({ page, shop, cashier, standIn });
  await dashboard.open(`#/orders/${number}`);

  const open = page.getByRole("button", { name: "Refund…" });
  await open.click();
  const { dialog } = dashboard;
  await expect(dialog.getByRole("heading")).toHaveText(`Refund order ${number}`);
  await expect(dialog).toContainText(/Paid USD\s19\.90, of which USD\s19\.90 can still be given back\./);
  const [amount, reason, refundNumber] = ["Amount in USD", "Reason", "Refund number (out_return_no)"].map((name) => dialog.getByLabel(name));
  await expect(amount).toHaveValue("19.90");
  await expect(refundNumber).toHaveValue(`R1-${number}`);
  await amount.fill("19.91");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(amount).toBeFocused();
  await expect(amount).toHaveAttribute("aria-invalid", "true");
  await expect(dialog).toContainText(/An amount above nothing and up to USD\s19\.90, such as 19\.90\./);
  await expect(dialog).toContainText("Say why in 1 to 100 characters");
  await amount.fill("5");
  await reason.fill("Sent back");
  await reason.press("Enter");

  await expect(dialog.getByRole("heading")).toHaveText(/^Give USD\s5\.00 back\?$/);
  await expect(dialog).toContainText(new RegExp(`Alipay gives USD\\s5\\.00 of order ${number} back to the shopper\\. This cannot be undone\\.`));
  await expect(dialog).toContainText(/USD\s14\.90 stays paid\./);
  // Who presses Enter without reading does no harm.
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await picture(page, "dashboard-refund");
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(open).toBeFocused();
  expect((await admin.order(number)).refunds).toEqual([]);

  await open.click();
  await amount.fill("5.00");
  await reason.fill("Sent back");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByRole("button", { name: /^Refund USD\s5\.00$/ }).click();
  await expect(dialog.getByRole("heading")).toHaveText("Done");
  await expect(dialog).toContainText(`Refund R1-${number} of`);
  await dialog.getByRole("button", { name: "Close" }).click();
  const row = page.getByRole("table", { name: "Refunds" }).getByRole("row", { name: `R1-${number}` });
  await expect(row).toContainText("Given back", { timeout: 20_000 });
  await expect(page.locator(".sum")).toHaveText(/USD\s19\.90 · USD\s5\.00 given back/);
  expect((await admin.trail(number)).map(({ by, act, detail }) => [by, act, detail])).toContainEqual(["local", "refund_requested", `R1-${number} 500 USD`]);
});

test("refund_that_is_refused_says_the_code_and_what_to_do", async ({ page, shop, cashier, standIn, dashboard }) => {
  const number = await bought({ page, shop, cashier, standIn });
  await dashboard.open(`#/orders/${number}`);
  // Somebody else is quicker, and the page does not know yet.
  await page.route(`**/admin/orders/${number}?**`, (route) => route.abort());
  const [status] = await admin.post(`orders/${number}/refunds`, { out_return_no: `other-${number}`, amount: 1990, currency: "USD", reason: "late" });
  expect(status).toBe(202);
  await page.getByRole("button", { name: "Refund…" }).click();
  const { dialog } = dashboard;
  await dialog.getByLabel("Reason").fill("Sent back");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog).toContainText("The order is refunded as a whole.");
  await dialog.getByRole("button", { name: /^Refund USD/ }).click();
  await expect(dialog.getByRole("heading")).toHaveText("Not done");
  await expect(dialog.getByRole("alert")).toContainText("This is more than is left");
  await expect(dialog.getByRole("alert")).toContainText("Refunds that are not refused count");
  await expect(dialog.getByRole("alert")).toContainText("Code: refund_exceeds");
});

test("refund_whose_answer_was_lost_is_tried_again_under_the_same_number_and_made_once", async ({ page, dashboard }) => {
  const number = await paid();
  await dashboard.open(`#/orders/${number}`);
  await page.route("**/refunds?**", async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await page.getByRole("button", { name: "Refund…" }).click();
  const { dialog } = dashboard;
  await dialog.getByLabel("Reason").fill("Sent back");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByRole("button", { name: /^Refund USD/ }).click();
  await expect(dialog.getByRole("heading")).toHaveText("It is not known whether this was done");
  await expect(dialog).toContainText("Try again with the same number");
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(dialog.getByRole("heading")).toHaveText("Done");
  expect((await admin.order(number)).refunds.map(({ out_return_no, amount }) => [out_return_no, amount])).toEqual([[`R1-${number}`, 1990]]);
});

/** Shows a refund of the order as pending, whatever it is: how long one stays so is not a test's to say. */
const showPending = (page, number, refund) => page.route(`**/admin/orders/${number}?**`, async (route) => {
  // Always whole, and never that nothing has changed.
  const { "if-none-match": _, ...headers } = route.request().headers();
  const answer = await route.fetch({ headers });
  const order = await answer.json();
  const pending = { attempts: 1, code: "SYSTEM_EXCEPTION", by: "local", requested_ms: Date.now(), settled_ms: null, due_ms: Date.now() + 5_000, ...refund, state: "pending" };
  await route.fulfill({ response: answer, json: { ...order, refunds: [pending] } });
});

async function settleByHand(page, dialog, outcome) {
  await page.getByRole("button", { name: "Settle…" }).click();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog).toContainText("Choose what has come of it.");
  await expect(dialog).toContainText("Say how that is known, in one line");
  await dialog.getByRole("radio", { name: outcome }).check();
  await dialog.getByLabel("How is that known?").fill("Support, case 4711");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
}

test("refund_that_alipay_gives_no_word_about_is_settled_by_hand", async ({ page, shop, cashier, standIn, dashboard }) => {
  const number = await bought({ page, shop, cashier, standIn });
  const refund = { out_return_no: `R-${number}`, amount: 500, currency: "USD", reason: "late" };
  await showPending(page, number, refund);
  await dashboard.open(`#/orders/${number}`);
  const { dialog } = dashboard;
  await settleByHand(page, dialog, /was not given back$/);
  await expect(dialog).toContainText(new RegExp(`USD\\s5\\.00 of order ${number} was not given back`));
  await expect(dialog).toContainText("the shopper would get it twice");
  await standIn.faults({ refund: "system_error" });
  await admin.post(`orders/${number}/refunds`, refund);
  await expect.poll(async () => (await admin.order(number)).refunds[0].state, { intervals: [50] }).toBe("pending");
  await dialog.getByRole("button", { name: "Settle it" }).click();
  await expect(dialog.getByRole("heading")).toHaveText("Done");
  const trail = (await admin.trail(number)).map(({ by, act, detail }) => [by, act, detail]);
  expect(trail).toContainEqual(["local", "refund_said_refused", `R-${number} Support, case 4711`]);
});

test("refund_that_came_to_something_else_meanwhile_is_not_settled_by_hand", async ({ page, dashboard }) => {
  const number = await paid();
  const refund = { out_return_no: `R-${number}`, amount: 500, currency: "USD", reason: "late" };
  // The stand-in has never seen this payment, and refuses.
  await admin.post(`orders/${number}/refunds`, refund);
  await expect.poll(async () => (await admin.order(number)).refunds[0].state, { timeout: 30_000 }).toBe("refused");
  await showPending(page, number, refund);
  await dashboard.open(`#/orders/${number}`);
  await settleByHand(page, dashboard.dialog, /is given back$/);
  await dashboard.dialog.getByRole("button", { name: "Settle it" }).click();
  await expect(dashboard.dialog.getByRole("heading")).toHaveText("Not done");
  await expect(dashboard.dialog.getByRole("alert")).toContainText("This refund is not open");
  await expect(dashboard.dialog.getByRole("alert")).toContainText("Code: refund_not_open");
});

test("asking_alipay_asks_first_and_the_answer_is_in_the_timeline", async ({ page, dashboard }) => {
  const order = claims();
  await checkout(order);
  await dashboard.open(`#/orders/${order.out_trade_no}`);
  await page.getByRole("button", { name: "Ask Alipay now…" }).click();
  const { dialog } = dashboard;
  await expect(dialog.getByRole("heading")).toHaveText(`Ask Alipay about order ${order.out_trade_no}?`);
  await expect(dialog).toContainText(/over USD\s19\.90, at most every ten seconds/);
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  expect((await admin.trail(order.out_trade_no)).map(({ act }) => act)).not.toContain("query_asked_for");

  await page.getByRole("button", { name: "Ask Alipay now…" }).click();
  await dialog.getByRole("button", { name: "Ask Alipay" }).click();
  await expect(dialog).toContainText("Alipay is asked at once.");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect.poll(async () => (await dashboard.timeline()).map((text) => text.split("\n")[0])).toContain("Alipay was asked: it knows no such trade yet");
  await expect(page.locator(".timeline")).toContainText("Somebody had Alipay asked · by local");
});

test("event_is_sent_again_only_after_asking", async ({ page, gate, dashboard }) => {
  const number = await paid();
  await dashboard.open(`#/orders/${number}`);
  await page.getByRole("button", { name: "Replay…" }).click();
  const { dialog } = dashboard;
  await expect(dialog).toContainText(new RegExp(`payment\\.paid of order ${number} over USD\\s19\\.90 is sent to endpoint 1 again, with the webhook-id it had\\.`));
  await dialog.getByRole("button", { name: "Send again" }).click();
  await expect(dialog).toContainText("1 delivery is queued");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect.poll(async () => (await gate.attempts(number)).length).toBe(2);
  await expect(page.locator(".timeline")).toContainText("payment.paid is sent to endpoint 1 again · by local");
});

test("what_the_token_may_not_do_is_said_before_anything_is_filled_in", async ({ page, dashboard }) => {
  const number = await paid();
  await dashboard.open(`#/orders/${number}`, scopedToken("reader"));
  for (const [button, scope] of [["Refund…", "refund"], ["Ask Alipay now…", "operate"], ["Replay all events…", "operate"]]) {
    await page.getByRole("button", { name: button }).click();
    await expect(dashboard.dialog).toContainText(`It needs the scope ${scope}; the token reader has read.`);
    await expect(dashboard.dialog).toContainText("Code: admin_scope");
    await dashboard.dialog.getByRole("button", { name: "Close" }).click();
  }
});

test("markup_in_subject_and_metadata_is_shown_as_text", async ({ page, dashboard }) => {
  const errors = watchErrors(page);
  page.on("dialog", (dialog) => errors.push(dialog.message()));
  const subject = "<script>alert(1)</script><img src onerror>‮x";
  const metadata = { "<b>note</b>": "<img src=x onerror=alert(1)>\"'&amp;" };
  const number = await paid({ subject, metadata });
  await dashboard.open(`#/orders/${number}`);
  await expect(page.locator(".facts bdi", { hasText: "alert(1)" }).first()).toHaveText(subject);
  await expect(page.locator(".pairs")).toContainText(metadata["<b>note</b>"]);
  expect(await page.locator("main img, main script, main b").count()).toBe(0);
  expect(errors).toEqual([]);
  // And were there a way in, the browser itself would refuse it.
  const refused = await page.evaluate(() => {
    try {
      document.body.innerHTML = "<p>";
      return "made";
    } catch (error) {
      return error.name;
    }
  });
  expect(refused).toBe("TypeError");
});
