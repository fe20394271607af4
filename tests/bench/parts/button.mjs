// Part 3: what the button weighs, and when a shopper can see and press it, beside the others' buttons. Each
// is bundled by esbuild as a merchant's build would do it, and served by the same server on the same path.

import { existsSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

import { CONDITIONS, launch, visit } from "../browser.mjs";
import { NPM, npmPeers } from "../peers.mjs";
import { PAGES, openServer } from "../server.mjs";
import { median } from "../statistics.mjs";

const RIVALS = join(import.meta.dirname, "..", "rivals");
/** Nothing but this machine answers: names fail at once, which favours whoever asks for more. */
const ALONE = ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"];
const GOOGLE = `<script>google={payments:{api:{PaymentsClient:class{isReadyToPay(){return Promise.resolve({result:true})}prefetchPaymentData(){}
createButton({onClick}){const made=document.createElement("button");made.textContent="Pay with Google";made.onclick=onClick;return made}
loadPaymentData(){return fetch("/checkout",{method:"POST"}).then(()=>({}))}}}}}</script>`;

/** Bundles that merchants would make, and the pages that hold them. */
const BUNDLES = {
  lit: { says: `Lit ${NPM.lit}`, body: (token) => `<lit-button id="pay" order-token="${token}"></lit-button>` },
  "google-pay": { says: `Google Pay's element ${NPM["@google-pay/button-element"]}`, before: GOOGLE, body: () => `<div id="place"></div>` },
  adyen: { says: `Adyen's Alipay button ${NPM["@adyen/adyen-web"]}`, css: true, body: () => `<div id="pay"></div>` },
  antom: { says: `@alipay/ams-checkout ${NPM["@alipay/ams-checkout"]}`, body: () => `<div id="pay"></div>` },
};

/** Where a larger script is nevertheless quicker. */
const FILE = "before it paints, ours brings what it shows in every state, and its first words in all languages.";

const REMARKS = {
  plain: {
    unlike: "A `<form>` with a `<button>`: the floor. It posts and knows nothing of the way back.",
    why: "it needs no script; `<alipay-checkout>` rendered by the server paints without script as well, at the price of more HTML.",
  },
  "hand-written": {
    unlike: "`hand-written.js`: start, one request per click, way back and status, in JavaScript alone; one language, one tab, no late or lost answers, no blocked browsers.",
    why: "ours brings what it shows in every state and its first words in all languages before it paints, and behind that the wasm that decides in all those cases. Deciding in JavaScript would take most of the difference in bytes, and the tests of the state machine with it.",
  },
  module: { against: null },
  server: { against: null },
  lit: { unlike: "Only the first click: no way back, no status, no languages.", why: "it does a tenth; Lit itself is small." },
  "google-pay": {
    unlike: "Another wallet. The page stands in for pay.js, which draws the real button and comes from pay.google.com: bytes and times are lower bounds.",
    why: "the part that works is not in the package; it comes from Google's host at run time, and no one can self-host it.",
  },
  adyen: { unlike: "The button and the redirect; status and way back are the merchant's own code. Its analytics are switched off.", why: FILE },
  antom: {
    unlike: "Only its constructor: a plain button appears when that has returned. What Antom shows itself would come later, from its own hosts.",
    why: FILE,
  },
};

/** The files and the pages of the peers. */
async function bundled(place) {
  const [files, pages] = [{}, {}];
  for (const [name, { says, before = "", css = false, body }] of Object.entries(BUNDLES)) {
    const { outputFiles } = await build({
      entryPoints: [join(RIVALS, `${name}.js`)], outdir: "/", bundle: true, minify: true, write: false, format: "esm", target: "es2022",
      charset: "utf8", legalComments: "none", logLevel: "silent", define: { "process.env.NODE_ENV": '"production"' },
      nodePaths: [join(place, "node_modules")], absWorkingDir: RIVALS,
    });
    for (const { path, text } of outputFiles) files[`/rivals${path}`] = text;
    const style = css ? `<link rel="stylesheet" href="/rivals/${name}.css">` : "";
    pages[name] = {
      says,
      head: () => `${before}${style}<script type="module" async src="/rivals/${name}.js"></script>`,
      body: () => body("bench"),
    };
  }
  return { files, pages };
}

/** Every page, `rounds` times and once before, in turns. Answers the visits by page. */
async function visits(browser, origin, { pages, condition, rounds, note }) {
  const names = Object.keys(pages);
  const failed = new Map();
  const found = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at] of names.entries()) {
      // Another one begins each time, so that none always comes after the same other.
      const name = names[(at + round) % names.length];
      if (failed.has(name)) continue;
      note(`${condition.says}, round ${round}: ${name}`);
      try {
        const seen = await visit(browser, `${origin}/${name}`, condition);
        if (round > 0) found[name].push(seen);
      } catch (error) {
        failed.set(name, error.message.split("\n")[0]);
      }
    }
  }
  return { found, failed };
}

/** What a page loads beside itself until its button is pressed: `{ raw, brotli, files }`. */
async function weight(browser, name, served) {
  const server = await openServer(served);
  try {
    const page = await browser.newPage();
    // The page would click itself as soon as it can, and leave before everything has come.
    await page.addInitScript(() => (globalThis.tellPainted = () => { throw new Error("no click this time"); }));
    await page.goto(`${server.origin}/${name}`, { waitUntil: "networkidle" });
    await page.close();
    // The page's own HTML is much the same for all.
    const sizes = Object.entries(server.sizes()).filter(([path]) => path.split(" ")[0] !== `/${name}`);
    const sum = (what) => sizes.reduce((all, [, size]) => all + size[what], 0);
    return { raw: sum("raw") / 1000, brotli: sum("brotli") / 1000, files: sizes.length };
  } finally {
    await server.close();
  }
}

const LESS = { better: "less" };

/** Measures everything, `rounds` times in turns. */
export async function measure({ rounds, note, say }) {
  const { place, missing } = await npmPeers();
  const served = place && existsSync(place) ? await bundled(place) : { files: {}, pages: {} };
  const pages = { ...PAGES, ...served.pages };
  const browser = await launch(ALONE);
  const server = await openServer(served);
  const weights = {};
  const times = {};
  /** Why a page is missing from a table, by the table. */
  const failed = { bytes: new Map() };
  try {
    for (const name of Object.keys(pages)) {
      note(`bytes: ${name}`);
      try {
        weights[name] = await weight(browser, name, served);
      } catch (error) {
        failed.bytes.set(name, error.message.split("\n")[0]);
      }
    }
    for (const [id, condition] of Object.entries(CONDITIONS)) {
      ({ found: times[id], failed: failed[id] } = await visits(browser, server.origin, { pages, condition, rounds, note }));
    }
  } finally {
    await server.close();
    await browser.close();
  }
  for (const [id, reasons] of Object.entries(failed)) for (const [name, reason] of reasons) say(`${id}, ${name}: ${reason}`);
  const rows = (id, values, more = () => undefined) => [
    ...Object.entries(pages).map(([name, { says }]) => ({
      id: name, name: says.replace(/^(<alipay-checkout>)/, "ours: `$1`"), ...REMARKS[name],
      ...(failed[id].has(name) ? { missing: failed[id].get(name) } : { values: values(name) }),
      ...more(name),
    })),
    ...(missing === undefined ? [] : Object.entries(BUNDLES).map(([name, { says }]) => ({ id: name, name: says, missing, unlike: REMARKS[name].unlike }))),
  ];
  const outside = (name) => times.unthrottled[name].map((seen) => seen.outside);
  const asks = (name) => (outside(name).length === 0 ? {} : { outside: [median(outside(name).map((hosts) => hosts.length))] });
  const asked = (name) => {
    const hosts = [...new Set(outside(name).flat())];
    const said = hosts.length === 0 ? "" : ` It asked ${hosts.join(", ")} before the click; nothing answers there in this run.`;
    return { unlike: `${REMARKS[name]?.unlike ?? ""}${said}`.trim() };
  };
  const timed = (id) => (name) => {
    const of = (what) => times[id][name].map((seen) => seen[what]);
    return { painted: of("painted"), working: of("working"), shift: of("shift") };
  };
  const clock = [
    { id: "painted", name: "painted and clickable, ms", digits: 0, ...LESS }, { id: "working", name: "click's request left, ms", digits: 0, ...LESS },
    { id: "shift", name: "layout shift", digits: 4 },
  ];
  const says = "From the start of the navigation, with an empty cache, until the button is on the screen and takes a click; and until the request of a click made at that moment leaves.";
  return [
    {
      id: "bytes", title: "What is loaded before a click", base: "classic", rows: rows(
        "bytes",
        (name) => ({ brotli: [weights[name].brotli], raw: [weights[name].raw], files: [weights[name].files], ...asks(name) }),
        asked,
      ),
      says: "Script, style and words that the page loads beside its own HTML until the button is pressed; brotli 11, each file by itself. Bundled by esbuild, minified.",
      columns: [
        { id: "brotli", name: "kB, brotli", digits: 2, ...LESS }, { id: "raw", name: "kB, raw", digits: 1, ...LESS }, { id: "files", name: "files", digits: 0 },
        { id: "outside", name: "requests to other hosts", digits: 0 },
      ],
    },
    { id: "slow", title: "When it can be pressed: slow phone, slow line", base: "classic", rows: rows("slow", timed("slow")), says: `${says} 4× slower processor, Fast 3G.`, columns: clock },
    { id: "unthrottled", title: "When it can be pressed: this machine", base: "classic", rows: rows("unthrottled", timed("unthrottled")), says: `${says} Not throttled.`, columns: clock },
  ];
}
