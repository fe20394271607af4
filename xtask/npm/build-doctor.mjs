// Builds the doctor of the demo's page `/doctor` into `www/build/doctor/`: Rust -> wasm -> smaller wasm
// -> one script with the wasm inside, and the example captures from the vectors.
//
//   node xtask/npm/build-doctor.mjs

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { examples } from "./doctor-examples.mjs";

const CRATE = "alipay-checkout-doctor";
const STEM = "alipay_checkout_doctor";
const TARGET = "wasm32-unknown-unknown";

// What stable Rust turns on for this target by itself: wasm-opt must be told of each.
const WASM_FEATURES = [
  "bulk-memory", "bulk-memory-opt", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext",
].map((feature) => `--enable-${feature}`);

// The first that unpack gzip and run modules in workers.
const BROWSERS = ["chrome99", "firefox114", "safari16.4"];

const run = promisify(execFile);

/** Builds the doctor of the checkout `root`; `log` takes one line of text. */
export async function buildDoctor({ root, log = console.log }) {
  const out = join(root, "www", "build", "doctor");
  await mkdir(out, { recursive: true });
  await compile(root);
  // A folder of its own for each run: two may run at a time.
  const work = await mkdtemp(join(root, "target", "doctor-"));
  const files = {};
  try {
    const wasm = await smallWasm(root, work);
    log(`wasm: ${wasm.length} bytes, ${gzipSync(wasm, { level: 9 }).length} in gzip`);
    files["engine.js"] = await bundle(root, work, wasm);
  } finally {
    await rm(work, { recursive: true });
  }
  const read = async (name) => JSON.parse(await readFile(join(root, "protocol", "tests", "vectors", name), "utf8"));
  const captures = examples(await read("gateway.json"), await read("antom.json"));
  files["examples.js"] = `export const EXAMPLES = ${JSON.stringify(captures)};\n`;

  const budget = JSON.parse(await readFile(join(root, "www", "doctor", "budget.json"), "utf8"));
  const excess = [];
  for (const [name, { of, at_most }] of Object.entries(budget)) {
    const bytes = of.reduce((sum, file) => sum + brotliCompressSync(files[file]).length, 0);
    log(`${name}: ${bytes} bytes in brotli, at most ${at_most}`);
    if (bytes > at_most) excess.push(`${name}: ${bytes} bytes are over ${at_most}`);
  }
  if (excess.length > 0) throw new Error(`over www/doctor/budget.json: ${excess.join("; ")}`);
  for (const [name, text] of Object.entries(files)) await writeFile(join(out, name), text);
}

async function compile(root) {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  // Panic messages hold source paths: the same bytes must come out wherever this is built.
  const flags = [`--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=root`];
  // Bytes first, as for the widget; RSA is no slower by it.
  const args = ["build", "--quiet", "--profile", "widget", "-p", CRATE, "--lib", "--target", TARGET, "--locked"];
  await run("cargo", args, {
    cwd: root,
    env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.join("\u001f") },
    maxBuffer: 1 << 26,
  });
}

async function smallWasm(root, work) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const bindgen = process.env.WASM_BINDGEN_BIN ?? join(root, ".tools", "bin", "wasm-bindgen");
  await run(bindgen, ["--target", "web", "--out-dir", work, join(target, TARGET, "widget", `${STEM}.wasm`)]);
  const wasmOpt = process.env.WASM_OPT_BIN ?? join(root, "node_modules", ".bin", "wasm-opt");
  const small = join(work, "small.wasm");
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  await run(wasmOpt, [...WASM_FEATURES, "-Oz", ...strip, join(work, `${STEM}_bg.wasm`), "-o", small]);
  return readFile(small);
}

async function bundle(root, work, wasm) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(root, "www", "doctor", "js", "engine.js")],
    bundle: true,
    charset: "utf8",
    define: { WASM: JSON.stringify(gzipSync(wasm, { level: 9 }).toString("base64")) },
    format: "esm",
    legalComments: "none",
    minify: true,
    alias: { "@doctor": join(work, `${STEM}.js`) },
    target: BROWSERS,
    write: false,
  });
  return outputFiles[0].text;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildDoctor({ root: resolve(fileURLToPath(import.meta.url), "../../..") });
}
