// The doctor's page: verdicts word by word, and that nothing of what is typed there can get out.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { WAYS, expect, expectAccessible, stand, test } from "./fixtures.mjs";

const { EXAMPLES } = await import(join(ROOT, "www", "build", "doctor", "examples.js"));
const example = (wanted) => EXAMPLES.find(({ name }) => name === wanted);
const { vectors } = JSON.parse(readFileSync(join(ROOT, "protocol", "tests", "vectors", "gateway.json"), "utf8"));
const vector = (wanted) => vectors.find(({ id }) => id === wanted);

/** Opens the page and waits for the doctor. */
async function open(page, shop, lang = "en") {
  await page.goto(`${shop}/doctor?lang=${lang}`);
  await expect(page.locator("#engine")).toHaveText({ en: "Ready. You can go offline now.", zh: "准备就绪。现在可以断开网络。" }[lang]);
}

const verdict = (page) => page.locator("#verdict");
const codes = (page) => page.locator(".finding h3 code").allTextContents();

/** Fills in what was given and asks. */
async function examine(page, capture, settings = {}) {
  await page.locator("#capture").fill(capture);
  for (const [id, value] of Object.entries(settings)) {
    const field = page.locator(`#${id}`);
    await field.evaluate((element) => element.closest("details")?.setAttribute("open", ""));
    if ((await field.evaluate(({ localName }) => localName)) === "select") await field.selectOption(value);
    else await field.fill(value);
  }
  await page.getByRole("button", { name: "Examine" }).click();
  await expect(verdict(page)).not.toHaveAttribute("data-outcome", "working");
}

const VERDICTS = {
  valid: ["valid"],
  valid_antom: ["valid"],
  own_key: ["explained", "key_is_own_public_key"],
  other_key: ["explained", "key_is_another_one"],
  sign_type: ["explained", "sign_type_is_other"],
  amount: ["explained", "amount_reformatted"],
  html: ["explained", "html_escaped"],
  plus: ["explained", "sign_plus_became_space"],
  unsorted: ["explained", "not_sorted"],
  query: ["explained", "query_mixed_in"],
  gbk: ["explained", "charset_is_other"],
  antom_json: ["explained", "body_reserialised"],
  antom_path: ["explained", "path_is_other"],
  return: ["explained", "return_as_notification"],
  resplit: ["explained", "resplit"],
  altered: ["unexplained"],
};

test("every_example_gets_its_verdict", async ({ page, shop }) => {
  test.slow();
  await open(page, shop);
  expect(await page.locator("[data-example]").evaluateAll((all) => all.map(({ dataset }) => dataset.example))).toEqual(Object.keys(VERDICTS));
  for (const [name, [outcome, ...expected]] of Object.entries(VERDICTS)) {
    await page.locator(`[data-example=${name}]`).click();
    await expect(verdict(page), name).toHaveAttribute("data-outcome", outcome);
    expect(await codes(page), name).toEqual(expected);
  }
});

for (const [lang, heading, says, place, mend] of [
  ["en", "Explained", "An amount was read as a number and written again (8.00 became 8, or the reverse).", "In the field total_fee",
    "What to do Keep amounts as the text that came; make numbers of them only after the signature held."],
  ["zh", "已找到原因", "金额被当成数字读取后又重新写出（8.00 变成了 8，或者相反）。", "所在字段 total_fee", "怎么改 金额要保留收到时的原文；验签通过之后再转成数字。"],
]) {
  test(`verdict_says_what_happened_where_and_what_to_do_in_${lang}`, async ({ page, shop }) => {
    await open(page, shop, lang);
    await page.locator("[data-example=amount]").click();
    await expect(verdict(page).getByRole("heading", { level: 2 })).toHaveText(heading);
    await expect(page.locator(".finding p")).toHaveText([says, place, mend]);
  });
}

test("refusal_behind_a_signature_is_told", async ({ page, shop }) => {
  await open(page, shop);
  await page.locator("[data-example=resplit]").click();
  await expect(verdict(page)).toContainText("Refused, though signed: a value holds a field of its own");
});

test("every_setting_counts", async ({ page, shop }) => {
  await open(page, shop);
  const gbk = vector("edge-gbk");
  await examine(page, gbk.raw_body, { key: gbk.key, charset: "gbk" });
  await expect(verdict(page)).toHaveAttribute("data-outcome", "valid");
  await page.getByRole("button", { name: "Clear everything" }).click();
  await expect(verdict(page)).toBeHidden();
  const v2 = vector("edge-v2-rule");
  await examine(page, v2.raw_body, { key: v2.key });
  expect(await codes(page)).toEqual(["sign_type_dropped"]);
  await examine(page, v2.raw_body, { rule: "v2" });
  await expect(verdict(page)).toHaveAttribute("data-outcome", "valid");
  const { capture, settings } = example("antom_path");
  await page.getByRole("button", { name: "Clear everything" }).click();
  await examine(page, capture, { ...settings, path: "/alipay/notify" });
  await expect(verdict(page)).toHaveAttribute("data-outcome", "valid");
  await examine(page, capture, { ...settings, path: "", client_id: "5X00000000000000" });
  expect(await codes(page)).toEqual(["path_is_other", "client_id_is_other"]);
});

test("what_is_missing_is_named_and_gets_the_focus", async ({ page, shop }) => {
  await open(page, shop);
  await examine(page, " ");
  await expect(verdict(page)).toHaveText("There is nothing to examine: paste the captured request.");
  await expect(page.locator("#capture")).toBeFocused();
  await examine(page, example("valid").capture);
  await expect(verdict(page)).toHaveText("The key is missing: what was the message verified with?");
  await expect(page.locator("#key")).toBeFocused();
  await examine(page, example("valid").capture, { key: example("valid").settings.key, partner: "1234" });
  await expect(verdict(page)).toHaveText("The account is not 16 digits that begin with 2088.");
});

test("dropped_file_is_examined_by_its_own_bytes", async ({ page, shop }) => {
  await open(page, shop);
  const { key } = vector("edge-gbk");
  // The value as bytes of GBK, not percent-encoded: no text field can hold them.
  const bytes = Buffer.from(vector("edge-gbk").raw_body.replace("%D6%D0%CE%C4+%C9%CC%C6%B7", "\xD6\xD0\xCE\xC4+\xC9\xCC\xC6\xB7"), "latin1");
  await page.locator("#key").fill(key);
  await page.locator("summary").first().click();
  await page.locator("#charset").selectOption("gbk");
  const transfer = await page.evaluateHandle((content) => {
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(content)], "capture.bin"));
    return files;
  }, [...bytes]);
  await page.dispatchEvent("#capture", "dragenter", { dataTransfer: transfer });
  await expect(page.locator("[data-dropping]")).toHaveCount(1);
  await page.dispatchEvent("#capture", "drop", { dataTransfer: transfer });
  await expect(page.locator("#capture-note")).toHaveText("The file’s own bytes are examined; some are not UTF-8.");
  await expect(verdict(page)).toHaveAttribute("data-outcome", "valid");
  await expect(page.locator("[data-dropping]")).toHaveCount(0);
});

test("har_file_is_opened_and_its_signed_request_found", async ({ page, shop }) => {
  await open(page, shop);
  const { capture, settings } = example("valid");
  const entry = (url, text) => ({ request: { method: "POST", url, headers: [{ name: "Content-Length", value: "3" }], postData: { text } } });
  const har = { log: { entries: [entry("https://shop.example/other", "a=1"), entry("https://shop.example/notify", capture)] } };
  await page.locator("#key").fill(settings.key);
  await page.locator("#file").setInputFiles({ name: "x.har", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(har)) });
  await expect(page.locator("#capture-note")).toHaveText("Read as a HAR file: the request with a signature.");
  await expect(verdict(page)).toHaveAttribute("data-outcome", "valid");
});

test("works_when_the_connection_is_gone", async ({ page, shop, context }) => {
  await open(page, shop);
  await context.setOffline(true);
  await page.locator("[data-example=html]").click();
  await expect(page.locator(".finding h3 code")).toHaveText("html_escaped");
});

test("browser_forbids_the_page_and_its_worker_every_request", async ({ page, shop, wrong }) => {
  // Somebody who listens and would hear of everything that gets out.
  const heard = [];
  const elsewhere = createServer(({ url }, response) => {
    heard.push(url);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
  const origin = `http://127.0.0.1:${elsewhere.address().port}`;
  await open(page, shop);
  const answered = [];
  page.on("response", (response) => answered.push(response.url()));

  const attempt = async (address) => {
    const tries = {
      fetch: () => fetch(`${address}/fetch`, { mode: "no-cors" }),
      own_origin: () => fetch("/"),
      event_source: () => new Promise((settle, fail) => Object.assign(new EventSource(`${address}/stream`), { onopen: settle, onerror: fail })),
      socket: () => new Promise((settle, fail) => Object.assign(new WebSocket(`${address.replace("http", "ws")}/socket`), { onopen: settle, onerror: fail })),
    };
    const told = {};
    for (const [name, run] of Object.entries(tries)) told[name] = await Promise.resolve().then(run).then(() => "sent", () => "refused");
    return told;
  };
  const refused = { fetch: "refused", own_origin: "refused", event_source: "refused", socket: "refused" };
  expect(await page.evaluate(attempt, origin)).toEqual(refused);
  expect(await page.workers()[0].evaluate(attempt, origin)).toEqual(refused);

  const violated = await page.evaluate(async (address) => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => seen.push(effectiveDirective));
    navigator.sendBeacon(`${address}/beacon`, "key");
    document.body.append(Object.assign(new Image(), { src: `${address}/?image` }));
    document.body.append(Object.assign(document.createElement("iframe"), { src: `${address}/?frame` }));
    document.body.append(Object.assign(document.createElement("script"), { src: `${address}/?script` }));
    const form = Object.assign(document.createElement("form"), { action: `${address}/?form` });
    document.body.append(form);
    form.submit();
    while (seen.length < 5) await new Promise((settle) => setTimeout(settle, 20));
    return seen.sort();
  }, origin);
  expect(violated).toEqual(["connect-src", "form-action", "frame-src", "img-src", "script-src-elem"]);
  expect([heard, answered]).toEqual([[], []]);
  elsewhere.close();
  // The browser has complained about each, as it should.
  wrong.length = 0;
});

test("nothing_is_asked_for_and_nothing_kept_by_an_examination", async ({ page, shop }) => {
  await open(page, shop);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await examine(page, example("valid").capture, example("valid").settings);
  await expect(verdict(page)).toHaveAttribute("data-outcome", "valid");
  expect(asked).toEqual([]);
  expect(new URL(page.url()).hash).toBe("");
  const kept = await page.evaluate(async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length, (await caches.keys()).length]);
  expect(kept).toEqual([0, 0, "", 0, 0]);
  await page.reload();
  for (const id of ["capture", "key", "own_key", "other_keys"]) await expect(page.locator(`#${id}`)).toHaveValue("");
});

test("report_is_copied_and_holds_no_value", async ({ page, shop, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, shop);
  await page.locator("[data-example=query]").click();
  await page.getByRole("button", { name: "Copy the report" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    "PROVED: query_mixed_in, in `shop`\n  what  Parameters of the notify address's query were mixed into the signed fields.\n"
      + "  mend  Verify the fields of the body alone, and give Alipay a notify address without a query.\n",
  );
});

for (const way of WAYS) {
  test(`accessible_in_${Object.values(way).join("_")}`, async ({ page, shop }, { outputDir }) => {
    await stand(page, way);
    await open(page, shop, way.lang);
    await page.locator("[data-example=own_key]").click();
    await expect(verdict(page)).toHaveAttribute("data-outcome", "explained");
    await expectAccessible(page);
    await page.screenshot({ path: join(outputDir, "..", `doctor-${Object.values(way).join("-")}.png`), fullPage: true });
  });
}
