import { CURRENCIES, SIZES } from "../backend/catalogue.mjs";
import { displayText } from "../backend/money.mjs";
import { art } from "./art.mjs";
import { html } from "./html.mjs";
import { layout, to } from "./layout.mjs";

const QUANTITIES = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** The product page: a plain form that works without script; product.js only shows the prices and the total. */
export function productPage(page, { providers, cart, lastOrder }) {
  const { texts } = page;
  const currency = CURRENCIES[providers[0]];
  const price = (prices) => displayText(prices[currency], currency, texts.locale);
  const sizes = Object.entries(SIZES).map(
    ([size, { grams, prices }], index) => html`<label class="size">
      <input type="radio" name="size" value="${size}" data-usd="${prices.USD}" data-cny="${prices.CNY}"${index === 0 && html` checked`}>
      <span class="size-face"><span>${texts.grams(grams)}</span><span class="size-price">${price(prices)}</span></span>
    </label>`,
  );
  const main = html`${lastOrder && resume(page, lastOrder)}<div class="product">
    <div class="picture">${art(texts.artLabel)}</div>
    <div class="offer">
      <p class="kicker">${texts.productKicker}</p>
      <h1>${texts.productTitle}</h1>
      <p class="lead">${texts.productLead}</p>
      <form action="${to(page, "/orders")}" method="post" autocomplete="off">
        <input type="hidden" name="cart" value="${cart}">
        <fieldset>
          <legend>${texts.size}</legend>
          <div class="sizes">${sizes}</div>
        </fieldset>
        <div class="line">
          <label for="quantity">${texts.quantity}</label>
          <select id="quantity" name="quantity">${QUANTITIES.map((n) => html`<option>${n}</option>`)}</select>
          <output id="total" class="total" for="quantity" data-label="${texts.total}" data-currency="${currency}"
            hidden></output>
        </div>
        ${providers.length > 1 && providerChoice(texts, providers)}<button class="primary" type="submit">${texts.order}</button>
        <p class="hint">${texts.promise}</p>
      </form>
      <dl class="facts">
        ${texts.facts.map(([name, fact]) => html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}
      </dl>
    </div>
  </div>
  ${tour(page)}`;
  const head = html`<script src="/assets/product.js" type="module"></script>`;
  return layout(page, { title: texts.productTitle, head, main });
}

/** Who collects the payment, and in what; product.js shows the prices in it. */
function providerChoice(texts, providers) {
  const option = (provider) => html`<option value="${provider}" data-currency="${CURRENCIES[provider]}">${texts.providers[provider]}</option>`;
  return html`<div class="line">
          <label for="provider">${texts.provider}</label>
          <select id="provider" name="provider">${providers.map(option)}</select>
        </div>
        `;
}

/** Everything that there is to try, for whoever has just started the demo. */
function tour({ texts, places }) {
  const elsewhere = places.filter(({ name }) => name !== "shop");
  return html`<section class="tour" aria-labelledby="tour-title">
    <h2 id="tour-title">${texts.tour}</h2>
    <ul>${elsewhere.map(({ name, href }) => html`
      <li class="card"><a href="${href}">${texts.places[name][0]}</a><p>${texts.places[name][1]}</p></li>`)}
    </ul>
  </section>`;
}

function resume(page, { out_trade_no, status }) {
  const { texts } = page;
  const [said, action] = texts.resume[status];
  return html`<p class="resume" id="resume">
    <span>${said} <code>${out_trade_no}</code></span>
    <a href="${to(page, `/checkout/${out_trade_no}`)}">${action}</a>
  </p>`;
}
