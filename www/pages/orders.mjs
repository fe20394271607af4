import { displayText } from "../backend/money.mjs";
import { html } from "./html.mjs";
import { layout, to } from "./layout.mjs";

/**
 * What arrived at the shop. Open to everyone because it is a demo: in a real shop this belongs
 * behind the staff's login.
 */
export function ordersPage(page, { orders, events }) {
  const { texts } = page;
  const { columns } = texts;
  const orderRows = orders.map(
    (order) => html`<tr>
      <th scope="row"><a href="${to(page, `/checkout/${order.out_trade_no}`)}"><code>${order.out_trade_no}</code></a></th>
      ${cell(columns.item, order.subject)}
      ${cell(columns.amount, displayText(order.amount, order.currency, texts.locale))}
      ${cell(columns.status, html`<span class="badge ${order.status}">${texts.status[order.status]}</span>`)}
      ${cell(columns.created, time(order.created_at))}
    </tr>`,
  );
  const eventRows = events.map(
    (event) => html`<tr>
      <th scope="row"><code>${event.webhook_id}</code></th>
      ${cell(columns.type, html`<code>${event.type}</code>`)}
      ${cell(columns.order, html`<code>${event.out_trade_no ?? "–"}</code>`)}
      ${cell(columns.result, texts.result[event.result])}
      ${cell(columns.received, time(event.received_at))}
    </tr>`,
  );
  const main = html`<h1>${texts.ordersTitle}</h1>
    <p class="lead">${texts.ordersLead}</p>
    ${table("orders", texts.ordersOrders, texts.noOrders, orderRows, [
      columns.order, columns.item, columns.amount, columns.status, columns.created,
    ])}
    ${table("events", texts.ordersEvents, texts.noEvents, eventRows, [
      columns.webhookId, columns.type, columns.order, columns.result, columns.received,
    ])}`;
  return layout(page, { title: texts.ordersTitle, main });
}

function table(id, title, empty, rows, names) {
  return html`<section class="records" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${rows.length === 0
      ? html`<p class="card empty">${empty}</p>`
      : html`<table id="${id}" class="card">
          <thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>${rows}</tbody>
        </table>`}
  </section>`;
}

/** On a phone the row becomes a card, and the column's name stands before its value. */
function cell(name, value) {
  return html`<td data-name="${name}">${value}</td>`;
}

function time(iso) {
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`;
}
