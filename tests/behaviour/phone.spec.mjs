// Paying on the phone from a page on a computer: the code, what it says without eyes, and its way back.

import { expect, test } from "./fixtures.mjs";

test("code_is_shown_on_a_computer_and_the_page_learns_by_itself", async ({ order }) => {
  await order.open({ attributes: { qr: "" } });
  await order.button.click();
  const code = order.widget.getByRole("img", { name: "QR code of the payment page" });
  await expect(code).toBeVisible();
  await order.expectState("away");
  await expect(order.status).toHaveText("Scan the code with your phone. This page updates by itself.");
  // Dark at the corner of the first marker, light around it.
  // It is there before it is drawn.
  const pixels = () => code.evaluate((canvas) => {
    const paper = canvas.getContext("2d");
    return [[1, 1], [canvas.width / 2, 1]].map(([x, y]) => paper.getImageData(x, y, 1, 1).data[0]);
  });
  await expect.poll(pixels).toEqual([255, 255]);
  const dark = await code.evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, index) => index % 4 === 0 && value === 0).length / (data.length / 4);
  });
  expect(dark).toBeGreaterThan(0.25);
  expect(dark).toBeLessThan(0.6);
  expect(order.edge.asked.find(({ path }) => path === "/checkout").form.terminal).toBe("wap");
  order.edge.say(order.number, "paid");
  await order.expectState("paid");
  await expect(code).toHaveCount(0);
});

test("shopper_who_stays_here_pays_here", async ({ order }) => {
  await order.open({ attributes: { qr: "" } });
  await order.button.click();
  await order.widget.getByRole("button", { name: "Pay on this device instead" }).click();
  await order.page.waitForURL(`${order.cashier.origin}/**`);
  const terminals = order.edge.asked.filter(({ path }) => path === "/checkout").map(({ form }) => form.terminal);
  expect(terminals).toEqual(["wap", "pc"]);
});

test("code_that_does_not_come_leads_on_in_this_page", async ({ order }) => {
  await order.page.route("**/alipay-checkout-qr.wasm", (route) => route.fulfill({ body: "not the file of the build" }));
  await order.open({ attributes: { qr: "" } });
  await order.button.click();
  await order.page.waitForURL(`${order.cashier.origin}/**`);
});
