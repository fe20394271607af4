// `npm run bench`: everything that can be measured on one machine, beside the peers, in one run.
// `npm run bench -- --help` tells the rest.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

import { Progress, ROOT, cli, isMain, run } from "../../xtask/npm/stack.mjs";
import { VERSION } from "../proof/peers.mjs";
import { commit, machine, versions } from "./machine.mjs";
import { options, usage } from "./options.mjs";
import { PARTS } from "./parts/index.mjs";
import { NPM, PYTHON } from "./peers.mjs";
import { between, renewed } from "./readme.mjs";
import { BEGIN, END, scale } from "./scale.mjs";
import { page } from "./table.mjs";

const HERE = import.meta.dirname;
const JSON_FILE = join(HERE, "RESULTS.json");
const PAGE = join(HERE, "RESULTS.md");
const README = join(ROOT, "README.md");
const SCALE = join(ROOT, "docs", "scale.md");

const EMPTY = { machine: {}, versions: {}, parts: {} };
const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : EMPTY);

/** Writes the page and the figures elsewhere, which never say anything else than RESULTS.json. */
function publish(results) {
  writeFileSync(PAGE, page(results, PARTS));
  writeFileSync(README, renewed(readFileSync(README, "utf8"), results));
  writeFileSync(SCALE, between(readFileSync(SCALE, "utf8"), BEGIN, END, scale(results)));
}

/** Five digits that count are more than any of this is worth. */
const rounded = (value) => (typeof value === "number" ? Number(value.toPrecision(5)) : value);

/** As a file that people can compare: a table's rounds in one line. */
const text = (results) => `${JSON.stringify(results, (_, value) => rounded(value), 1)
  .replace(/\[\s+([-\d.e,\s]+?)\s+\]/g, (_, numbers) => `[${numbers.replace(/\s+/g, " ")}]`)}\n`;

/** Runs parts one after another; one that fails leaves the others their results. */
async function measure(chosen, progress, results) {
  let failed = 0;
  for (const part of PARTS.filter(({ name }) => chosen.only.includes(name))) {
    const began = Date.now();
    try {
      await progress.step(part.name, async (note) => {
        const context = { rounds: chosen.rounds, quick: chosen.quick, note, say: (line) => progress.say(`    ${line}`) };
        const tables = await part.measure(context);
        const seconds = Math.round((Date.now() - began) / 1000);
        results.parts[part.name] = { at: new Date().toISOString(), commit: commit(), rounds: chosen.rounds, quick: chosen.quick, seconds, tables };
      });
    } catch (error) {
      failed += 1;
      progress.say(`    ${part.name} was not measured: ${error.stack}`);
    }
  }
  return failed;
}

async function bench() {
  const chosen = options(process.argv.slice(2), PARTS);
  if (chosen.help) {
    process.stdout.write(usage(PARTS));
    return 0;
  }
  if (chosen.readme) {
    publish(read(JSON_FILE));
    return 0;
  }
  const progress = new Progress();
  await progress.step("build", async (note) => {
    await run("bench-build", "node", [join(ROOT, "xtask", "npm", "build.mjs")], { onLine: note });
  });
  const results = chosen.json === undefined ? read(JSON_FILE) : structuredClone(EMPTY);
  results.machine = machine();
  results.versions = { ...versions(), "alipay-sdk": VERSION, ...NPM, ...PYTHON };
  const failed = await measure(chosen, progress, results);
  // As it is read again: what is published never says more than the file.
  const written = text(results);
  writeFileSync(chosen.json ?? JSON_FILE, written);
  if (chosen.json === undefined) {
    publish(JSON.parse(written));
    progress.say(`\n${[PAGE, README, SCALE].map((file) => relative(ROOT, file)).join(", ")} say what was found.`);
  } else {
    process.stdout.write(`\n${page(JSON.parse(written), PARTS)}`);
  }
  return failed === 0 ? 0 : 1;
}

if (isMain(import.meta)) {
  await cli(() => bench().catch((error) => {
    // What people typed wrong needs no stack.
    if (!/^--|understood/.test(error.message)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }));
}
