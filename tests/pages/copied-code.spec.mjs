// What the playground gives to copy: compiled by each framework's own compiler, held against the types that are
// published, and shown in a browser with every setting that was made.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { LOCAL, ROOT, environment } from "../../xtask/npm/stack.mjs";
import { bundled } from "../stack/bundled.mjs";
import { expect, test } from "./fixtures.mjs";

const DIST = join(ROOT, "dist");
const api = JSON.parse(readFileSync(join(ROOT, "widget", "api.json"), "utf8"));
/** Every attribute but the backend's token, a custom property, a text, the logo. */
const ATTRIBUTES = Object.fromEntries(api.attributes.filter(({ name }) => name !== "order-token").map(({ name, type, values, default: usual }) => [
  name, type === "boolean" ? "" : values?.find((value) => value !== usual) ?? { edge: "https://pay.shop.example", locale: "en" }[name] ?? `https://shop.example/${name}?a=1&b="2"{3}`,
]));
const SETTINGS = { ...ATTRIBUTES, "--alipay-checkout-radius": "21px", "--alipay-checkout-font": '400 20px/1.25 "Noto Sans", serif', "text.pay": 'Pay "{now}" & here', logo: "", prevent: "" };

/** The code as a person copies it. */
async function copied(page, shop, framework) {
  await page.goto(`${shop}/playground?lang=en#${new URLSearchParams(SETTINGS)}`);
  await page.locator(`[data-framework=${framework}]`).click();
  return page.locator("#code").textContent();
}

/** A shop of one page that has the copied code in it. */
const SHOPS = {
  react: { file: "Pay.tsx", mount: 'import { createRoot } from "react-dom/client"; import { createElement } from "react"; import { Pay } from "./Pay.tsx";\ncreateRoot(document.querySelector("#app")).render(createElement(Pay, { orderToken: "TOKEN" }));' },
  vue: { file: "Pay.vue", mount: 'import { createApp } from "vue"; import Pay from "./Pay.vue";\ncreateApp(Pay, { orderToken: "TOKEN" }).mount("#app");' },
  svelte: { file: "Pay.svelte", mount: 'import { mount } from "svelte"; import Pay from "./Pay.svelte";\nmount(Pay, { target: document.querySelector("#app"), props: { orderToken: "TOKEN" } });' },
};

/** What tsc says about a file that imports the published types. */
function typeErrors(folder, file) {
  const declared = (name) => [join(DIST, `${name}.d.ts`)];
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
    compilerOptions: {
      noEmit: true, strict: true, target: "es2022", lib: ["es2022", "dom", "dom.iterable"], module: "esnext", moduleResolution: "bundler", jsx: "react-jsx", types: [], skipLibCheck: true,
      paths: { "alipay-checkout": declared("alipay-checkout"), "alipay-checkout/react": declared("react"), "alipay-checkout/vue": declared("vue"), "alipay-checkout/svelte": declared("svelte") },
    },
    files: [file],
  }));
  return spawnSync("tsc", ["-p", folder, "--pretty", "false"], { cwd: ROOT, env: environment(), encoding: "utf8" }).stdout;
}

/** The element's tag in a template of Vue's or Svelte's, as an object of that framework's own properties. */
async function propsOf(framework, code) {
  if (framework === "vue") {
    const { parse } = await import("vue/compiler-sfc");
    const [element] = parse(code).descriptor.template.ast.children.filter(({ tag }) => tag === "alipay-checkout");
    return element.props.map(({ type, name, value, arg }) => {
      if (type === 6) return `${JSON.stringify(name)}: ${value ? JSON.stringify(value.content) : "true"}`;
      return name === "on" ? `"onA${arg.content.slice(1)}": () => {}` : `${JSON.stringify(arg.content)}: ""`;
    });
  }
  const { parse } = await import("svelte/compiler");
  const element = parse(code, { modern: true }).fragment.nodes.find(({ name }) => name === "alipay-checkout");
  return element.attributes.map(({ name, value }) => {
    if (value === true) return `${JSON.stringify(name)}: true`;
    if (Array.isArray(value)) return `${JSON.stringify(name)}: ${JSON.stringify(value[0].data)}`;
    const { type, value: literal } = value.expression;
    return `${JSON.stringify(name)}: ${type === "ArrowFunctionExpression" ? "() => {}" : JSON.stringify(literal ?? "")}`;
  });
}

/** Shows a page at the shop's origin, so that the shop's own copy of the widget is at hand; without a policy. */
async function show(page, shop, html, script = "") {
  await page.route(`${shop}/copied*`, (route) => route.fulfill(
    route.request().url().endsWith(".js") ? { contentType: "text/javascript", body: script } : { contentType: "text/html", body: html },
  ));
  // The edge of the example is nobody's; its files are the shop's own copy here.
  await page.route("https://pay.shop.example/v1/**", (route) => route.fulfill({
    path: join(DIST, new URL(route.request().url()).pathname.slice("/v1/".length)),
    headers: { "access-control-allow-origin": "*" },
  }));
  await page.goto(`${shop}/copied`);
}

/** Everything that was set stands on the element. */
async function expectEverything(page, orderToken, wrong, attributes = ATTRIBUTES) {
  const element = page.locator("alipay-checkout");
  await expect(element.locator("[part~=button]")).toHaveAccessibleName('Pay "{now}" & here');
  for (const [name, value] of Object.entries(attributes)) await expect(element, name).toHaveAttribute(name, value);
  await expect(element).toHaveAttribute("order-token", orderToken);
  await expect(element.locator("[part~=button]")).toHaveCSS("border-radius", "21px");
  expect(await element.evaluate((one) => getComputedStyle(one).getPropertyValue("--alipay-checkout-font"))).toBe('400 20px/1.25 "Noto Sans", serif');
  await expect(element.locator("img[slot=logo]")).toHaveCount(1);
  // The logo is the shop's to put there; here nobody has, and the edge is not there either.
  const expected = /your-approved-logo|404 \(Not Found\)|pay\.shop\.example|Failed to load resource/;
  expect(wrong.filter((line) => !expected.test(line))).toEqual([]);
  wrong.length = 0;
}

for (const [framework, sample] of Object.entries(SHOPS)) {
  test(`code_for_${framework}_compiles_and_shows_every_setting`, async ({ page, shop, wrong }) => {
    test.slow();
    mkdirSync(LOCAL, { recursive: true });
    // Below the checkout, so that the frameworks are found.
    const folder = mkdtempSync(join(LOCAL, "copied-"));
    try {
      const code = await copied(page, shop, framework);
      const main = join(folder, "main.js");
      writeFileSync(join(folder, sample.file), code);
      writeFileSync(main, sample.mount);
      const script = await bundled({ entryPoints: [main] });
      if (framework !== "react") {
        const type = { vue: 'import type { GlobalComponents } from "vue";\ntype Props = InstanceType<GlobalComponents["alipay-checkout"]>["$props"];', svelte: 'import type { SvelteHTMLElements } from "svelte/elements";\ntype Props = SvelteHTMLElements["alipay-checkout"];' }[framework];
        const props = await propsOf(framework, code);
        expect(props.length).toBeGreaterThan(api.attributes.length);
        writeFileSync(join(folder, "props.ts"), `import type {} from "alipay-checkout/${framework}";\n${type}\nexport const props: Props = { ${props.join(", ")} };\n`);
      }
      expect(typeErrors(folder, framework === "react" ? sample.file : "props.ts")).toBe("");
      await show(page, shop, '<!doctype html><html lang="en"><title>Copied</title><div id="app"></div><script type="module" src="/copied.js"></script>', script);
      await expectEverything(page, "TOKEN", wrong);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test("types_would_find_a_setting_that_is_wrong", async () => {
  mkdirSync(LOCAL, { recursive: true });
  const folder = mkdtempSync(join(LOCAL, "copied-"));
  writeFileSync(join(folder, "wrong.tsx"), 'import type {} from "alipay-checkout/react";\nexport const Pay = () => <alipay-checkout size="huge" />;\n');
  expect(typeErrors(folder, "wrong.tsx")).toMatch(/^[^\n]+wrong\.tsx\(2,43\): error TS2322: Type '"huge"' is not assignable to type 'AlipaySize \| undefined'\.\n$/);
  rmSync(folder, { recursive: true });
});

test("code_for_html_shows_every_setting", async ({ page, shop, wrong }) => {
  const code = await copied(page, shop, "html");
  expect(code).toContain('<script src="https://pay.shop.example/v1/alipay-checkout.js" async></script>');
  const { edge: _, ...rest } = ATTRIBUTES;
  await show(page, shop, `<!doctype html><html lang="en"><meta charset="utf-8"><title>Copied</title>${code}`);
  await expectEverything(page, "eyJhbGciOiJIUzI1NiJ9…", wrong, rest);
});
