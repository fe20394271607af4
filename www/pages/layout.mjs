import { html } from "./html.mjs";

/** The frame of every page. `head` is for the page's own tags, `path` for the language link. */
export function layout({ texts, path, chosen, title, head, main }) {
  // A language that was chosen by hand is carried along; one that the browser asked for is not.
  const keep = chosen ? `?lang=${texts.lang}` : "";
  const document = html`<!doctype html>
<html lang="${texts.locale}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} – ${texts.shop}</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/shop.css">
    ${head}
  </head>
  <body>
    <a class="skip" href="#main">${texts.skip}</a>
    <header class="top">
      <a class="brand" href="/${keep}">${leaf()}<span>${texts.shop}</span></a>
      <nav aria-label="${texts.navigation}">
        <a href="/${keep}"${current(path, "/")}>${texts.navProduct}</a>
        <a href="/orders${keep}"${current(path, "/orders")}>${texts.navOrders}</a>
        <a class="language" href="?lang=${texts.other.lang}" lang="${texts.other.locale}"
          hreflang="${texts.other.locale}" aria-label="${texts.other.label}">${texts.other.name}</a>
      </nav>
    </header>
    <main id="main" tabindex="-1">${main}</main>
    <footer class="bottom">${texts.footer} <a href="/states">${texts.footerStates}</a></footer>
  </body>
</html>
`;
  return document.toString();
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
