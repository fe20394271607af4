// A shop in TypeScript. Compiled by package.test.mjs and never run; what is marked as an error must be one.

import { AlipayCheckout } from "alipay-checkout";
import type { AlipayState, AlipayStatusDetail, AlipayTexts } from "alipay-checkout";

const button = document.querySelector("alipay-checkout") ?? document.createElement("alipay-checkout");
const same: AlipayCheckout = button;

same.orderToken = "…";
same.appearance = "outline";
same.qr = true;
const state: AlipayState | null = same.state;
const taken: boolean = same.start();

same.addEventListener("alipay-status", ({ detail }) => {
  const told: AlipayStatusDetail = detail;
  const amount: number | undefined = told.amount;
  // @ts-expect-error: nobody changes what was told.
  told.amount = 1;
  return [amount, state, taken];
});
same.addEventListener("alipay-error", ({ detail: { code } }) => code === "wasm_blocked" || code === "order_token_expired");
same.addEventListener("click", (event: MouseEvent) => event.detail);

AlipayCheckout.addTexts("fr", { pay: "Payer avec Alipay" });
const all: Partial<AlipayTexts> = {};

// @ts-expect-error: only the edge makes it so.
same.state = "paid";
// @ts-expect-error: no such look.
same.appearance = "pink";
// @ts-expect-error: no such text.
all.buy = "Buy";
// @ts-expect-error: no such field.
same.addEventListener("alipay-start", ({ detail }) => detail.amount);

export { all };
