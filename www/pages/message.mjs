import { html } from "./html.mjs";
import { layout } from "./layout.mjs";

/** A short page for a person whose request could not be met. */
export function messagePage({ texts, path, chosen, status }) {
  const [title, lead] = texts.messages[status] ?? texts.messages.other;
  const main = html`<section class="card message">
    <h1>${title}</h1>
    <p>${lead}</p>
    <a class="secondary" href="/${chosen && `?lang=${texts.lang}`}">${texts.backToShop}</a>
  </section>`;
  return layout({ texts, path, chosen, title, head: "", main });
}
