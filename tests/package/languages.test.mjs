// The widget's texts: every language says the same things, in its own script, in the room that there is.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";

import { ROOT } from "../../xtask/npm/stack.mjs";

const FOLDER = join(ROOT, "widget", "lang");
/** Every language, the script it is written in, and what Alipay is called there. */
const LANGUAGES = {
  ar: ["Arabic", "Alipay"],
  de: ["Latin", "Alipay"],
  en: ["Latin", "Alipay"],
  es: ["Latin", "Alipay"],
  fil: ["Latin", "Alipay"],
  fr: ["Latin", "Alipay"],
  he: ["Hebrew", "Alipay"],
  hi: ["Devanagari", "Alipay"],
  id: ["Latin", "Alipay"],
  it: ["Latin", "Alipay"],
  ja: ["Han|Hiragana|Katakana", "Alipay"],
  ko: ["Hangul", "Alipay"],
  ms: ["Latin", "Alipay"],
  nl: ["Latin", "Alipay"],
  pl: ["Latin", "Alipay"],
  pt: ["Latin", "Alipay"],
  ru: ["Cyrillic", "Alipay"],
  th: ["Thai", "Alipay"],
  tr: ["Latin", "Alipay"],
  uk: ["Cyrillic", "Alipay"],
  vi: ["Latin", "Alipay"],
  "zh-Hans": ["Han", "支付宝"],
  "zh-Hant-HK": ["Han", "支付寶"],
  "zh-Hant-TW": ["Han", "支付寶"],
};

/** What stands on the button. It holds some 28 letters where it is 280 px wide. */
const LABELS = ["pay", "opening", "checking", "paid", "again", "closed", "refunded", "retry", "blocked"];
const MOST_ON_THE_BUTTON = 28;
/** Two lines of 14 px letters in the widget's usual 400 px. */
const MOST_IN_A_NOTE = 108;
/** Latin words that other scripts leave as they are. */
const KEPT = /Alipay|QR|Code/g;
const SIMPLIFIED = /[宝请无订单页将关闭开链复制错误发给点击选择]/u;
const TRADITIONAL = /[寶請無訂單頁將關閉開鏈連結複製錯誤發給點擊選擇]/u;

const read = (name) => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
const english = read("en");
const each = (check) => Object.keys(LANGUAGES).flatMap((tag) => Object.entries(read(tag)).flatMap(([key, text]) => check(tag, key, text)));

/** In columns as wide as a Latin letter: East Asian ones take two, marks above and below none. */
function columns(text) {
  const letters = [...text.replace(/\p{Mn}/gu, "")];
  return letters.reduce((sum, letter) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u.test(letter) ? 2 : 1), 0);
}

test("all_languages_and_no_other_are_there", () => {
  const files = readdirSync(FOLDER).filter((name) => name !== "aliases.json");
  assert.deepEqual(files.sort(), Object.keys(LANGUAGES).map((tag) => `${tag}.json`).sort());
  assert.deepEqual(Object.keys(LANGUAGES).map((tag) => Intl.getCanonicalLocales(tag)[0]), Object.keys(LANGUAGES));
});

test("aliases_lead_to_languages_that_are_there_and_hide_none", () => {
  const aliases = read("aliases");
  assert.deepEqual(Object.values(aliases).filter((tag) => !(tag in LANGUAGES)), []);
  assert.deepEqual(Object.keys(aliases).filter((tag) => tag in LANGUAGES), []);
});

test("every_language_has_the_keys_of_english_in_the_same_order", () => {
  for (const tag of Object.keys(LANGUAGES)) assert.deepEqual(Object.keys(read(tag)), Object.keys(english), tag);
});

test("texts_are_neither_empty_nor_padded_nor_markup", () => {
  assert.deepEqual(each((tag, key, text) => {
    const odd = text.trim() !== text || text === "" || /[<>&\p{Cc}]|\.\.\.|\s\s/u.test(text);
    return odd ? [`${tag} ${key}: ${text}`] : [];
  }), []);
});

test("placeholders_are_those_of_english", () => {
  const placeholders = (text) => (text.match(/\{\w*\}|%\w|\$\w+/g) ?? []).sort();
  assert.deepEqual(each((tag, key, text) => {
    const same = String(placeholders(text)) === String(placeholders(english[key]));
    return same ? [] : [`${tag} ${key}: ${text}`];
  }), []);
});

test("texts_fit_into_their_places", () => {
  assert.deepEqual(each((tag, key, text) => {
    const most = LABELS.includes(key) ? MOST_ON_THE_BUTTON : key.startsWith("note_") ? MOST_IN_A_NOTE : 120;
    return columns(text) > most ? [`${tag} ${key}: ${columns(text)} columns, ${most} are there`] : [];
  }), []);
});

test("texts_are_written_in_the_script_of_their_language", () => {
  assert.deepEqual(each((tag, key, text) => {
    const own = LANGUAGES[tag][0].split("|").map((script) => `\\p{Script=${script}}`).join("");
    // Marks and signs of several scripts, such as the long vowel of Japanese, count for all of them.
    const foreign = new RegExp(`(?![${own}\\p{Script=Common}\\p{Script=Inherited}])\\p{L}`, "u");
    const letters = LANGUAGES[tag][0] === "Latin" ? text : text.replaceAll(KEPT, "");
    const wrong = foreign.exec(letters) ?? (new RegExp(`[${own}]`, "u").test(letters) ? null : ["no letter of its own"]);
    return wrong ? [`${tag} ${key}: ${wrong[0]} in ${text}`] : [];
  }), []);
});

test("simplified_and_traditional_characters_are_not_mixed", () => {
  const traditionalOnly = new RegExp(`(?!${SIMPLIFIED.source})${TRADITIONAL.source}`, "u");
  const simplifiedOnly = new RegExp(`(?!${TRADITIONAL.source})${SIMPLIFIED.source}`, "u");
  assert.deepEqual(each((tag, key, text) => {
    const wrong = tag === "zh-Hans" ? traditionalOnly.exec(text) : tag.startsWith("zh-Hant") ? simplifiedOnly.exec(text) : null;
    return wrong ? [`${tag} ${key}: ${wrong[0]} in ${text}`] : [];
  }), []);
});

test("alipay_has_the_name_it_has_in_that_language", () => {
  const named = Object.keys(english).filter((key) => ["pay", "opening", "paid", "retry", "ref_alipay", "link_alipay"].includes(key));
  assert.equal(named.length, 6);
  assert.deepEqual(each((tag, key, text) => {
    const other = LANGUAGES[tag][1] === "Alipay" ? /支付[宝寶]|アリペイ|알리페이/u : /Alipay/;
    const right = (!named.includes(key) || text.includes(LANGUAGES[tag][1])) && !other.test(text);
    return right ? [] : [`${tag} ${key}: ${text}`];
  }), []);
});

test("sentences_end_where_english_ones_do", () => {
  assert.deepEqual(each((tag, key, text) => {
    // Thai sentences end without a sign.
    if (tag === "th") return [];
    const ends = (words) => /[.。।]$/u.test(words);
    return ends(text) === ends(english[key]) ? [] : [`${tag} ${key}: ${text}`];
  }), []);
});

test("nothing_is_left_in_english", () => {
  const same = each((tag, key, text) => (tag !== "en" && text === english[key] ? [`${tag} ${key}`] : []));
  // Filipino says so too.
  assert.deepEqual(same, ["fil ref_code"]);
});

test("what_the_button_says_tells_its_states_apart", () => {
  for (const tag of Object.keys(LANGUAGES)) {
    const texts = read(tag);
    assert.equal(new Set(LABELS.map((key) => texts[key])).size, LABELS.length, tag);
  }
});

test("a_payment_stays_below_22000_bytes_in_every_language", () => {
  const weigh = (name) => brotliCompressSync(readFileSync(join(ROOT, "dist", name)), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  for (const script of ["alipay-checkout.js", "alipay-checkout.mjs"]) {
    const shell = weigh(script);
    const heavy = Object.keys(LANGUAGES).filter((tag) => shell + weigh(join("lang", `${tag}.json`)) > 22_000);
    assert.deepEqual(heavy, [], script);
  }
});
