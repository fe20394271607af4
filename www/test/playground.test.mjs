import assert from "node:assert/strict";
import { test } from "node:test";

import { API, TEXT_KEYS } from "../pages/playground.mjs";
import { API_IN_CHINESE, PLAYGROUND_TEXTS } from "../pages/playground-texts.mjs";
import { LANGUAGES } from "../pages/states.mjs";
import { codeFor } from "../public/playground-code.js";
import { AROUND, readSettings, writeSettings } from "../public/playground-settings.js";
import { shape, startShop } from "./trial-shop.mjs";

const KNOWN = { api: API, keys: Object.keys(TEXT_KEYS), languages: LANGUAGES.map(({ tag }) => tag) };
const read = (settings) => readSettings(`#${new URLSearchParams(settings)}`, KNOWN);

test("playgrounds_texts_are_the_same_in_both_languages", () => {
  assert.deepEqual(shape(PLAYGROUND_TEXTS.zh), shape(PLAYGROUND_TEXTS.en));
  for (const words of Object.values(PLAYGROUND_TEXTS)) assert.deepEqual(Object.keys(words.scenes), AROUND.scene);
});

test("everything_of_the_elements_table_is_said_in_chinese_too", () => {
  const rows = [API.attributes, API.properties, API.methods, API.staticMethods, API.slots].flat();
  assert.deepEqual(Object.keys(API_IN_CHINESE), rows.map(({ name }) => name));
});

test("preview_takes_what_is_on_the_lists_and_is_framed_by_this_shop_only", async (t) => {
  const { origin } = await startShop(t);
  const answer = await fetch(`${origin}/playground/preview?${new URLSearchParams({ lang: '"><script>', dir: "rtl", colours: "dark" })}`);
  assert.match(await answer.text(), /^<!doctype html>\n<html lang="en" dir="rtl" data-theme="dark">/);
  assert.match(answer.headers.get("content-security-policy"), /; frame-ancestors 'self'$/);
});

test("nothing_given_is_the_elements_own_look", () => {
  const { attributes, css, texts, logo, prevent, scene, lang, locale } = read({});
  assert.deepEqual({ attributes, css, texts, logo, prevent }, { attributes: {}, css: {}, texts: {}, logo: false, prevent: false });
  assert.deepEqual([scene, lang, locale], ["paid", "en", "en"]);
});

test("settings_are_the_same_after_writing_and_reading", () => {
  const all = {
    ...Object.fromEntries(API.attributes.map(({ name, type, values, default: usual }) => [name, type === "boolean" ? "" : values?.find((value) => value !== usual) ?? `${name} & "=+#`])),
    ...Object.fromEntries(API.cssProperties.map(({ name }) => [name, "600 16px/1.25 'Noto Sans', sans-serif"])),
    "text.pay": "付款 & go", logo: "", prevent: "", scene: "slow", colours: "dark", width: "phone", dir: "rtl", lang: "he",
  };
  const settings = read(all);
  assert.equal(Object.keys(settings.css).length, API.cssProperties.length);
  assert.deepEqual(readSettings(writeSettings(settings, KNOWN), KNOWN), settings);
});

for (const [name, given] of [
  ["unknown_names", { onclick: "x", style: "x", state: "paid", "--other": "1" }],
  ["values_that_are_on_no_list", { appearance: "pink", scene: "free", lang: "xx", dir: "up" }],
  ["values_that_would_end_a_declaration", { "--alipay-checkout-radius": "0; } body { display: none", "--alipay-checkout-color": "</style><script>" }],
  ["texts_that_the_button_does_not_have", { "text.other": "x" }],
]) {
  test(`${name}_in_an_address_are_not_taken`, () => assert.deepEqual(read(given), read({})));
}

test("text_in_the_code_stays_text", () => {
  const settings = read({ "help-url": '"><script>{x}', "text.pay": '</script>"' });
  assert.match(codeFor("html", settings), /help-url="&quot;><script>\{x\}"/);
  assert.match(codeFor("html", settings), /addTexts\("en", \{ pay: "\\u003c\/script>\\"" \}\)/);
  assert.match(codeFor("react", settings), /help-url=\{"\\">\\u003cscript>\{x\}"\}/);
  assert.match(codeFor("svelte", settings), /help-url=\{"\\">\\u003cscript>\{x\}"\}/);
  assert.match(codeFor("vue", settings), /help-url="&quot;><script>\{x\}"/);
});
