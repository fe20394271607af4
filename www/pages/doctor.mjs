import { DOCTOR_TEXTS } from "./doctor-texts.mjs";
import { html } from "./html.mjs";
import { layout } from "./layout.mjs";

/**
 * The doctor: a form that is never sent. `doctor.js` gives what is in it to a worker of this page, and shows
 * the verdict. No control has a name and the form keeps nothing, as keys are typed into it.
 */
export function doctorPage(page) {
  const words = DOCTOR_TEXTS[page.texts.lang];
  const head = html`<link rel="stylesheet" href="/assets/tools.css">
    <script src="/assets/doctor.js" type="module"></script>`;
  const main = html`<div class="tool" id="doctor" data-language="${page.texts.lang}" data-words="${JSON.stringify(words)}">
    <h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    <div class="promise"><strong>${words.promise}</strong> ${words.promiseLead}</div>
    <noscript><p class="warning">${words.withoutScript}</p></noscript>
    <section aria-labelledby="examples-title">
      <h2 id="examples-title">${words.examplesTitle}</h2>
      <div class="chips">${Object.entries(words.examples).map(([name, says]) => html`
        <button type="button" data-example="${name}" disabled>${says}</button>`)}
      </div>
    </section>
    <form class="examination" autocomplete="off">
      <section class="card fields" aria-labelledby="capture-title">
        <h2 id="capture-title"><label for="capture">${words.capture}</label></h2>
        <textarea id="capture" rows="12" spellcheck="false" autocapitalize="off" aria-describedby="capture-hint"></textarea>
        <p class="hint" id="capture-hint">${words.captureHint}</p>
        <div class="actions">
          <button class="secondary" type="button" id="open">${words.open}</button> <span class="hint">${words.drop}</span>
          <input type="file" id="file" accept=".txt,.http,.har,.json,.log,.bin,text/*" aria-label="${words.open}" hidden>
        </div>
        <p class="hint" id="capture-note" role="status"></p>
      </section>
      <section class="card fields" aria-labelledby="verified-title">
        <h2 id="verified-title">${words.verified}</h2>
        ${area("key", words.key, 5, words.keyHint)}
        ${choice("sign_type", words.signType, { RSA2: "RSA2", RSA: "RSA", MD5: "MD5" })}
        <details><summary>${words.more}</summary><div class="fields">
          ${choice("charset", words.charset, { "utf-8": "utf-8", gbk: "gbk", gb18030: "gb18030" })}
          ${choice("rule", words.rule, words.rules)}
          ${line("partner", words.partner)}
          ${line("client_id", words.clientId)}
          ${line("path", words.path)}
        </div></details>
        <details><summary>${words.mixed}</summary><div class="fields">
          ${area("own_key", words.ownKey, 4)}
          ${area("other_keys", words.otherKeys, 4)}
        </div></details>
        <div class="actions">
          <button class="primary" id="examine" disabled>${words.examine}</button>
          <button class="secondary" type="button" id="clear">${words.clear}</button>
        </div>
        <p class="hint" id="engine" role="status">${words.loading}</p>
      </section>
      <section id="verdict" class="card verdict" aria-live="polite" tabindex="-1" hidden></section>
    </form>
  </div>`;
  return layout(page, { title: words.title, description: words.description, head, main });
}

function area(id, label, rows, hint) {
  return html`<div class="field"><label for="${id}">${label}</label>
    <textarea id="${id}" rows="${rows}" spellcheck="false" autocapitalize="off"${hint && html` aria-describedby="${id}-hint"`}></textarea>
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}</div>`;
}

function line(id, label) {
  return html`<div class="field"><label for="${id}">${label}</label><input id="${id}" type="text" spellcheck="false" autocapitalize="off"></div>`;
}

function choice(id, label, values) {
  return html`<div class="field"><label for="${id}">${label}</label>
    <select id="${id}">${Object.entries(values).map(([value, says]) => html`<option value="${value}">${says}</option>`)}</select></div>`;
}
