// Complaints about accessibility, language and look (payment-buttons, list I), in every state that a
// test can bring about.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { violations } from "../accessibility.mjs";
import { expect, test } from "./fixtures.mjs";
import { STATES, reach } from "./states.mjs";

const texts = async (tag) => JSON.parse(await readFile(join(ROOT, "widget", "lang", `${tag}.json`), "utf8"));

/** axe evaluates text that it makes; the page's own policy is not what is tested here. */
const OPEN = { policy: null };

test("axe_speaks_up_for_a_page_for_what_is_in_its_shadow_and_for_a_frame", async ({ page }) => {
  const image = '<img src="data:,">';
  await page.setContent(`<!doctype html><html lang="en"><title>Order</title><main><h1>Order</h1>${image}
    <div id="host"><template shadowrootmode="open"><button></button></template></div>
    <iframe title="frame" srcdoc='<!doctype html><html lang="en"><title>Frame</title>${image}'></iframe></main></html>`);
  await page.frameLocator("iframe").locator("img").waitFor({ state: "attached" });
  const places = (await violations(page)).map((line) => line.replace(/ Fix any[^]*?(?=, iframe|$)/g, ""));
  expect(places.sort()).toEqual(["button-name: #host button", "image-alt: img, iframe img"]);
  expect(await violations(page, { without: ["button-name", "image-alt"] })).toEqual([]);
  expect((await violations(page, { exclude: ["iframe", "#host"] })).length).toBe(1);
});

// paypal/paypal-js#958, paypal/paypal-checkout-components#2156, Adyen/adyen-web#3696 and #3824, paypal-js#584 (dark).
for (const state of STATES) {
  for (const [name, lang, colorScheme] of [["light", "en", "light"], ["dark", "en", "dark"], ["right_to_left", "ar", "light"]]) {
    test(`axe_finds_nothing_in_${state}_${name}`, async ({ order }) => {
      await order.page.emulateMedia({ colorScheme });
      await reach(order, state, { ...OPEN, lang, head: `<meta name="color-scheme" content="light dark">${order.script}` });
      expect(await violations(order.page)).toEqual([]);
    });
  }
}

const APPEARANCES = ["brand", "white", "black", "outline"];

/** What appears below the button, and how a test brings it there. */
const PANELS = {
  help: async (order, page) => {
    await reach(order, "failed", page);
    await order.widget.locator("[part~=help] summary").click();
    await expect(order.widget.locator("[part~=reference]")).toBeVisible();
  },
  code: async (order, page) => {
    await order.open({ ...page, attributes: { ...page.attributes, qr: "" } });
    await order.button.click();
    await order.expectState("away");
    const code = order.widget.locator("canvas");
    await expect(code).toHaveAccessibleName((await texts(page.lang)).qr_name);
    await expect.poll(() => code.evaluate(({ width }) => width)).toBeGreaterThan(200);
  },
};

for (const panel of Object.keys(PANELS)) {
  for (const theme of ["light", "dark"]) {
    for (const lang of ["en", "ar"]) {
      test(`axe_finds_nothing_with_the_${panel}_open_in_any_appearance_on_a_${theme}_page_in_${lang}`, async ({ order }) => {
        test.slow();
        const head = `<style>:root { color-scheme: ${theme}; background: ${theme === "dark" ? "#14191e" : "#fff"}; color: ${theme === "dark" ? "#eceff1" : "#1d2b25"} }</style>${order.script}`;
        const attributes = { theme, "help-url": "https://shop.example/help", "alipay-help": "https://help.alipay.example/" };
        await PANELS[panel](order, { ...OPEN, head, lang, attributes });
        const found = {};
        for (const appearance of APPEARANCES) {
          await order.widget.evaluate((widget, value) => (widget.appearance = value), appearance);
          // Colours move for a moment.
          await order.widget.evaluate(({ shadowRoot }) =>
            Promise.all(shadowRoot.getAnimations().filter((one) => one instanceof CSSTransition).map(({ finished }) => finished.catch(() => {}))),
          );
          found[appearance] = await violations(order.page);
        }
        expect(found).toEqual({ brand: [], white: [], black: [], outline: [] });
      });
    }
  }
}

test.describe("inside an app", () => {
  test.use({ userAgent: "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49" });

  for (const lang of ["en", "ar"]) {
    test(`axe_finds_nothing_in_blocked_in_${lang}`, async ({ order }) => {
      await order.open({ ...OPEN, lang });
      await order.expectState("blocked");
      expect(await violations(order.page)).toEqual([]);
    });
  }
});

// Adyen/adyen-web#3112: a live region that comes together with its words is not read out.
test("status_region_is_there_before_its_words_and_is_the_same_one_afterwards", async ({ order }) => {
  await order.open();
  await order.expectState("idle");
  await expect(order.status).toHaveText("");
  await order.widget.evaluate((widget) => (globalThis.regionOfTest = widget.shadowRoot.querySelector("[role=status]")));
  order.edge.checkout = () => ({ status: 400, body: { code: "order_token_expired" } });
  await order.button.click();
  await order.expectState("failed");
  await expect(order.status).not.toHaveText("");
  expect(await order.widget.evaluate((widget) => widget.shadowRoot.querySelector("[role=status]") === regionOfTest)).toBe(true);
});

// Adyen/adyen-web (measured): while busy, the focus was lost to the page's body.
test("focus_stays_on_the_button_while_it_is_busy_and_after_it_has_failed", async ({ order }) => {
  let answer;
  order.edge.checkout = () => new Promise((resolve) => (answer = () => resolve({ status: 400, body: { code: "order_token_expired" } })));
  await order.open();
  await order.page.keyboard.press("Tab");
  const focused = () => order.widget.evaluate((widget) => document.activeElement === widget && widget.shadowRoot.activeElement?.part.contains("button"));
  expect(await focused()).toBe(true);
  await order.page.keyboard.press("Enter");
  await order.expectState("creating");
  expect(await focused()).toBe(true);
  await expect.poll(() => order.starts).toBe(1);
  answer();
  await order.expectState("failed");
  expect(await focused()).toBe(true);
});

// paypal/paypal-checkout-components#2169: no mark of the focus.
test("focus_by_keyboard_is_seen", async ({ order }) => {
  await order.open();
  const outline = () => order.button.evaluate((button) => getComputedStyle(button).outlineStyle);
  expect(await outline()).toBe("none");
  await order.page.keyboard.press("Tab");
  expect(await outline()).toBe("solid");
});

// google-pay/google-pay-button#252, #292, #296: a least width of 240 px broke small screens.
for (const width of [160, 240, 280, 320, 1200]) {
  test(`button_fits_a_place_of_${width}_px`, async ({ order }) => {
    await order.open({ ...OPEN, html: `<div style="inline-size: ${width}px">${order.tag()}</div>` });
    await order.expectUsable();
    const [outer, inner] = [await order.widget.boundingBox(), await order.button.boundingBox()];
    expect(inner.width).toBeLessThanOrEqual(width);
    expect(inner.width).toBe(Math.min(width, 400));
    expect(outer.width).toBe(inner.width);
    expect(await order.button.evaluate((button) => button.scrollWidth <= button.clientWidth)).toBe(true);
  });
}

// paypal/paypal-checkout-components#898, Adyen's (measured): no edge in forced colours.
test("button_has_an_edge_in_forced_colours", async ({ order }) => {
  await order.page.emulateMedia({ forcedColors: "active" });
  await order.open();
  const [border, width] = await order.button.evaluate((button) => {
    const { borderTopColor, borderTopWidth } = getComputedStyle(button);
    return [borderTopColor, borderTopWidth];
  });
  expect(width).not.toBe("0px");
  expect(border).not.toBe("rgba(0, 0, 0, 0)");
});

test("nothing_turns_for_people_who_asked_for_less_motion", async ({ order }) => {
  await order.page.emulateMedia({ reducedMotion: "reduce" });
  await reach(order, "creating");
  const running = await order.widget.evaluate((widget) =>
    [...widget.shadowRoot.querySelectorAll("*")].flatMap((element) => element.getAnimations({ subtree: true })).filter(({ playState }) => playState === "running").length,
  );
  expect(running).toBe(0);
});

// google-pay/google-pay-button#251, shopware/shopware#17804, Automattic/woocommerce-payments#7727: the wrong language.
for (const [page, tag] of [
  ["zh-CN", "zh-Hans"], ["zh", "zh-Hans"], ["zh-TW", "zh-Hant-TW"], ["zh-HK", "zh-Hant-HK"], ["zh-MO", "zh-Hant-HK"], ["zh-SG", "zh-Hans"],
  ["pt-BR", "pt"], ["es-419", "es"], ["he", "he"], ["ar-EG", "ar"], ["en-GB", "en"], ["sv", "en"],
]) {
  test(`page_in_${page}_has_a_button_in_${tag}`, async ({ order }) => {
    const { pay } = await texts(tag);
    await order.open({ lang: page });
    await order.expectUsable(pay);
    expect(await order.button.evaluate((button) => button.closest("[lang]")?.lang || button.querySelector("[lang]")?.lang)).not.toBe(undefined);
  });
}

test("texts_of_the_merchant_are_used", async ({ order }) => {
  await order.open();
  await order.page.evaluate(() => customElements.get("alipay-checkout").addTexts("en", { pay: "Buy with Alipay" }));
  await order.expectUsable("Buy with Alipay");
});

// paypal/paypal-checkout-components#521: what is read out was not what is seen.
test("name_of_the_button_is_what_is_seen_on_it", async ({ order }) => {
  await order.open();
  await expect(order.button).toHaveAccessibleName(await order.button.evaluate((button) => button.innerText.trim()));
});
