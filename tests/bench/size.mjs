// `npm run size`: bytes of every file of the widget, and of what really travels when somebody pays with
// it: page, click, way back, paid. Held against widget/budget.json.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { ROOT, cli, isMain } from "../../xtask/npm/stack.mjs";
import { launch } from "./browser.mjs";
import { DIST, STATUS_TOKEN, brotli, minified, openServer } from "./server.mjs";

const USAGE = `npm run size

Prints bytes as they are and after brotli 11, and fails where widget/budget.json allows less.
`;

/** Who pays: the page of tests/bench/server.mjs, and the language that the button is to speak. */
const JOURNEYS = [
  { says: "script tag, English", page: "classic", lang: "en" },
  { says: "script tag, another language", page: "classic", lang: "zh-Hans" },
  { says: "module, English", page: "module", lang: "en" },
];

/** Every file below `folder`, by its path from there. */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return paths.map((path) => path.slice(folder.length + 1)).sort();
}

async function sizeOf(name) {
  const content = await readFile(join(DIST, name));
  return { raw: content.length, brotli: brotli(content).length };
}

/** The files of `/v1/` that are asked for from the first look at the page to "paid". */
async function journey(browser, { page: name, lang }) {
  const server = await openServer();
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const url = `${server.origin}/${name}?lang=${lang}`;
    const state = (wanted) => page.locator(`alipay-checkout[state="${wanted}"]`).waitFor();
    // The page clicks the button itself, as soon as that is possible.
    await page.addInitScript(() => (globalThis.tellPainted = () => {}));
    await page.goto(url);
    await page.waitForURL(`${server.origin}/cashier`);
    await page.goto(`${url}#alipay-checkout=${STATUS_TOKEN}`);
    await state("paid");
    return server.served;
  } finally {
    await context.close();
    await server.close();
  }
}

const line = (name, raw, compressed, limit = "") =>
  console.log(`${name.padEnd(44)}${String(raw).padStart(9)}${String(compressed).padStart(9)}${String(limit).padStart(9)}`);

async function total(files) {
  const sizes = await Promise.all(files.map(sizeOf));
  const sum = (what) => sizes.reduce((all, size) => all + size[what], 0);
  return { raw: sum("raw"), brotli: sum("brotli") };
}

/** What a budget allows for exactly these files. */
const allowed = (budget, files) => Object.values(budget).find(({ of }) => String([...of].sort()) === String([...files].sort()))?.at_most;

async function size() {
  if (process.argv.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const budget = JSON.parse(await readFile(join(ROOT, "widget", "budget.json"), "utf8"));
  const over = [];
  const show = (name, { raw, brotli: bytes }, limit) => {
    line(name, raw, bytes, limit);
    if (bytes > limit) over.push(`${name}: ${bytes} bytes, ${limit} are allowed`);
  };
  line("file", "raw", "brotli", "budget");
  for (const name of await filesOf(DIST)) show(name, await sizeOf(name), allowed(budget, [name]));
  const rival = Buffer.from(await minified("hand-written.js"));
  line("(the element written by hand)", rival.length, brotli(rival).length);

  line("\nbudget", "raw", "brotli", "budget");
  for (const [name, { of: files, at_most: limit }] of Object.entries(budget)) {
    // A part of a file is weighed by the build, which alone knows where it ends.
    if (files.some((file) => file.includes("#"))) console.log(`${name.padEnd(44)}${"weighed by the build".padStart(27)}`);
    else show(name, await total(files), limit);
  }

  line("\nfrom the page to paid", "raw", "brotli", "budget");
  const browser = await launch();
  try {
    for (const { says, ...how } of JOURNEYS) {
      const files = await journey(browser, how);
      show(says, await total(files), allowed(budget, files));
      console.log(`  ${files.join(", ")}`);
    }
  } finally {
    await browser.close();
  }
  for (const words of over) console.log(`over: ${words}`);
  return over.length === 0 ? 0 : 1;
}

if (isMain(import.meta)) await cli(size);
