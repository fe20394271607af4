import { html } from "./html.mjs";
import { layout, to } from "./layout.mjs";

/** A short page for a person whose request could not be met. */
export function messagePage(page, { status }) {
  const { texts } = page;
  const [title, lead] = texts.messages[status] ?? texts.messages.other;
  const main = html`<section class="card message">
    <h1>${title}</h1>
    <p>${lead}</p>
    <a class="secondary" href="${to(page, "/")}">${texts.backToShop}</a>
  </section>`;
  return layout(page, { title, main });
}
