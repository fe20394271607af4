// Colours for code, as classes: the pages have no inline style.

import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import go from "highlight.js/lib/languages/go";
import http from "highlight.js/lib/languages/http";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";

const LANGUAGES = {
  sh: bash, go, http, java, js: javascript, json, php, python, ruby, rust, ts: typescript, tsx: typescript, html: xml, vue: xml, svelte: xml,
};
for (const [name, grammar] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, grammar);
// The grammar of HTML colours scripts and styles inside it by these names.
hljs.registerLanguage("javascript", javascript);

/** HTML of `code`, escaped, with spans for a language that is known. */
export function highlight(code, lang) {
  if (lang in LANGUAGES) return hljs.highlight(code, { language: lang, ignoreIllegals: true }).value;
  return code.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
