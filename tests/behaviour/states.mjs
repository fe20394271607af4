// How a test brings a button into a state, by what shopper and edge do; nothing sets a state by itself.

import { expect, problem } from "./fixtures.mjs";

/** Every state that can be held still. `redirecting` is left with the page, `away` is a hidden page. */
export const STATES = ["idle", "creating", "redirecting", "confirming", "paid", "pending", "closed", "failed"];

const WAYS = {
  idle: (order, page) => order.open(page),
  creating: async (order, page) => {
    order.edge.checkout = () => undefined;
    await order.open(page);
    await order.button.click();
  },
  redirecting: async (order, page) => {
    order.edge.checkout = (number) => ({ status: 200, body: { ...order.edge.redirected(number), pay_url: `${order.cashier.origin}/nowhere` } });
    await order.open(page);
    await order.button.click();
  },
  confirming: async (order, page) => {
    order.edge.say(order.number, "redirected");
    await order.openReturned(page);
  },
  paid: async (order, page) => {
    order.edge.say(order.number, "paid", { trade_no: "2026112122001" });
    await order.openReturned(page);
  },
  pending: async (order, page) => {
    order.edge.say(order.number, "redirected");
    await order.page.clock.install();
    await order.openReturned(page);
    await expect(order.widget).toHaveAttribute("state", "confirming");
    await order.page.clock.fastForward(30_000);
  },
  closed: async (order, page) => {
    order.edge.say(order.number, "closed");
    await order.openReturned(page);
  },
  failed: async (order, page) => {
    order.edge.checkout = () => ({ status: 400, body: problem("order_token_expired") });
    await order.open(page);
    await order.button.click();
  },
};

/** Opens the order's page and brings its button into `state`. */
export async function reach(order, state, page = {}) {
  await WAYS[state](order, page);
  await expect(order.widget).toHaveAttribute("state", state);
}
