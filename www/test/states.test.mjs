import assert from "node:assert/strict";
import { test } from "node:test";

import { CHOICES, LANGUAGES, SCENES } from "../pages/states.mjs";
import { startShop } from "./trial-shop.mjs";

const policyOf = (answer) => answer.headers.get("content-security-policy").split("; ");

test("tile_takes_what_is_on_the_lists_and_the_first_choice_for_the_rest", async (t) => {
  const { origin } = await startShop(t);
  const query = new URLSearchParams({ scene: '"><script>', lang: "ar", theme: "dark", appearance: "pink", size: "large" });
  const page = await (await fetch(`${origin}/states/tile?${query}`)).text();
  assert.match(page, /<html lang="ar" dir="rtl" data-scene="idle" data-theme="dark">/);
  assert.match(page, /appearance="brand" theme="dark" size="large"/);
  assert.equal(page.includes('"><script>'), false);
});

test("only_tiles_may_be_framed_and_only_by_this_shop", async (t) => {
  const { origin } = await startShop(t);
  const ancestors = async (path) => policyOf(await fetch(origin + path)).filter((part) => part.startsWith("frame-"));
  assert.deepEqual(await ancestors("/states/tile"), ["frame-ancestors 'self'"]);
  assert.deepEqual(await ancestors("/states"), ["frame-ancestors 'none'", "frame-src 'self'"]);
  assert.deepEqual(await ancestors("/"), ["frame-ancestors 'none'"]);
});

test("played_way_to_alipay_leaves_the_browser_where_it_is", async (t) => {
  const { origin } = await startShop(t);
  assert.equal((await fetch(`${origin}/states/nowhere`)).status, 204);
});

test("every_scene_and_language_has_a_tile_of_its_own", async (t) => {
  const { origin } = await startShop(t);
  const titles = async (query) => [...(await (await fetch(`${origin}/states${query}`)).text()).matchAll(/<iframe [^>]*title="([^"]+)"/g)].map(([, title]) => title);
  assert.deepEqual(await titles(""), SCENES.map(({ name }) => name));
  assert.deepEqual(await titles("?show=languages"), LANGUAGES.map(({ name }) => name));
  assert.equal((await titles("?show=looks")).length, CHOICES.appearance.length * CHOICES.size.length);
});
