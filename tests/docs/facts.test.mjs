// What the documentation says besides links and code is held to its sources.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT } from "../../xtask/npm/stack.mjs";

const read = (...path) => readFileSync(join(ROOT, ...path), "utf8");
const page = (name) => read("docs", "site", "pages", name);
const SUPPORT = JSON.parse(read("docs", "support.json"));

test("every_promise_names_tests_that_exist", () => {
  const rows = [...page("guarantees.md").matchAll(/^\| ([A-Z][^|]*) \|[^|]*\|([^|]*)\|$/gm)];
  assert.equal(rows.length >= 13, true);
  const absent = [];
  for (const [, promise, cell] of rows) {
    const names = [...cell.matchAll(/`([^#`]+)#([^`]+)`/g)];
    if (names.length === 0) absent.push(promise);
    for (const [, file, part] of names) {
      const path = join(ROOT, "tests", `${file}.mjs`);
      if (!existsSync(path) || !readFileSync(path, "utf8").includes(part)) absent.push(`${file}#${part}`);
    }
  }
  assert.deepEqual(absent, []);
});

test("alipays_addresses_stand_in_one_file_and_others_say_the_same", () => {
  const addresses = SUPPORT.channels.map(({ address }) => address).filter(Boolean);
  assert.equal(addresses.length, 3);
  const named = [...read("README.md").matchAll(/[\w.]+@[\w.]*ali(?:pay|baba)\.com/g)].map(([address]) => address);
  assert.deepEqual(named.filter((address) => !addresses.includes(address)), []);
  assert.equal(read("README.md").includes(`(Read ${SUPPORT.read}; `), true);
  const pages = readdirSync(join(ROOT, "docs", "site", "pages"), { recursive: true }).filter((name) => name.endsWith(".md"));
  assert.deepEqual(pages.filter((name) => /@[\w.]*ali(?:pay|baba)\.com/.test(page(name))), []);
});

test("every_channel_has_its_words_in_both_languages_and_the_month_it_was_read", () => {
  assert.match(SUPPORT.read, /^\d{4}-\d\d$/);
  for (const { who, about, address, where, hours, note } of SUPPORT.channels) {
    assert.equal(["merchants", "shoppers"].includes(who), true);
    assert.equal((address === undefined) !== (where === undefined), true);
    for (const words of [about, where, hours, note].filter(Boolean)) assert.deepEqual(Object.keys(words), ["en", "zh"]);
  }
});

test("every_section_of_the_operating_guide_is_on_some_page", () => {
  const sections = [...read("docs", "operating.md").matchAll(/^## (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replaceAll(" ", "-"));
  const pages = ["deployment.md", "keys.md", "operating.md"].map(page).join("");
  assert.equal(sections.length >= 5, true);
  assert.deepEqual(sections.filter((section) => !pages.includes(`operating.md#${section} -->`)), []);
});

test("every_section_of_the_widgets_readme_but_its_workshop_is_on_the_page_about_embedding", () => {
  const sections = [...read("widget", "README.md").matchAll(/^## (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replaceAll(" ", "-"));
  const embedding = page("embedding.md");
  assert.deepEqual(sections.filter((section) => !embedding.includes(`widget/README.md#${section} -->`)), ["working-on-it"]);
});
