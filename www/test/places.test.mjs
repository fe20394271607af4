import assert from "node:assert/strict";
import { test } from "node:test";

import { TEXTS } from "../pages/texts.mjs";
import { startShop } from "./trial-shop.mjs";

const read = async (address, headers = {}) => (await fetch(address, { headers })).text();

/** What the strip leads to: `[name, href, whether it is this page]`. */
function strip(page) {
  const [list] = /<nav class="strip"[^]*?<\/nav>/.exec(page);
  return [...list.matchAll(/<a href="([^"]+)"( aria-current="page")?>([^<]+)</g)].map(([, href, here, name]) => [name, href, Boolean(here)]);
}

test("strip_stands_on_every_page_and_knows_where_it_is", async (t) => {
  const { origin } = await startShop(t, { standInOrigin: "http://127.0.0.1:2" });
  for (const path of ["/", "/orders", "/states", "/nowhere"]) {
    const here = strip(await read(origin + path)).filter(([, , current]) => current).map(([, href]) => href);
    assert.deepEqual(here, ["/", "/states"].includes(path) ? [path] : [], path);
  }
});

test("stand_in_and_dashboard_are_linked_at_their_own_origins", async (t) => {
  const { origin } = await startShop(t, { standInOrigin: "http://127.0.0.1:2" });
  const links = strip(await read(origin));
  assert.deepEqual(links.find(([name]) => name === "Alipay’s side"), ["Alipay’s side", "http://127.0.0.1:2/", false]);
  assert.deepEqual(links.find(([name]) => name === "Dashboard"), ["Dashboard", "https://edge.example/dashboard/", false]);
});

test("no_stand_in_no_link", async (t) => {
  const { origin } = await startShop(t);
  assert.equal(strip(await read(origin)).some(([name]) => name === TEXTS.en.places.traffic[0]), false);
});

test("chosen_language_is_carried_along_within_the_shop", async (t) => {
  const { origin } = await startShop(t);
  const links = strip(await read(`${origin}/?lang=zh`));
  assert.deepEqual(links[0], ["商店", "/?lang=zh", true]);
});

test("front_page_says_of_each_place_what_it_is", async (t) => {
  const { origin } = await startShop(t, { standInOrigin: "http://127.0.0.1:2" });
  const page = await read(origin, { "accept-language": "en" });
  for (const [name, href] of strip(page).slice(1)) {
    const [, says] = Object.values(TEXTS.en.places).find(([known]) => known === name);
    assert.equal(page.includes(`<a href="${href}">${name}</a><p>${says}</p>`), true, name);
  }
});
