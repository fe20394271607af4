// Builds the widget into `dist/`: Rust -> wasm -> glue -> smaller wasm -> one file per form, with
// the wasm inside, so that one round trip brings everything and one integrity value covers it.
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

// Chrome 99, Firefox 101, Safari 16.4: the first with everything that the shell uses.
const BROWSERS = ["chrome99", "firefox101", "safari16.4"];

const run = promisify(execFile);

/** Builds the widget of the checkout `root`; `log` takes one line of text. */
export async function buildWidget({ root, log = console.log }) {
  const dist = join(root, "dist");
  await mkdir(dist, { recursive: true });
  await compile(root);
  // A folder of its own for each run: two may run at a time.
  const work = await mkdtemp(join(root, "target", "widget-"));
  let wasm, texts;
  try {
    await bind(root, work);
    wasm = await shrink(root, work);
    texts = {
      "alipay-checkout.js": await bundle(root, work, "classic.js", "iife"),
      "alipay-checkout.mjs": await bundle(root, work, "module.js", "esm"),
    };
  } finally {
    await rm(work, { recursive: true });
  }

  const budget = JSON.parse(await readFile(join(root, "widget", "budget.json"), "utf8"));
  const integrity = {};
  const excess = [];
  for (const [name, text] of Object.entries(texts)) {
    const content = Buffer.from(text.replace("WASM", () => literal(wasm)), "utf8");
    await place(dist, name, content);
    const sizes = { brotli: brotli(content), shell_brotli: brotli(Buffer.from(text)) };
    log(`${name}: ${content.length} bytes, ${sizes.brotli} in brotli 11 (${sizes.shell_brotli} without the wasm)`);
    for (const [kind, limit] of Object.entries(budget[name])) {
      if (sizes[kind] > limit) excess.push(`${name}: ${kind} ${sizes[kind]} is over ${limit}`);
    }
  }
  for (const [name, text] of Object.entries(descriptions(root))) await place(dist, name, text);
  for (const name of [...Object.keys(texts), "alipay-checkout.d.ts"]) {
    integrity[name] = `sha384-${createHash("sha384").update(await readFile(join(dist, name))).digest("base64")}`;
  }
  await place(dist, "integrity.json", `${JSON.stringify(integrity, null, 2)}\n`);
  await removeOld(dist);
  await place(dist, "package.json", packageOf(dist, root));
  log(`wasm: ${wasm.length} bytes, ${brotli(wasm)} in brotli 11`);
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

/** Puts a file into place at once, so that whoever serves it never reads half of it. */
async function place(dist, name, content) {
  placed.add(name);
  const aside = join(dist, `.${name}.${process.pid}`);
  await writeFile(aside, content);
  await rename(aside, join(dist, name));
}

async function compile(root) {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  // Panic messages hold source paths: the same bytes must come out wherever this is built.
  const flags = [`--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=root`];
  const args = ["build", "--quiet", "--profile", "widget", "-p", CRATE, "--lib", "--target", TARGET, "--locked"];
  await run("cargo", args, {
    cwd: root,
    env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.join("\u001f") },
    maxBuffer: 1 << 26,
  });
}

async function bind(root, work) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const bindgen = process.env.WASM_BINDGEN_BIN ?? join(root, ".tools", "bin", "wasm-bindgen");
  const args = ["--target", "web", "--no-typescript", "--out-dir", work];
  await run(bindgen, [...args, join(target, TARGET, "widget", `${STEM}.wasm`)]);
}

// What leads to a panic's message, and everything that formats. Without a console to write to, a
// panic on this target is a trap and nothing else; the message costs 3 kB, and nobody sees it.
const UNSEEN =
  /panic|slice_error_fail|slice_index_fail|unwrap_failed|expect_failed|handle_error|handle_alloc_error|rust_oom|AccessError|core(\[\w+\])?::fmt/;

/** Makes the wasm small, and answers with it and the glue that fits. */
async function shrink(root, work) {
  const { default: binaryen } = await import("binaryen");
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(await readFile(join(work, `${STEM}_bg.wasm`)));
  for (let index = 0; index < module.getNumFunctions(); index += 1) {
    const reference = module.getFunctionByIndex(index);
    const { module: importedFrom, name } = binaryen.getFunctionInfo(reference);
    if (!importedFrom && UNSEEN.test(name)) binaryen.Function.setBody(reference, module.unreachable());
  }
  const [trapping, small, minified] = ["trapping", "small", "minified"].map((name) => join(work, `${name}.wasm`));
  await writeFile(trapping, module.emitBinary());
  module.dispose();

  const wasmOpt = process.env.WASM_OPT_BIN ?? join(root, "node_modules", ".bin", "wasm-opt");
  const passes = ["--low-memory-unused", "--flatten", "--rereloop", "-Os", "-Oz"];
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  await run(wasmOpt, [...WASM_FEATURES, ...passes, ...strip, trapping, "-o", small]);
  const shortNames = "--minify-imports-and-exports-and-modules";
  const { stdout } = await run(wasmOpt, [...WASM_FEATURES, shortNames, small, "-o", minified]);
  const glue = await readFile(join(work, `${STEM}.js`), "utf8");
  await writeFile(join(work, "behaviour.js"), renamed(glue, JSON.parse(stdout)));
  return readFile(minified);
}

/** The glue with the names that wasm-opt has given to imports and exports, and no others. */
function renamed(glue, { imports, exports }) {
  const names = new Map(imports.map(([, name, short]) => [name, short]));
  let text = glue.replace(/^ {8}(__wb\w+): (function[^]*?^ {8}\}.*)$\n/gm, (_, name, code) =>
    names.has(name) ? `${names.get(name)}: ${code}\n` : "",
  );
  const direct = imports.filter(([from]) => from.includes("/snippets/"));
  const others = direct.map(([, name, short]) => `${short}: import1.${name}`).join(", ");
  text = text.replace(/return \{\s*__proto__: null,\s*"[^]*?\};/, `return { a: { ...import0, ${others} } };`);
  for (const [name, short] of exports) text = text.replace(new RegExp(`\\bwasm\\.${name}\\b`, "g"), `wasm.${short}`);
  const missed = [...names.keys()].find((name) => text.includes(`${name}: function`));
  if (missed || !text.includes("{ a: {")) throw new Error(`the glue has another form than expected: ${missed}`);
  return text;
}

async function bundle(root, work, entry, format) {
  const { build } = await import("esbuild");
  const sources = join(root, "widget", "js");
  const behaviour = {
    name: "behaviour",
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
    define: { SHIFT: String(SHIFT) },
    format,
    legalComments: "none",
    loader: { ".css": "text" },
    minify: true,
    plugins: [behaviour, minifiedStyle],
    target: BROWSERS,
    // Not used: it belongs to the glue's own way of loading, which falls away.
    logOverride: { "empty-import-meta": "silent" },
    write: false,
  });
  // A script without a charset is read in the page's: the mark at the start settles it.
  return (format === "iife" ? "\uFEFF" : "") + outputFiles[0].text;
}

const minifiedStyle = {
  name: "minified-style",
  setup({ onLoad, esbuild }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: true, charset: "utf8" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

// Added to each byte in the text, so that the most frequent ones need no escape. Tried: all.
const SHIFT = 3;

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
