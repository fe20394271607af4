import { displayText } from "../backend/money.mjs";
import { html } from "./html.mjs";
import { layout, to } from "./layout.mjs";

/**
 * The checkout page, also the page that the shopper comes back to. The element and its script tag
 * are all that a merchant adds; `paid` is what this shop's own record says, never the address.
 */
export function checkoutPage(page, { edgeOrigin, payHosts, order, token }) {
  const { texts } = page;
  const amount = displayText(order.amount, order.currency, texts.locale);
  const open = order.status === "created";
  const head = html`<script src="/assets/checkout.js" type="module"></script>
    ${open && html`<script src="${edgeOrigin}/v1/alipay-checkout.js" async></script>`}`;

  const payment = html`<section id="payment" class="card" aria-labelledby="payment-title">
    <h2 id="payment-title">${texts.payTitle}</h2>
    <p>${texts.payLead}</p>
    <alipay-checkout order-token="${token}"${payHosts && html` pay-hosts="${payHosts}"`}></alipay-checkout>
    <noscript><p class="warning">${texts.withoutScript}</p></noscript>
    <p id="widget-missing" class="warning" role="alert" hidden>${texts.widgetMissing}</p>
  </section>`;

  // Also there, hidden, while the order is open: checkout.js shows it when the shop has the payment.
  const receipt = html`<section id="receipt" class="card receipt" aria-labelledby="receipt-title"
    ${order.status !== "paid" && html`hidden`}>
    <h2 id="receipt-title" tabindex="-1">${tick()}${texts.paidTitle}</h2>
    <p>${texts.paidLead}</p>
    <dl class="numbers">
      <div><dt>${texts.orderNumber}</dt><dd><code>${order.out_trade_no}</code></dd></div>
      <div><dt>${texts.tradeNumber}</dt><dd><code id="trade-no">${order.trade_no}</code></dd></div>
      <div><dt>${texts.amount}</dt><dd>${amount}</dd></div>
    </dl>
    <a class="secondary" href="${to(page, "/")}">${texts.backToShop}</a>
  </section>`;

  const closed = html`<section class="card" aria-labelledby="closed-title">
    <h2 id="closed-title">${texts.closedTitle}</h2>
    <p>${texts.closedLead}</p>
    <a class="secondary" href="${to(page, "/")}">${texts.backToShop}</a>
  </section>`;

  const main = html`<div class="checkout" data-order="${order.out_trade_no}" data-status="${order.status}">
    <h1>${texts.checkoutTitle}</h1>
    <div class="columns">
      <div>${open && payment}${order.status === "closed" ? closed : receipt}</div>
      <aside class="card summary" aria-labelledby="summary-title">
        <h2 id="summary-title">${texts.summary}</h2>
        <dl class="bill">
          <div><dt>${order.subject}</dt><dd>${amount}</dd></div>
          <div class="bill-total"><dt>${texts.total}</dt><dd>${amount}</dd></div>
        </dl>
        <p class="hint">${texts.orderNumber} <code>${order.out_trade_no}</code></p>
      </aside>
    </div>
  </div>`;
  return layout(page, { title: texts.checkoutTitle, head, main });
}

function tick() {
  return html`<svg class="tick" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <circle cx="12" cy="12" r="12"></circle><path d="m6.5 12.5 3.5 3.5 7.5-8"></path>
  </svg>`;
}
