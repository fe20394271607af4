// What Svelte's language tools read of the element. Compiled by package.test.mjs and never run.

import "alipay-checkout";
import type {} from "alipay-checkout/svelte";
import type { SvelteHTMLElements } from "svelte/elements";

type Props = SvelteHTMLElements["alipay-checkout"];

const right: Props = {
  "order-token": "…",
  target: "new",
  class: "pay",
  "onalipay-blocked": ({ detail }) => console.log(detail.reason === "wechat"),
};
// @ts-expect-error: no such target.
const wrong: Props = { target: "_blank" };

export { right, wrong };
