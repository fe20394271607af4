// The playground: every row of widget/api.json has a control that changes preview and code, and payments are
// played to their ends with the events that the element promises.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { WAYS, expect, expectAccessible, stand, test } from "./fixtures.mjs";

const api = JSON.parse(readFileSync(join(ROOT, "widget", "api.json"), "utf8"));

/** Opens the playground with these settings in its address, and waits for the button. */
async function open(page, shop, settings = {}, lang = "en") {
  await page.goto(`${shop}/playground?lang=${lang}#${new URLSearchParams(settings)}`);
  await expect(button(page)).toBeVisible();
  await page.locator("details").evaluateAll((all) => all.forEach((one) => (one.open = true)));
}

const preview = (page) => page.locator("iframe").contentFrame();
const widget = (page) => preview(page).locator("alipay-checkout");
const button = (page) => widget(page).locator("[part~=button]");
const code = (page) => page.locator("#code");
const control = (page, name) => page.locator(`[id="${name}"]`);
/** The names of the events that are listed, in the order in which they happened. */
const heard = async (page) => (await page.locator("#events > li > code").allTextContents()).reverse();
const detailOf = async (page, name) => JSON.parse(await page.locator("#events > li", { has: page.locator(`code:text-is("${name}")`) }).first().locator("pre").textContent());

test("there_is_a_control_for_every_row_of_the_elements_table", async ({ page, shop }) => {
  await open(page, shop);
  const names = await page.locator("form.settings :is(input, select)[name]").evaluateAll((all) => all.map(({ name }) => name));
  const expected = [...api.attributes, { name: "prevent" }, ...api.slots, ...api.cssProperties];
  expect(names).toEqual(expected.map(({ name }) => name));
  const data = (name) => page.locator(`[data-${name}]`).evaluateAll((all, key) => all.map(({ dataset }) => dataset[key]), name);
  expect(await data("method")).toEqual(api.methods.map(({ name }) => name));
  expect(await data("property")).toEqual(api.properties.map(({ name }) => name));
  for (const { description } of [...api.attributes, ...api.slots, ...api.methods, ...api.properties]) {
    await expect(page.locator(".hint", { hasText: description }).first()).toBeVisible();
  }
});

/** Another value than the default, for each attribute. */
const VALUES = { "order-token": `e30.${btoa('{"out_trade_no":"MINE-1"}')}.${"A".repeat(43)}`, edge: "https://pay.shop.example", locale: "ja", "pay-hosts": "pay.shop.example:8443", "help-url": "https://shop.example/help?a=1&b=2", "alipay-help": "https://global.alipay.com/help" };
const valueOf = ({ name, type, values, default: usual }) => (type === "boolean" ? true : values ? values.find((value) => value !== usual) : VALUES[name]);

test("every_attribute_changes_preview_address_and_code", async ({ page, shop }) => {
  test.slow();
  await open(page, shop);
  for (const attribute of api.attributes) {
    const { name, type } = attribute;
    const value = valueOf(attribute);
    if (type === "boolean") await control(page, name).check();
    else if (attribute.values) await control(page, name).selectOption(value);
    else await control(page, name).fill(value);
    const shown = value === true ? "" : value;
    // The preview itself is at a host that Alipay does not have.
    const expected = name === "pay-hosts" ? `${value} ${new URL(shop).host}` : shown;
    await expect(widget(page), name).toHaveAttribute(name, expected);
    expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get(name), name).toBe(shown);
    for (const framework of ["html", "react", "vue", "svelte"]) {
      await page.locator(`[data-framework=${framework}]`).click();
      const text = await code(page).textContent();
      const written = name === "order-token" && framework !== "html" ? "orderToken" : name === "edge" && framework === "html" ? `${value}/v1/` : value === true ? `\n` : null;
      const escaped = framework === "react" ? shown : shown.replaceAll("&", "&amp;");
      expect(text, `${name} in ${framework}`).toContain(written ?? escaped);
      if (name !== "edge" || framework !== "html") expect(text, `${name} in ${framework}`).toMatch(new RegExp(`[\\s:]${name}(=|\\s|>)`));
    }
    await page.getByRole("button", { name: "Reset everything" }).click();
    expect(new URL(page.url()).hash, name).toBe("");
  }
});

test("every_custom_property_changes_preview_and_code", async ({ page, shop }) => {
  test.slow();
  await open(page, shop);
  for (const { name, default: usual } of api.cssProperties) {
    const value = usual.startsWith("#") || usual === "transparent" ? "#123456" : usual.endsWith("px") && !usual.includes(" ") ? "33px" : "400 20px/1 serif";
    await control(page, name).fill(value);
    await expect.poll(() => widget(page).evaluate((element, key) => element.style.getPropertyValue(key), name)).toBe(value);
    await expect(code(page)).toContainText(`    ${name}: ${value};`);
    await control(page, name).fill("");
    await expect(code(page)).not.toContainText(name);
  }
  await control(page, "--alipay-checkout-radius").fill("33px");
  await expect(button(page)).toHaveCSS("border-radius", "33px");
});

test("slot_texts_and_prevented_start_change_preview_and_code", async ({ page, shop }) => {
  await open(page, shop);
  await control(page, "logo").check();
  await expect(widget(page).locator("img[slot=logo]")).toBeVisible();
  await expect(code(page)).toContainText('<img slot="logo" src="/your-approved-logo.svg" alt="">');
  await control(page, "text-key").selectOption("pay");
  await control(page, "text-value").fill("Buy it </script>");
  await expect(button(page)).toHaveAccessibleName("Buy it </script>");
  await expect(code(page)).toContainText(String.raw`addTexts("en", { pay: "Buy it \u003c/script>" })`);
  await control(page, "prevent").check();
  await expect(code(page)).toContainText('document.addEventListener("alipay-start", (event) => event.preventDefault());');
  await button(page).click();
  await expect.poll(() => heard(page)).toEqual(["alipay-start"]);
  await expect(widget(page)).toHaveAttribute("state", "idle");
});

test("page_around_the_button_can_be_chosen", async ({ page, shop }) => {
  await open(page, shop);
  await control(page, "lang").selectOption("ar");
  await control(page, "dir").selectOption("rtl");
  await control(page, "colours").selectOption("dark");
  await control(page, "width").selectOption("phone");
  await expect(preview(page).locator("html")).toHaveAttribute("dir", "rtl");
  await expect(preview(page).locator("html")).toHaveAttribute("lang", "ar");
  await expect(preview(page).locator("body")).toHaveCSS("color", "rgb(236, 239, 241)");
  await expect(button(page)).toHaveAccessibleName("ادفع باستخدام Alipay");
  expect((await page.locator("iframe").boundingBox()).width).toBe(360);
});

test("address_alone_brings_every_setting_back", async ({ page, shop, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const settings = { appearance: "black", qr: "", "--alipay-checkout-radius": "20px", "text.pay": "Pay now", logo: "", scene: "late", colours: "dark", lang: "de" };
  await open(page, shop, settings);
  await page.getByRole("button", { name: "Copy a link to these settings" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(link);
  await expect(button(other)).toHaveAccessibleName("Pay now");
  await expect(widget(other)).toHaveAttribute("appearance", "black");
  expect(await other.evaluate(() => ["qr", "logo"].map((id) => document.getElementById(id).checked))).toEqual([true, true]);
  expect(await other.evaluate(() => ["scene", "colours", "lang", "--alipay-checkout-radius"].map((id) => document.getElementById(id).value))).toEqual(["late", "dark", "de", "20px"]);
});

for (const [scene, state, events] of [
  ["paid", "paid", ["alipay-start", "alipay-redirect", "alipay-status", "alipay-status"]],
  ["late", "paid", ["alipay-start", "alipay-redirect", "alipay-status", "alipay-status", "alipay-status"]],
  ["closed", "closed", ["alipay-start", "alipay-redirect", "alipay-status", "alipay-status"]],
  ["refunded", "closed", ["alipay-start", "alipay-redirect", "alipay-status", "alipay-status"]],
  ["failed", "failed", ["alipay-start", "alipay-error"]],
  ["expired", "failed", ["alipay-start", "alipay-error"]],
  ["elsewhere", "failed", ["alipay-start", "alipay-error"]],
  ["slow", "failed", ["alipay-start", "alipay-error"]],
  ["offline", "failed", ["alipay-error"]],
]) {
  test(`payment_is_played_to_its_end_${scene}`, async ({ page, shop }) => {
    await open(page, shop, { scene });
    await button(page).click();
    await expect(widget(page)).toHaveAttribute("state", state, { timeout: 20_000 });
    await expect.poll(() => heard(page)).toEqual(events);
    const codes = { failed: "internal_error", expired: "order_token_expired", elsewhere: "pay_url_refused", slow: "timeout", offline: "offline" };
    if (codes[scene]) expect((await detailOf(page, "alipay-error")).code).toBe(codes[scene]);
    else expect(await detailOf(page, "alipay-status")).toMatchObject({ state, amount: 1990, currency: "USD", trade_no: "2026112122001400000042" });
    // As it began: the page forgets what it has played.
    await page.getByRole("button", { name: "Start again" }).click();
    await expect(widget(page)).toHaveAttribute("state", "idle");
  });
}

test("shopper_who_comes_back_without_paying_can_pay_again", async ({ page, shop }) => {
  await open(page, shop, { scene: "unpaid" });
  await button(page).click();
  await expect(preview(page).getByText("This is where Alipay would be.")).toBeVisible();
  await expect(widget(page)).toHaveAttribute("state", "idle");
  await expect(button(page)).toHaveAttribute("aria-disabled", "false");
});

test("inside_wechat_the_guide_is_shown", async ({ page, shop }) => {
  await open(page, shop, { scene: "blocked" });
  await expect(widget(page)).toHaveAttribute("state", "blocked");
  await button(page).click();
  await expect.poll(() => heard(page)).toContain("alipay-blocked");
  expect((await detailOf(page, "alipay-blocked")).reason).toBe("wechat");
});

test("code_for_the_phone_and_new_tab_hear_of_the_payment_where_they_are", async ({ page, shop }) => {
  await open(page, shop, { qr: "" });
  await button(page).click();
  await expect(widget(page).locator("[part~=qr]")).toBeVisible();
  await expect(widget(page)).toHaveAttribute("state", "paid");
  await control(page, "qr").uncheck();
  await control(page, "target").selectOption("new");
  await expect(widget(page)).toHaveAttribute("state", "idle");
  const [tab] = await Promise.all([page.waitForEvent("popup"), button(page).click()]);
  await expect(tab.getByText("This is where Alipay would be.")).toBeVisible();
  await expect(widget(page)).toHaveAttribute("state", "paid");
});

test("methods_answer_and_properties_are_shown", async ({ page, shop }) => {
  await open(page, shop, { required: "" });
  const output = (name) => page.locator(`[data-property=${name}]`);
  await expect(output("state")).toHaveText('"idle"');
  await expect(output("form")).toHaveText("<form>");
  await expect(output("validity")).toHaveText("{ valueMissing: true, valid: false }");
  await expect(output("willValidate")).toHaveText("true");
  await expect(output("validationMessage")).toHaveText('"Please pay for this order first."');
  await page.locator("[data-method=checkValidity]").click();
  expect(await detailOf(page, "checkValidity()")).toBe(false);
  await page.locator("[data-method=start]").click();
  expect(await detailOf(page, "start()")).toBe(true);
  await expect(output("state")).toHaveText('"paid"');
  await expect(output("validity")).toHaveText("{ valueMissing: false, valid: true }");
  await page.getByRole("button", { name: "Clear the list" }).click();
  await expect(page.locator("#events > li")).toHaveCount(0);
  await expect(page.getByText("None yet: click the button.")).toBeVisible();
});

test("works_by_keyboard_alone", async ({ page, shop }) => {
  await page.goto(`${shop}/playground?lang=en`);
  await expect(button(page)).toBeVisible();
  await control(page, "appearance").focus();
  await page.keyboard.press("ArrowDown");
  await expect(widget(page)).toHaveAttribute("appearance", "white");
  await button(page).focus();
  await page.keyboard.press("Enter");
  await expect(widget(page)).toHaveAttribute("state", "paid");
  await page.locator("[data-framework=vue]").focus();
  await page.keyboard.press("Enter");
  await expect(code(page)).toContainText('<script setup lang="ts">');
});

for (const way of WAYS) {
  test(`accessible_in_${Object.values(way).join("_")}`, async ({ page, shop }, { outputDir }) => {
    test.slow();
    await stand(page, way);
    await open(page, shop, {}, way.lang);
    await button(page).click();
    await expect(widget(page)).toHaveAttribute("state", "paid");
    await expectAccessible(page);
    await page.screenshot({ path: join(outputDir, "..", `playground-${Object.values(way).join("-")}.png`), fullPage: true });
  });
}
