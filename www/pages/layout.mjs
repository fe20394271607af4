import { html } from "./html.mjs";

/**
 * The frame of every page: `page` is what the backend knows about the request (words, address, chosen
 * language, places), `description` is for search engines, `head` for the page's own tags.
 */
export function layout(page, { title, description, head = "", main }) {
  const { texts, path, places } = page;
  const document = html`<!doctype html>
<html lang="${texts.locale}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="${description ?? texts.description}">
    <title>${title} – ${texts.shop}</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/shop.css">
    ${head}
  </head>
  <body>
    <a class="skip" href="#main">${texts.skip}</a>
    <nav class="strip" aria-label="${texts.tour}">
      <ul>${places.map(({ name, href }) => html`
        <li><a href="${href}"${href.split("?")[0] === path && html` aria-current="page"`}>${texts.places[name][0]}</a></li>`)}
      </ul>
    </nav>
    <header class="top">
      <a class="brand" href="${to(page, "/")}">${leaf()}<span>${texts.shop}</span></a>
      <nav aria-label="${texts.navigation}">
        <a href="${to(page, "/")}"${current(path, "/")}>${texts.navProduct}</a>
        <a href="${to(page, "/orders")}"${current(path, "/orders")}>${texts.navOrders}</a>
        <a class="language" href="?lang=${texts.other.lang}" lang="${texts.other.locale}"
          hreflang="${texts.other.locale}" aria-label="${texts.other.label}">${texts.other.name}</a>
      </nav>
    </header>
    <main id="main" tabindex="-1">${main}</main>
    <footer class="bottom">${texts.footer}</footer>
  </body>
</html>
`;
  return document.toString();
}

/** The address of one of the shop's own pages. A language that was chosen by hand is carried along. */
export function to({ texts, chosen }, path) {
  return chosen ? `${path}?lang=${texts.lang}` : path;
}

function current(path, page) {
  return path === page ? html` aria-current="page"` : "";
}

function leaf() {
  return html`<svg class="leaf" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path class="leaf-a" d="M16 29C6 24 4 13 10 3c8 5 11 15 6 26Z"></path>
    <path class="leaf-b" d="M16 29c0-9 4-16 13-18 0 10-5 16-13 18Z"></path>
  </svg>`;
}
