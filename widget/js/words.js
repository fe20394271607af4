// Which words: of the page's language, of the merchant's own, and English where there are none. Only the
// words of the first paint are here; each language is a file.

import { edge_of, hosts, rest } from "./shell.js";

/** The merchant's own texts, by tag. */
const own = {};
let has_own = false;
/** The texts of the files in use, by tag; `undefined` while one is under way. */
const loaded = {};

/** The tags under which words for `host` may be found, the nearest first. */
function tags(host) {
  const tag = host.getAttribute("locale") || host.closest("[lang]")?.lang || document.documentElement.lang;
  const [plain] = tag.split("-");
  // The browser's knowledge of languages is large, and takes longer than the first paint.
  if (plain in LANGUAGES.first && !has_own) return [plain, "en"];
  try {
    const { language, script, region } = new Intl.Locale(tag).maximize();
    const names = [`${language}-${script}-${region}`, `${language}-${script}`, `${language}-${region}`, language];
    return [...names.map((name) => LANGUAGES.aliases[name] ?? name), "en"];
  } catch {
    return ["en"];
  }
}

/** The words for a key, and their language; no words while their file is under way. */
export function words(host, key) {
  for (const tag of tags(host)) {
    const found = own[tag]?.[key] ?? loaded[tag]?.[key];
    if (found) return [found, tag];
    const first = LANGUAGES.first[tag];
    if (first) {
      // Out of the page it may not have its `edge` yet.
      if (host.isConnected && !(tag in loaded)) fetchWords(host, tag);
      if (key === FIRST_LABEL) return [first, tag];
      if (!loaded[tag]) break;
    }
  }
  return [];
}

async function fetchWords(host, tag) {
  loaded[tag] = undefined;
  try {
    await rest.painted;
    const response = await fetch(`${edge_of(host)}/v1/lang/${tag}.json`, { credentials: "omit" });
    if (!response.ok) throw response;
    loaded[tag] = await response.json();
    hosts.forEach(rest.show);
  } catch {
    // Asked for again when there is something new to say.
    delete loaded[tag];
  }
}

/** Adds or corrects the words of a language, for every button on the page. */
export function addTexts(tag, texts) {
  [tag] = Intl.getCanonicalLocales(tag);
  tag = LANGUAGES.aliases[tag] ?? tag;
  own[tag] = { ...own[tag], ...texts };
  has_own = true;
  hosts.forEach(rest.show);
}
