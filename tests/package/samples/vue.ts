// What Vue's language tools read of the element. Compiled by package.test.mjs and never run.

import "alipay-checkout";
import type {} from "alipay-checkout/vue";
import type { GlobalComponents } from "vue";

type Props = InstanceType<GlobalComponents["alipay-checkout"]>["$props"];

const right: Props = {
  "order-token": "…",
  theme: "dark",
  required: true,
  class: "pay",
  "onAlipay-error": ({ detail }) => console.log(detail.code.length),
};
// @ts-expect-error: no such theme.
const wrong: Props = { theme: "sepia" };

export { right, wrong };
