// Builds the widget into `dist/`: Rust -> wasm -> glue -> smaller wasm, and one script per form, which
// names the hash of the wasm beside it, so that one integrity value covers both; for bundlers one with
// the wasm inside. The shell is at its beginning, and weighed alone.
//
//   node xtask/npm/build-widget.mjs

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";

import { descriptions, packageOf } from "./describe-widget.mjs";

const CRATE = "alipay-checkout-widget";
const STEM = "alipay_checkout_widget";
const QR_CRATE = "alipay-checkout-qr";
const QR_STEM = "alipay_checkout_qr";
const TARGET = "wasm32-unknown-unknown";

// What stable Rust turns on for this target by itself: wasm-opt must be told of each.
const WASM_FEATURES = [
  "bulk-memory",
  "bulk-memory-opt",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
].map((feature) => `--enable-${feature}`);

/**
 * Bytes for the stack, in place of a megabyte: data stands behind it, and its addresses are in the code as
 * often as there are texts, shorter below 8192. The behaviour does not recurse; the encoder has 12 kB on
 * its stack. Who needed more would go below address 0, and trap.
 */
const STACKS = { [CRATE]: 4096, [QR_CRATE]: 32_768 };

/** What pages and servers load: name, entry, format. */
const SCRIPTS = [
  ["alipay-checkout.js", "classic.js", "iife"],
  ["alipay-checkout.mjs", "module.js", "esm"],
  ["alipay-checkout.inline.mjs", "inline.js", "esm"],
  ["server.mjs", "server.js", "esm"],
];

// Chrome 99, Firefox 101, Safari 16.4: the first with everything that the shell uses.
const BROWSERS = ["chrome99", "firefox101", "safari16.4"];

const run = promisify(execFile);

/** Builds the widget of the checkout `root`; `log` takes one line of text. */
export async function buildWidget({ root, log = console.log }) {
  const dist = join(root, "dist");
  await mkdir(join(dist, "lang"), { recursive: true });
  await compile(root);
  // A folder of its own for each run: two may run at a time.
  const work = await mkdtemp(join(root, "target", "widget-"));
  const files = new Map();
  const sizes = {};
  try {
    await bind(root, work, STEM);
    await bind(root, work, QR_STEM);
    const qr = await shrink(work, QR_STEM);
    files.set("alipay-checkout-qr.wasm", qr.wasm);
    const { wasm, glue } = await shrink(work, STEM);
    await writeFile(join(work, "behaviour.js"), renamed(glue, wasm.names));
    log(`wasm: ${wasm.length} bytes, ${brotli(wasm)} in brotli 11`);

    const languages = await readLanguages(root);
    const declared = (await readFile(join(work, `${STEM}.d.ts`), "utf8")).split("\n");
    const first = await firstPaint(root, declared, languages);
    const style = (name) => minifiedCss(join(root, "widget", "css", `${name}.css`));
    const styles = { base: await style("base"), rest: await style("rest") };
    files.set("alipay-checkout.wasm", wasm);
    const words = {
      SHIFT,
      FIRST_STATE: first.state,
      FIRST_LABEL: first.label,
      FIRST_WORDS: first.words,
      LANGUAGES: { first: first.all, aliases: languages.aliases },
      BASE_STYLE: styles.base,
      REST_STYLE: styles.rest,
      WASM_INTEGRITY: digest(wasm),
      QR_INTEGRITY: digest(qr.wasm),
      ...firstClick(declared),
    };
    const bundle = (entry, format) => bundled({ root, work, entry, format, words });
    const shell = Buffer.from(await bundle("shell-alone.js", "iife"));
    sizes["alipay-checkout.js"] = { shell: brotli(shell) };
    for (const [name, entry, format] of SCRIPTS) {
      const text = await bundle(entry, format);
      files.set(name, Buffer.from(text.replace("WASM", () => literal(wasm)), "utf8"));
    }
    files.set("alipay-checkout.css", Buffer.from(styles.base + styles.rest));
    for (const [tag, texts] of languages.files) files.set(`lang/${tag}.json`, Buffer.from(JSON.stringify(texts)));
  } finally {
    await rm(work, { recursive: true });
  }
  const described = descriptions(root);
  files.set("alipay-checkout.d.ts", Buffer.from(described["alipay-checkout.d.ts"]));
  files.set("server.d.ts", await readFile(join(root, "widget", "js", "server.d.ts")));

  const integrity = {};
  for (const [name, content] of files) {
    integrity[name] = digest(content);
    sizes[name] = { ...sizes[name], brotli: brotli(content) };
  }
  for (const [name, content] of [...files, ...Object.entries(described)]) await place(dist, name, content);
  await place(dist, "integrity.json", `${JSON.stringify(integrity, null, 2)}\n`);
  await removeOld(dist);
  await place(dist, "package.json", packageOf(dist, root));
  for (const name of ["alipay-checkout.js", "alipay-checkout.mjs", "alipay-checkout-qr.wasm", "alipay-checkout.css"]) {
    const { brotli: whole, shell } = sizes[name];
    log(`${name}: ${files.get(name).length} bytes, ${whole} in brotli 11${shell ? ` (the shell alone: ${shell})` : ""}`);
  }
  const budget = JSON.parse(await readFile(join(root, "widget", "budget.json"), "utf8"));
  const excess = overBudget(budget, sizes);
  if (excess.length > 0) throw new Error(`over widget/budget.json: ${excess.join("; ")}`);
}

/** What this process has put into `dist`. */
const placed = new Set(["package.json"]);

/** Removes what an older build has left there: it would be published and served with the rest. */
async function removeOld(dist) {
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !placed.has(path.slice(dist.length + 1))) await rm(path);
  }
}

/** What weighs more than `widget/budget.json` allows: each entry names files, or a file's part. */
export function overBudget(budget, sizes) {
  return Object.entries(budget).flatMap(([name, { of, at_most }]) => {
    const bytes = of.reduce((sum, item) => {
      const [file, part = "brotli"] = item.split("#");
      const size = sizes[file]?.[part];
      if (size === undefined) throw new Error(`budget.json: there is no ${item}`);
      return sum + size;
    }, 0);
    return bytes > at_most ? [`${name}: ${bytes} bytes are over ${at_most}`] : [];
  });
}

const digest = (content) => `sha384-${createHash("sha384").update(content).digest("base64")}`;

/** The files of `widget/lang`: all texts by tag, the words of the first paint, aliases. */
async function readLanguages(root) {
  const folder = join(root, "widget", "lang");
  const files = new Map();
  for (const name of (await readdir(folder)).sort()) {
    if (!name.endsWith(".json") || name === "aliases.json") continue;
    files.set(name.slice(0, -".json".length), JSON.parse(await readFile(join(folder, name), "utf8")));
  }
  return { files, aliases: JSON.parse(await readFile(join(folder, "aliases.json"), "utf8")) };
}

/** State and label before there is behaviour, as Rust's view names them: wasm-bindgen hands them on,
 *  in an order of its own, among the declarations. */
async function firstPaint(root, lines, { files }) {
  const { states } = JSON.parse(await readFile(join(root, "widget", "api.json"), "utf8"));
  const state = states.find((name) => lines.includes(name));
  const label = Object.keys(files.get("en")).find((key) => lines.includes(key));
  if (!state || !label) throw new Error("the view's first state and label are not among the declarations");
  const all = Object.fromEntries([...files].map(([tag, texts]) => [tag, texts[label]]).filter(([, text]) => text));
  return { state, label, words: all.en, all };
}

/** What a click before the behaviour goes by, as `widget/src/browser.rs` hands it on likewise. */
function firstClick(lines) {
  return Object.fromEntries(["BLOCKED_WORDS", "MOBILE_WORDS"].map((name) => {
    const line = lines.find((one) => one.startsWith(`${name}=`));
    if (!line) throw new Error(`${name} is not among the declarations`);
    return [name, line.slice(name.length + 1)];
  }));
}

/** Puts a file into place at once, so that whoever serves it never reads half of it. */
async function place(dist, name, content) {
  placed.add(name);
  const path = join(dist, name);
  const aside = `${path}.${process.pid}`;
  await writeFile(aside, content);
  await rename(aside, path);
}

async function compile(root) {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  // Panic messages hold source paths: the same bytes must come out wherever this is built.
  const paths = [`--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=root`];
  for (const [crate, stack] of Object.entries(STACKS)) {
    const args = ["rustc", "--quiet", "--profile", "widget", "-p", crate, "--lib", "--target", TARGET, "--locked"];
    await run("cargo", [...args, "--", `-Clink-arg=-zstack-size=${stack}`], {
      cwd: root,
      env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: paths.join("\u001f") },
      maxBuffer: 1 << 26,
    });
  }
}

async function bind(root, work, stem) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const bindgen = process.env.WASM_BINDGEN_BIN ?? join(root, ".tools", "bin", "wasm-bindgen");
  await run(bindgen, ["--target", "web", "--out-dir", work, join(target, TARGET, "widget", `${stem}.wasm`)]);
}

// What leads to a panic's message, and everything that formats. Without a console to write to, a
// panic on this target is a trap and nothing else; the message costs 3 kB, and nobody sees it.
const UNSEEN =
  /panic|serde_wasm_bindgen::error|wasm_bindgen::throw_str|slice_error_fail|slice_index_fail|unwrap_failed|expect_failed|handle_error|handle_alloc_error|rust_oom|AccessError|core(\[\w+\])?::fmt/;

// Texts that only those use, whole: what stands behind them in the same memory is in use. The linker
// cannot leave them out, for they went after it had run; zeros weigh nothing.
const MESSAGES = [
  /\/rustc\/[0-9a-f]+\/library\/[\w/]+\.rs/g,
  /cargo\/registry\/src\/[\w./-]+?\.rs/g,
  /widget\/(qr\/)?src\/[\w/]+?\.rs/g,
  /called `Option::unwrap(_throw)?\(\)` on a `None` value/g,
  /attempted to take ownership of Rust value while it was borrowed/g,
  /attempt to join into collection with len > usize::MAX/g,
  /copy_from_slice: source slice length \(/g,
  /\) does not match destination slice length \(/g,
  /assertion failed: self\.is_char_boundary\(new_len\)/g,
  /RefCell already (mutably )?borrowed/g,
  /null pointer passed to rust/g,
  /recursive use of an object detected which would lead to unsafe aliasing in rust/g,
  /closure invoked recursively or after being dropped/g,
  /Lazy instance has previously been poisoned/g,
  /slice index starts at |range (start|end) index | out of range for slice of length /g,
  /capacity overflow|window size must be non-zero|Tried to shrink to a larger capacity/g,
];

function withoutMessages(wasm) {
  const blank = (found) => "\0".repeat(found.length);
  const text = MESSAGES.reduce((left, message) => left.replace(message, blank), wasm.toString("latin1"));
  return Buffer.from(text, "latin1");
}

/** Makes the wasm small, and answers with it and its glue. */
async function shrink(work, stem) {
  const { default: binaryen } = await import("binaryen");
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(await readFile(join(work, `${stem}_bg.wasm`)));
  for (let index = 0; index < module.getNumFunctions(); index += 1) {
    const reference = module.getFunctionByIndex(index);
    const { module: importedFrom, name } = binaryen.getFunctionInfo(reference);
    if (!importedFrom && UNSEEN.test(name)) binaryen.Function.setBody(reference, module.unreachable());
  }
  // Texts are measured before they are taken over, so that none has to grow.
  for (const name of ["__wbindgen_realloc", "__abort_handler", "__instance_terminated"]) module.removeExport(name);
  const [trapping, small, minified] = ["trapping", "small", "minified"].map((name) => join(work, `${name}.wasm`));
  await writeFile(trapping, module.emitBinary());
  module.dispose();

  const wasmOpt = process.env.WASM_OPT_BIN ?? join(work, "..", "..", "node_modules", ".bin", "wasm-opt");
  const passes = ["--low-memory-unused", "--flatten", "--rereloop", "-Os", "-Oz", "--converge"];
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  await run(wasmOpt, [...WASM_FEATURES, ...passes, ...strip, trapping, "-o", small]);
  await writeFile(small, withoutMessages(await readFile(small)));
  const glue = await readFile(join(work, `${stem}.js`), "utf8");
  // Called by its names from `js/qr.js`.
  if (stem === QR_STEM) return { wasm: await readFile(small), glue };
  const shortNames = "--minify-imports-and-exports-and-modules";
  const { stdout } = await run(wasmOpt, [...WASM_FEATURES, shortNames, small, "-o", minified]);
  return { wasm: Object.assign(await readFile(minified), { names: JSON.parse(stdout) }), glue };
}

// Parts of the glue that are for the unusual: long texts, old browsers, two thousand million decoded
// bytes. Ours are short, and the floor is above those browsers.
const SHORTER = [
  [/function passStringToWasm0\([^]*?\n\}\n/, `function passStringToWasm0(arg, malloc) {
    const buf = cachedTextEncoder.encode(arg);
    const ptr = malloc(WASM_VECTOR_LEN = buf.length, 1) >>> 0;
    getUint8ArrayMemory0().set(buf, ptr);
    return ptr;
}
`],
  [/let cachedTextDecoder = [^]*?\n(const MAX_SAFARI[^]*?\nlet numBytesDecoded = 0;\n)?function decodeText\([^]*?\n\}\n/, `const cachedTextDecoder = new TextDecoder();
function decodeText(ptr, len) {
    return cachedTextDecoder.decode(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}
`],
  [/if \(!\('encodeInto' in cachedTextEncoder\)\) \{[^]*?\n\}\n/, ""],
  [/\(typeof FinalizationRegistry === 'undefined'\)\s*\? \{[^}]*\{\}[^}]*\{\}[^}]*\}\s*: new/, "new"],
  [/, wasm\.__wbindgen_realloc\)/g, ")"],
  // It is called once, with a module.
  [/function initSync\([^]*?\n\}\n/, `function initSync(module) {
    __wbg_finalize_init(new WebAssembly.Instance(module, __wbg_get_imports()));
}
`],
  [/ {4}(wasmInstance|wasmModule) = \w+;\n/g, ""],
  [/ {4}cached\w+Memory0 = null;\n/g, ""],
  [/ {4}return wasm;\n/g, ""],
  // Nobody frees an element's behaviour by hand.
  [/ {4}__destroy_into_raw\(\) \{[^]*?\n {4}\}\n {4}free\(\) \{[^]*?\n {4}\}\n/, ""],
  [/if \(Symbol\.dispose\)[^\n]*\n/, ""],
];

/** The glue with the names that wasm-opt has given to imports and exports, and no others. */
function renamed(glue, { imports, exports }) {
  const names = new Map(imports.map(([, name, short]) => [name, short]));
  let text = glue.replace(/^ {8}(__wb\w+): (function[^]*?^ {8}\}.*)$\n/gm, (_, name, code) =>
    names.has(name) ? `${names.get(name)}: ${code}\n` : "",
  );
  const direct = imports.filter(([from]) => from.includes("/snippets/"));
  const modules = [...glue.matchAll(/^import \* as (import\d+) from "(.*?)"/gm)].map(([, local, from]) => [from, local]);
  const locals = new Map(modules);
  const others = direct.map(([from, name, short]) => `${short}: ${locals.get(from)}.${name}`).join(", ");
  text = text.replace(/return \{\s*__proto__: null,\s*"[^]*?\};/, `return { a: { ...import0, ${others} } };`);
  for (const [name, short] of exports) text = text.replace(new RegExp(`\\bwasm\\.${name}\\b`, "g"), `wasm.${short}`);
  for (const [pattern, shorter] of SHORTER) {
    if (!pattern.test(text)) throw new Error(`the glue has another form than expected: no ${pattern}`);
    text = text.replace(pattern, shorter);
  }
  const missed = [...names.keys()].find((name) => text.includes(`${name}: function`));
  if (missed || !text.includes("{ a: {")) throw new Error(`the glue has another form than expected: ${missed}`);
  return text;
}

async function bundled({ root, work, entry, format, words }) {
  const { build } = await import("esbuild");
  const sources = join(root, "widget", "js");
  const parts = {
    name: "parts",
    setup({ onResolve }) {
      onResolve({ filter: /^@behaviour$/ }, () => ({ path: join(work, "behaviour.js") }));
      // The glue imports copies of our files: one module each is enough.
      onResolve({ filter: /\/snippets\// }, ({ path }) => ({ path: join(sources, path.split("/").at(-1)) }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [join(sources, entry)],
    bundle: true,
    charset: "utf8",
    define: Object.fromEntries(Object.entries(words).map(([name, value]) => [name, JSON.stringify(value)])),
    format,
    legalComments: "none",
    minify: true,
    plugins: [parts],
    target: BROWSERS,
    // Not used: it belongs to the glue's own way of loading, which falls away.
    logOverride: { "empty-import-meta": "silent" },
    write: false,
  });
  // A script without a charset is read in the page's: the mark at the start settles it.
  return (format === "iife" ? "\uFEFF" : "") + outputFiles[0].text;
}

async function minifiedCss(path) {
  const { transform } = await import("esbuild");
  const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, charset: "utf8", target: BROWSERS });
  return code.trim();
}

// Added to each byte in the text, so that the most frequent ones need no escape; of the small ones, the best.
const SHIFT = 4;

/**
 * A JavaScript string with one character a byte, as `load.js` reads it. A character that would need
 * an escape, or would make tools take the file for binary, stands 256 higher. After compression the
 * file is a sixth smaller than with base64.
 */
function literal(bytes) {
  const character = (byte) => {
    const shifted = String.fromCharCode((byte + SHIFT) % 256);
    return "\0\n\r\"\\".includes(shifted) ? String.fromCharCode(shifted.charCodeAt(0) + 256) : shifted;
  };
  return `"${Array.from(bytes, character).join("")}"`;
}

function brotli(content) {
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildWidget({ root: resolve(fileURLToPath(import.meta.url), "../../..") });
}
