// The npm package, as somebody has it who installs it: packed from dist/, installed into an empty
// project, imported where there is no browser, and compiled against.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { LOCAL, ROOT, environment } from "../../xtask/npm/stack.mjs";

const DIST = join(ROOT, "dist");
const env = environment({ npm_config_cache: join(LOCAL, "npm-cache") });
let project;
let packed;

before(() => {
  mkdirSync(LOCAL, { recursive: true });
  // Below the checkout, so that the frameworks are found where the tests have them.
  project = mkdtempSync(join(LOCAL, "sample-"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "sample", private: true, type: "module" }));
  [packed] = JSON.parse(execFileSync("npm", ["pack", DIST, "--json", "--silent"], { cwd: project, env, encoding: "utf8" }));
  const install = ["install", `./${packed.filename}`, "--offline", "--no-audit", "--no-fund", "--no-package-lock", "--silent"];
  execFileSync("npm", install, { cwd: project, env });
});

after(() => rmSync(project, { recursive: true, force: true }));

/** Runs a script in the sample project and answers what it prints. */
function node(script) {
  return execFileSync("node", ["--input-type=module", "-e", script], { cwd: project, env, encoding: "utf8" }).trim();
}

test("package_holds_everything_that_lies_in_dist_and_needs_nothing_else", () => {
  const lying = readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(DIST.length + 1));
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), lying.sort());
  const manifest = JSON.parse(readFileSync(join(DIST, "package.json"), "utf8"));
  assert.deepEqual([manifest.name, manifest.type, manifest.license], ["alipay-checkout", "module", "MIT OR Apache-2.0"]);
  assert.deepEqual([manifest.dependencies, manifest.scripts, manifest.bin], [undefined, undefined, undefined]);
  assert.equal(manifest.version, JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version);
});

test("every_entry_leads_to_a_file_and_names_types_first", () => {
  const manifest = JSON.parse(readFileSync(join(DIST, "package.json"), "utf8"));
  const files = packed.files.map(({ path }) => `./${path}`);
  for (const [entry, target] of Object.entries(manifest.exports)) {
    const targets = typeof target === "string" ? { default: target } : target;
    assert.deepEqual(Object.values(targets).filter((file) => !files.includes(file)), [], entry);
    if (targets.types) assert.equal(Object.keys(targets)[0], "types", entry);
  }
  assert.deepEqual(manifest.sideEffects.filter((file) => !files.includes(file)), []);
  assert.equal(files.includes(manifest.customElements), true);
});

test("import_on_a_server_does_nothing_and_does_not_fail", () => {
  const told = node(`
    const before = Object.getOwnPropertyNames(globalThis).length;
    const all = await import("alipay-checkout");
    await import("alipay-checkout/classic");
    const { AlipayCheckout } = all;
    console.log(JSON.stringify([Object.keys(all), typeof AlipayCheckout, AlipayCheckout.name,
      Object.getOwnPropertyNames(globalThis).length - before]));
  `);
  assert.deepEqual(JSON.parse(told).slice(0, 2), [["AlipayCheckout"], "function"]);
  assert.equal(JSON.parse(told)[3], 0);
});

test("types_and_data_are_found_by_their_names", () => {
  const told = node(`
    import { createRequire } from "node:module";
    const require = createRequire(process.cwd() + "/x.js");
    const { modules } = require("alipay-checkout/custom-elements.json");
    console.log(modules[0].declarations[0].tagName, require("alipay-checkout/package.json").name);
  `);
  assert.equal(told, "alipay-checkout alipay-checkout");
});

test("no_module_of_the_package_can_be_reached_by_its_path", () => {
  const told = node(`await import("alipay-checkout/README.md").catch(({ code }) => console.log(code))`);
  assert.equal(told, "ERR_PACKAGE_PATH_NOT_EXPORTED");
});

const SAMPLES = join(import.meta.dirname, "samples");

for (const [sample, folder, flags] of [
  ["plain.ts", SAMPLES, []],
  ["react.tsx", SAMPLES, ["--jsx", "react-jsx"]],
  ["AlipayButton.tsx", join(ROOT, "widget", "examples", "react"), ["--jsx", "react-jsx"]],
  ["vue.ts", SAMPLES, []],
  ["svelte.ts", SAMPLES, []],
]) {
  for (const resolution of ["nodenext", "bundler"]) {
    test(`${sample}_compiles_with_resolution_${resolution}`, () => {
      cpSync(join(folder, sample), join(project, sample));
      const module = resolution === "bundler" ? "esnext" : "nodenext";
      const { stdout, status } = spawnSync("tsc", [
        "--noEmit", "--strict", "--exactOptionalPropertyTypes", "false", "--target", "es2022", "--lib", "es2022,dom,dom.iterable",
        "--module", module, "--moduleResolution", resolution, "--types", "", "--skipLibCheck", ...flags, sample,
      ], { cwd: project, env, encoding: "utf8" });
      assert.equal(stdout, "");
      assert.equal(status, 0);
    });
  }
}

test("our_own_declarations_hold_without_skipping_any_check", () => {
  writeFileSync(join(project, "own.ts"), 'import "alipay-checkout";\n');
  const { stdout, status } = spawnSync("tsc", [
    "--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--module", "nodenext",
    "--moduleResolution", "nodenext", "--types", "", "own.ts",
  ], { cwd: project, env, encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});
