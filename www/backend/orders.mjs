import { randomInt } from "node:crypto";

import { CURRENCIES, SIZES, subject } from "./catalogue.mjs";

/** Without 0/O and 1/I/L, so that a shopper can read the number out to support. */
const READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const MOST_PER_ORDER = 9;

/** The order cannot be made from what the form sent. */
export class InvalidOrder extends Error {}

/** The shop's own record of orders: what was asked for, and whether it is paid. */
export function openOrders(store, providers) {
  const { orders } = store.state;
  const find = (out_trade_no) => orders.find((order) => order.out_trade_no === out_trade_no);

  return {
    find,

    /** Newest first. */
    list: () => orders.toReversed(),

    /**
     * Makes an order from a form. `cart` names one visit to the product page, so a form sent twice
     * gives one order while that order is unpaid and its content is the same.
     */
    place({ size, quantity, cart, locale, provider = providers[0] }) {
      if (!Object.hasOwn(SIZES, size)) throw new InvalidOrder("size is not one of ours");
      if (!/^[1-9]$/.test(quantity)) throw new InvalidOrder(`quantity is not 1 to ${MOST_PER_ORDER}`);
      if (!providers.includes(provider)) throw new InvalidOrder("provider is not one of ours");
      if (!/^[0-9a-f-]{36}$/.test(cart)) throw new InvalidOrder("cart is not one of ours");
      const count = Number(quantity);
      const currency = CURRENCIES[provider];
      const same = orders.find(
        (order) =>
          order.cart === cart && order.size === size && order.quantity === count && order.currency === currency
          && order.status === "created",
      );
      if (same) return same;

      const order = {
        out_trade_no: `TEA-${readableText(10)}`,
        size,
        quantity: count,
        // The price comes from the catalogue. A price in the form would be the shopper's to choose.
        amount: SIZES[size].prices[currency] * count,
        currency,
        provider,
        subject: subject(size, count, locale),
        // What the token says must not change between two loads, so the language is fixed here.
        locale,
        status: "created",
        cart,
        created_at: new Date().toISOString(),
      };
      orders.push(order);
      store.save();
      return order;
    },

    /**
     * Applies the news of one verified event to its order and says what became of it:
     * `applied`, or why not. The caller saves.
     */
    apply({ type, data }) {
      const order = find(data?.out_trade_no);
      if (!order) return "unknown_order";
      switch (type) {
        case "payment.paid":
          // A genuine event for another sum must not release the goods.
          if (data.amount !== order.amount || data.currency !== order.currency) return "amount_differs";
          order.status = "paid";
          order.trade_no = data.trade_no;
          order.paid_at = new Date().toISOString();
          return "applied";
        case "payment.closed":
          if (order.status !== "created") return "not_open";
          order.status = "closed";
          return "applied";
        default:
          return "kept";
      }
    },
  };
}

/** Unguessable: the number opens the order's page, so nobody may find it by counting. */
function readableText(length) {
  return Array.from({ length }, () => READABLE[randomInt(READABLE.length)]).join("");
}
