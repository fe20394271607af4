// The examples of widget/examples, compiled as a shop would compile them, pay in a browser
// (paypal/react-paypal-js#85: two of everything in strict mode; stripe/react-stripe-js#316).

import { join } from "node:path";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { bundled } from "../stack/bundled.mjs";
import { expect, test } from "./fixtures.mjs";

const EXAMPLES = join(ROOT, "widget", "examples");
/** Put into the page by each shop below: told when the example says that it is paid. */
const PAID = "(number) => document.body.setAttribute('data-paid', number)";

const SHOPS = {
  react: (attributes) => ({
    loader: "tsx",
    contents: `import { StrictMode } from "react";
      import { createRoot } from "react-dom/client";
      import { AlipayButton } from ${JSON.stringify(join(EXAMPLES, "react", "AlipayButton.tsx"))};
      createRoot(document.querySelector("#app")).render(<StrictMode><AlipayButton {...${attributes}} onPaid={${PAID}} /></StrictMode>);`,
  }),
  vue: (attributes) => ({
    loader: "ts",
    contents: `import { createApp, h } from "vue";
      import AlipayButton from ${JSON.stringify(join(EXAMPLES, "vue", "AlipayButton.vue"))};
      createApp({ render: () => h(AlipayButton, { ...${attributes}, onPaid: ${PAID} }) }).mount("#app");`,
  }),
  svelte: (attributes) => ({
    loader: "ts",
    contents: `import { mount } from "svelte";
      import AlipayButton from ${JSON.stringify(join(EXAMPLES, "svelte", "AlipayButton.svelte"))};
      mount(AlipayButton, { target: document.querySelector("#app"), props: { ...${attributes}, onpaid: ${PAID} } });`,
  }),
};

for (const [name, shop] of Object.entries(SHOPS)) {
  test(`example_for_${name}_pays_and_tells_that_it_is_paid`, async ({ order }) => {
    const attributes = { "order-token": order.token, "pay-hosts": order.cashier.host, edge: order.edge.origin, appearance: "brand" };
    order.shop.put("/app.js", await bundled({ stdin: { ...shop(JSON.stringify(attributes)), resolveDir: import.meta.dirname } }), { "content-type": "text/javascript" });
    // Only the policy's `script-src` is the shop's own now; React and Svelte need no Trusted Types policy, Vue makes one.
    const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src ${order.edge.origin}; connect-src ${order.edge.origin}`;
    const page = { policy, html: "<div id=app></div>", head: '<script type="module" src="/app.js"></script>' };
    await order.open(page);
    await expect(order.widget).toHaveCount(1);
    await order.expectUsable();
    await order.leave();
    expect(order.starts).toBe(1);
    order.edge.say(order.number, "paid");
    await order.openReturned(page);
    await order.expectState("paid");
    await expect(order.page.locator("body")).toHaveAttribute("data-paid", order.number);
  });
}
