import { html } from "./html.mjs";
import { layout } from "./layout.mjs";

/** What the button goes through, and how a shopper gets there. `states-tile.js` brings each of them about. */
export const SCENES = [
  { name: "idle", says: "Nothing has happened yet." },
  { name: "creating", says: "Clicked; the edge has not answered yet." },
  { name: "redirecting", says: "The page is about to be left for Alipay." },
  { name: "away", says: "The shopper is at Alipay; this page is behind." },
  { name: "confirming", says: "Back from Alipay; the edge has not said a last word." },
  { name: "paid", says: "The edge says so. Nothing else makes this state." },
  { name: "pending", says: "Not known after twenty seconds. A click asks, and does not pay." },
  { name: "closed", says: "The order can no longer be paid." },
  { name: "refunded", state: "closed", says: "Closed, because the money went back." },
  { name: "failed", says: "The edge has refused to start." },
  { name: "expired", state: "failed", says: "The order token is too old." },
  { name: "offline", state: "failed", says: "The browser has no connection." },
  { name: "blocked", says: "Inside WeChat, where Alipay does not open." },
  { name: "no-wasm", state: "idle", says: "WebAssembly is forbidden: a plain form pays." },
];

/** Every language of the button, by its own name; `dir` where it runs from right to left. */
export const LANGUAGES = [
  { tag: "en", name: "English" },
  { tag: "zh-Hans", name: "简体中文" },
  { tag: "zh-Hant-TW", name: "繁體中文（台灣）" },
  { tag: "zh-Hant-HK", name: "繁體中文（香港）" },
  { tag: "ja", name: "日本語" },
  { tag: "ko", name: "한국어" },
  { tag: "th", name: "ไทย" },
  { tag: "vi", name: "Tiếng Việt" },
  { tag: "id", name: "Indonesia" },
  { tag: "ms", name: "Melayu" },
  { tag: "fil", name: "Filipino" },
  { tag: "de", name: "Deutsch" },
  { tag: "fr", name: "Français" },
  { tag: "es", name: "Español" },
  { tag: "it", name: "Italiano" },
  { tag: "pt", name: "Português" },
  { tag: "nl", name: "Nederlands" },
  { tag: "pl", name: "Polski" },
  { tag: "ru", name: "Русский" },
  { tag: "uk", name: "Українська" },
  { tag: "tr", name: "Türkçe" },
  { tag: "ar", name: "العربية", dir: "rtl" },
  { tag: "he", name: "עברית", dir: "rtl" },
  { tag: "hi", name: "हिन्दी" },
];

/** What can be chosen for all buttons at once; the first of each is taken unless another is asked for. */
export const CHOICES = {
  show: ["states", "languages", "looks"],
  scene: SCENES.map(({ name }) => name),
  lang: LANGUAGES.map(({ tag }) => tag),
  theme: ["light", "dark"],
  appearance: ["brand", "white", "black", "outline"],
  size: ["medium", "small", "large"],
  width: ["phone", "wide"],
  logo: ["no", "yes"],
};

const TITLES = {
  show: "Show", scene: "State", lang: "Language", theme: "Theme", appearance: "Appearance", size: "Size", width: "Width", logo: "Logo",
};
const NAMES = { phone: "phone, 328 px", wide: "wide, 440 px", states: "every state", languages: "every language", looks: "every look" };

/** The choices of an address; what is not on a list is not taken. */
export function chosen(query) {
  return Object.fromEntries(Object.entries(CHOICES).map(([name, values]) => [name, values.includes(query[name]) ? query[name] : values[0]]));
}

/** The tiles of a page: what each shows besides the choices that are made for all. */
function tiles({ show, scene }) {
  if (show === "languages") return LANGUAGES.map(({ tag, name }) => ({ title: name, says: tag, lang: tag, scene }));
  if (show === "looks") {
    return CHOICES.appearance.flatMap((appearance) =>
      CHOICES.size.map((size) => ({ title: `${appearance}, ${size}`, says: "", appearance, size, scene })),
    );
  }
  return SCENES.map(({ name, says }) => ({ title: name, says, scene: name }));
}

/** Every state of the button by hand. In English only: it is for those who put the button into a shop. */
export function statesPage(page, { choices }) {
  const head = html`<link rel="stylesheet" href="/assets/states.css">
    <script src="/assets/states.js" type="module"></script>`;
  const main = html`<div class="states" lang="en">
    <h1>The button, by hand</h1>
    <p>Every tile is a page of its own with the real element in it. What is played is the edge: each tile's script answers in
      its place, so that nothing but this shop needs to run.</p>
    <form class="controls" method="get">
      ${Object.entries(CHOICES).map(([name, values]) => select(name, values, choices))}
      <noscript><button>Show</button></noscript>
    </form>
    <ul class="tiles tiles-${choices.width}" data-theme="${choices.theme}">
      ${tiles(choices).map((tile) => frame(tile, choices))}
    </ul>
  </div>`;
  return layout(page, { title: "The button, by hand", head, main });
}

function select(name, values, choices) {
  // Where every state is shown, there is none to be chosen; and so on.
  const idle = { states: ["scene"], languages: ["lang"], looks: ["appearance", "size"] }[choices.show].includes(name);
  const label = (value) => NAMES[value] ?? LANGUAGES.find(({ tag }) => tag === value)?.name ?? value;
  return html`<label>${TITLES[name]}
    <select name="${name}"${idle && html` disabled`}>
      ${values.map((value) => html`<option value="${value}"${value === choices[name] && html` selected`}>${label(value)}</option>`)}
    </select></label>`;
}

function frame({ title, says, ...tile }, choices) {
  const { state = tile.scene ?? choices.scene } = SCENES.find(({ name }) => name === (tile.scene ?? choices.scene));
  const { scene, lang, theme, appearance, size, logo } = { ...choices, ...tile };
  const query = new URLSearchParams({ scene, lang, theme, appearance, size, logo });
  // The button leaves with the whole window, out of any frame; here it must not.
  return html`<li>
    <h2>${title}</h2>
    <p>${says}</p>
    <iframe sandbox="allow-scripts allow-same-origin allow-forms allow-popups" src="/states/tile?${query}" title="${title}" data-state="${state}" data-lang="${lang}"></iframe>
  </li>`;
}

/** One button in a page of its own, with the theme, language and direction that it has to stand in. */
export function statesTile({ choices, host }) {
  const { scene, lang, theme, appearance, size, logo } = choices;
  const { dir = "ltr" } = LANGUAGES.find(({ tag }) => tag === lang);
  return html`<!doctype html>
<html lang="${lang}" dir="${dir}" data-scene="${scene}" data-theme="${theme}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${scene}</title>
    <link rel="stylesheet" href="/assets/states-tile.css">
    <script src="/assets/played-edge.js"></script>
    <script src="/assets/states-tile.js"></script>
    <script src="/v1/alipay-checkout.js" async></script>
  </head>
  <body>
    <alipay-checkout edge="https://edge.invalid" pay-hosts="${host}" appearance="${appearance}" theme="${theme}" size="${size}"
      help-url="/" alipay-help="https://global.alipay.com/">${logo === "yes" && html`<img slot="logo" src="/assets/icon.svg" alt="" width="20" height="20">`}</alipay-checkout>
  </body>
</html>
`.toString();
}
