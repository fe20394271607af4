import { readFileSync } from "node:fs";

import { AROUND } from "../public/playground-settings.js";
import { FRAMEWORKS } from "../public/playground-code.js";
import { html } from "./html.mjs";
import { layout } from "./layout.mjs";
import { API_IN_CHINESE, PLAYGROUND_TEXTS } from "./playground-texts.mjs";
import { LANGUAGES } from "./states.mjs";

const read = (path) => JSON.parse(readFileSync(new URL(`../../widget/${path}`, import.meta.url), "utf8"));
/** The element's own table: every control here is made from it. */
export const API = read("api.json");
/** The button's texts in English, by name. */
export const TEXT_KEYS = read("lang/en.json");

const THEMES = { scene: "scenes", colours: "coloursOf", width: "widths", dir: "dirs" };

/** The playground. `playground.js` fills the preview, the code and the events; it needs neither edge nor stand-in. */
export function playgroundPage(page) {
  const { lang } = page.texts;
  const words = PLAYGROUND_TEXTS[lang];
  const says = ({ name, description }) => (lang === "zh" ? API_IN_CHINESE[name] : description);
  const known = { api: API, keys: Object.keys(TEXT_KEYS), languages: LANGUAGES.map(({ tag }) => tag) };
  const head = html`<link rel="stylesheet" href="/assets/tools.css">
    <link rel="stylesheet" href="/assets/playground.css">
    <script src="/assets/playground.js" type="module"></script>`;

  const preview = html`<section class="card preview" aria-labelledby="preview-title">
    <h2 id="preview-title">${words.preview}</h2>
    <iframe title="${words.frame}"></iframe>
    <div class="fields around">
      ${Object.entries(AROUND).map(([name, values]) => field(name, words[name], select({ name, values, label: (value) => words[THEMES[name]][value] })))}
      ${field("lang", words.lang, select({ name: "lang", values: known.languages, label: (tag) => LANGUAGES.find((one) => one.tag === tag).name }))}
    </div>
    <div class="actions">
      <button class="secondary" type="button" id="restart">${words.restart}</button>
      <button class="secondary" type="button" id="link">${words.link}</button>
    </div>
  </section>`;

  const settings = html`<form class="card fields settings" autocomplete="off" aria-labelledby="settings-title">
    <h2 id="settings-title">${words.settings}</h2>
    <details open><summary>${words.attributes}</summary><div class="fields">
      ${API.attributes.map((attribute) => control(attribute, says(attribute), words))}
      ${tick("prevent", html`${words.prevent} <code>${API.events.find(({ cancelable }) => cancelable).name}</code>`)}
    </div></details>
    <details><summary>${words.slots}</summary><div class="fields">
      ${API.slots.map(({ name, description }) => tick(name, name, says({ name, description })))}
    </div></details>
    <details><summary>${words.css}</summary><div class="fields">
      ${API.cssProperties.map(({ name, default: usual }) => field(name, html`<code>${name}</code>`, html`<input type="text" id="${name}" name="${name}" placeholder="${usual}" spellcheck="false">`))}
    </div></details>
    <details><summary>${words.texts}</summary><div class="fields">
      ${field("text-key", words.textKey, html`<select id="text-key">${Object.keys(TEXT_KEYS).map((key) => html`<option>${key}</option>`)}</select>`)}
      ${field("text-value", words.textValue, html`<input type="text" id="text-value" spellcheck="false">`)}
    </div></details>
    <details><summary>${words.methods}</summary><div class="fields">
      ${API.methods.map(({ name, description }) => html`<div class="field"><button class="secondary" type="button" data-method="${name}"><code>${name}()</code></button>
        <p class="hint">${says({ name, description })}</p></div>`)}
    </div></details>
    <details><summary>${words.properties}</summary>
      <dl class="properties">${API.properties.map(({ name, description }) => html`<div><dt><code>${name}</code></dt><dd><output data-property="${name}">–</output>
        <span class="hint">${says({ name, description })}</span></dd></div>`)}</dl>
    </details>
    <datalist id="languages">${LANGUAGES.map(({ tag, name }) => html`<option value="${tag}">${name}</option>`)}</datalist>
    <div class="actions"><button class="secondary" type="reset">${words.reset}</button></div>
  </form>`;

  const code = html`<section class="card code" aria-labelledby="code-title">
    <h2 id="code-title">${words.code}</h2>
    <div class="chips" role="group" aria-labelledby="code-title">${Object.entries(FRAMEWORKS).map(([name, title]) => html`
      <button type="button" data-framework="${name}">${title}</button>`)}
    </div>
    <pre tabindex="0" aria-labelledby="code-title"><code id="code"></code></pre>
    <div class="actions"><button class="secondary" type="button" id="copy">${words.copyCode}</button></div>
  </section>`;

  const events = html`<section class="card events" aria-labelledby="events-title">
    <h2 id="events-title">${words.events}</h2>
    <p class="hint">${words.eventsLead}</p>
    <ol id="events" tabindex="0" aria-labelledby="events-title" reversed aria-live="polite" aria-relevant="additions"></ol>
    <p class="hint" id="no-events">${words.noEvents}</p>
    <div class="actions"><button class="secondary" type="button" id="clear-events">${words.clearEvents}</button></div>
  </section>`;

  const main = html`<div class="tool" id="playground" data-known="${JSON.stringify(known)}" data-words="${JSON.stringify({ copied: words.copied, linked: words.linked, texts: TEXT_KEYS })}">
    <h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    <noscript><p class="warning">${words.withoutScript}</p></noscript>
    <div class="playing">${preview}${settings}${code}${events}</div>
  </div>`;
  return layout(page, { title: words.title, description: words.description, head, main });
}

/** The control of an attribute, by the type that the table gives it. */
function control({ name, type, values, default: usual }, says, words) {
  const label = html`<code>${name}</code>`;
  if (type === "boolean") return tick(name, label, says);
  const labelOf = (value) => (value === usual ? `${value || "–"} (${words.usual})` : value);
  const input = values
    ? select({ name, values, label: labelOf, chosen: usual })
    : html`<input type="text" id="${name}" name="${name}" spellcheck="false" autocapitalize="off"${name === "locale" && html` list="languages"`}>`;
  return field(name, label, input, says);
}

function field(id, label, input, hint) {
  return html`<div class="field"><label for="${id}">${label}</label>${input}${hint && html`<p class="hint">${hint}</p>`}</div>`;
}

function select({ name, values, label, chosen = values[0] }) {
  return html`<select id="${name}" name="${name}">${values.map((value) => html`<option value="${value}"${value === chosen && html` selected`}>${label(value)}</option>`)}</select>`;
}

function tick(name, label, hint) {
  return html`<div class="field"><label class="tick-line"><input type="checkbox" id="${name}" name="${name}"> ${label}</label>${hint && html`<p class="hint">${hint}</p>`}</div>`;
}

/** The button's own page. What it looks like the playground says; this is only where it stands. */
export function previewPage({ lang, dir, colours }) {
  return html`<!doctype html>
<html lang="${lang}" dir="${dir}" data-theme="${colours}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Preview</title>
    <link rel="stylesheet" href="/assets/states-tile.css">
    <script src="/assets/played-edge.js"></script>
    <script src="/assets/playground-preview.js"></script>
    <script src="/v1/alipay-checkout.js" async></script>
  </head>
  <body><form></form></body>
</html>
`.toString();
}

/** Where Alipay would be. */
export function cashierPage({ texts }) {
  const says = {
    en: ["Alipay", "This is where Alipay would be. In another tab: close it, and see the button hear of the payment."],
    zh: ["支付宝", "这里本应是支付宝。如果在新标签页：请关闭它，看按钮如何得知付款。"],
  }[texts.lang];
  return html`<!doctype html>
<html lang="${texts.locale}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${says[0]}</title>
    <link rel="stylesheet" href="/assets/states-tile.css">
    <script src="/assets/playground-cashier.js"></script>
  </head>
  <body><p>${says[1]}</p></body>
</html>
`.toString();
}
