// From the settings of the playground to code that a shop can copy. Pure.
//
// Settings are `{ attributes, css, texts, locale, logo, prevent }`: attributes and custom properties that differ
// from the defaults, texts said otherwise for `locale`, and whether a logo is shown and the start kept back.

const EDGE = "https://pay.example.com";
const LOGO = "/your-approved-logo.svg";
const PAID = "if (detail.state === \"paid\") console.log(`${detail.out_trade_no} is paid`);";

/** How a framework is called, by its name; the first is shown first. */
export const FRAMEWORKS = { html: "HTML", react: "React", vue: "Vue", svelte: "Svelte" };

/** The code for one of {@link FRAMEWORKS}. */
export function codeFor(framework, settings) {
  return { html, react, vue, svelte }[framework](settings);
}

// A text must not end the script that it stands in.
const json = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");
const attribute = (text) => String(text).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
const has = (object) => Object.keys(object).length > 0;
/** In HTML and in templates, text and attributes are escaped; in JSX an attribute with a quote is an expression. */
const written = ([name, value]) => (value === true ? name : `${name}="${attribute(value)}"`);
const writtenJsx = ([name, value]) => (value === true ? name : /["\\&{]/.test(value) ? `${name}={${json(value)}}` : `${name}="${value}"`);

function html({ attributes, css, texts, locale, logo, prevent }) {
  const { edge = EDGE, "order-token": token = "eyJhbGciOiJIUzI1NiJ9…", ...rest } = attributes;
  const rules = Object.entries(css).map(([name, value]) => `    ${name}: ${value};\n`).join("");
  const lines = [
    `<script src="${attribute(edge)}/v1/alipay-checkout.js" async></script>`,
    rules && `<style>\n  alipay-checkout {\n${rules}  }\n</style>`,
    "",
    "<!-- The order, signed by your backend. -->",
    tag([`order-token="${attribute(token)}"`, ...Object.entries(rest).map(written)], logo && `<img slot="logo" src="${LOGO}" alt="">`, "", "></alipay-checkout>"),
    "",
    "<script type=\"module\">",
    has(texts) && `  await customElements.whenDefined("alipay-checkout");\n  customElements.get("alipay-checkout").addTexts(${json(locale)}, ${spaced(texts)});`,
    prevent && '  document.addEventListener("alipay-start", (event) => event.preventDefault());',
    `  document.addEventListener("alipay-status", ({ detail }) => {\n    ${PAID}\n  });`,
    "</script>",
  ];
  return text(lines);
}

/** What React and Svelte listen to: they write it alike, at different depths. */
const listeners = (prevent, indent) => [
  prevent && "onalipay-start={(event) => event.preventDefault()}",
  `onalipay-status={({ detail }) => {\n${indent}  ${PAID}\n${indent}}}`,
];

function react({ attributes, css, texts, locale, logo, prevent }) {
  const all = [
    "order-token={orderToken}",
    ...Object.entries(ofPackage(attributes)).map(writtenJsx),
    has(css) && `style={${spaced(css)} as CSSProperties}`,
    ...listeners(prevent, "      "),
  ];
  return text([
    imports(texts),
    'import type {} from "alipay-checkout/react";',
    has(css) && 'import type { CSSProperties } from "react";',
    "",
    addTexts(texts, locale),
    "/** The token is signed by your backend. */",
    "export function Pay({ orderToken }: { orderToken: string }) {\n  return (",
    tag(all.filter(Boolean), logo && `<img slot="logo" src="${LOGO}" alt="" />`, "    ", " />"),
    "  );\n}",
  ]);
}

function vue({ attributes, css, texts, locale, logo, prevent }) {
  const all = [
    ':order-token="orderToken"',
    ...Object.entries(ofPackage(attributes)).map(written),
    has(css) && `style="${attribute(declarations(css))}"`,
    prevent && '@alipay-start="$event.preventDefault()"',
    '@alipay-status="tell"',
  ];
  return text([
    '<script setup lang="ts">',
    // By another name: Vue takes an import that is called like a tag for the component of that tag.
    has(texts) ? 'import { AlipayCheckout as AlipayElement } from "alipay-checkout";' : 'import "alipay-checkout";',
    'import type { AlipayStatusDetail } from "alipay-checkout";',
    "",
    addTexts(texts, locale, "", "AlipayElement"),
    "// The token is signed by your backend.",
    "defineProps<{ orderToken: string }>();",
    "",
    "function tell({ detail }: CustomEvent<AlipayStatusDetail>) {",
    `  ${PAID}\n}`,
    "</script>",
    "",
    '<!-- The compiler has to know the tag: isCustomElement: (tag) => tag === "alipay-checkout" -->',
    "<template>",
    tag(all.filter(Boolean), logo && `<img slot="logo" src="${LOGO}" alt="" />`, "  ", " />"),
    "</template>",
  ]);
}

function svelte({ attributes, css, texts, locale, logo, prevent }) {
  const all = [
    "order-token={orderToken}",
    ...Object.entries(ofPackage(attributes)).map(([name, value]) => (/\{/.test(value) ? `${name}={${json(value)}}` : written([name, value]))),
    has(css) && `style="${attribute(declarations(css))}"`,
    ...listeners(prevent, "  "),
  ];
  return text([
    '<script lang="ts">',
    `  ${imports(texts)}`,
    '  import type {} from "alipay-checkout/svelte";',
    "",
    addTexts(texts, locale, "  "),
    "  // The token is signed by your backend.",
    "  let { orderToken }: { orderToken: string } = $props();",
    "</script>",
    "",
    tag(all.filter(Boolean), logo && `<img slot="logo" src="${LOGO}" alt="" />`, "", "></alipay-checkout>"),
  ]);
}

/** In a package the script comes from the shop itself, so the edge must be named; the token comes from the backend. */
function ofPackage({ "order-token": _, edge = EDGE, ...rest }) {
  return { edge, ...rest };
}

function tag(attributes, content, indent, closed) {
  const oneLine = `${indent}<alipay-checkout ${attributes.join(" ")}`;
  const open = oneLine.length < 90 && !oneLine.includes("\n") ? oneLine : `${indent}<alipay-checkout\n${attributes.map((one) => `${indent}  ${one}\n`).join("")}${indent}`;
  const end = open.endsWith(`\n${indent}`) ? closed.trimStart() : closed;
  return content ? `${open}>\n${indent}  ${content}\n${indent}</alipay-checkout>` : open + end;
}

const imports = (texts) => (has(texts) ? 'import { AlipayCheckout } from "alipay-checkout";' : 'import "alipay-checkout";');
const addTexts = (texts, locale, indent = "", element = "AlipayCheckout") => has(texts) && `${indent}${element}.addTexts(${json(locale)}, ${spaced(texts)});\n`;
const declarations = (css) => Object.entries(css).map(([name, value]) => `${name}: ${value}`).join("; ");
const spaced = (object) => `{ ${Object.entries(object).map(([name, value]) => `${/^\w+$/.test(name) ? name : json(name)}: ${json(value)}`).join(", ")} }`;
const text = (lines) => `${lines.filter((line) => line !== false).filter((line, at, all) => line !== "" || all[at - 1] !== "").join("\n")}\n`;
