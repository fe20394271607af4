// `npm test`: makes everything ready, runs every suite, and ends with one line `N passed, N failed`.
// `npm test -- --help` tells the rest.

import { relative } from 'node:path';
import { cli, isMain } from './cli.mjs';
import { build } from './build.mjs';
import { ROOT } from './project.mjs';
import { Progress } from './progress.mjs';
import { countsLine, verdict } from './results.mjs';
import { Trouble } from './run.mjs';
import { setup } from './setup.mjs';
import { SUITES } from './suites.mjs';

/** The suites that the command line asks for. */
export function chosenSuites(args, suites = SUITES) {
  const names = [];
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i + 1];
    if (args[i] !== '--only' || !suites.some((suite) => suite.name === name)) {
      throw new Trouble(`${args.slice(i, i + 2).join(' ')} is not understood.`, {
        hint: `--only NAME, where NAME is one of ${suites.map((suite) => suite.name).join(', ')}.`,
      });
    }
    names.push(name);
  }
  return names.length === 0 ? suites : suites.filter((suite) => names.includes(suite.name));
}

/** What `--help` prints. */
export function usage(suites = SUITES) {
  const rows = suites.map(({ name, says }) => `  ${name.padEnd(12)} ${says}\n`);
  return `npm test                  every suite, in two lanes beside each other
npm test -- --only NAME   one suite; may be given more than once

${rows.join('')}`;
}

/**
 * Runs suites in lanes beside each other, those of a lane one after another: compilers, browsers and waiting Workers are
 * seldom busy at the same moment, and one after another they take longer than a developer likes to wait. A failing suite
 * does not keep the later ones from running.
 */
export async function runSuites(suites, ready, progress) {
  const lanes = [...new Set(suites.map(({ lane }) => lane))];
  const totals = await Promise.all(lanes.map((one) => runLane(suites.filter(({ lane }) => lane === one), ready, progress)));
  const total = (count) => totals.reduce((sum, lane) => sum + lane[count], 0);
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
}

async function runLane(suites, ready, progress) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of suites) {
    const result = await progress.step(suite.name, async (note) => {
      const outcome = await runSuite(suite, { ...ready, note });
      for (const count of Object.keys(total)) total[count] += outcome[count];
      return outcome.failed > 0 ? { failed: countsLine(outcome), outcome } : { note: countsLine(outcome), outcome };
    });
    // What this machine cannot run is said aloud: a count of skipped tests is overlooked.
    for (const reason of result.outcome.unrun) progress.say(`      ${reason}`);
    if (result.outcome.failed > 0) explain(suite.name, result.outcome, progress);
  }
  return total;
}

async function runSuite(suite, ready) {
  try {
    if (suite.build) await ready.build;
    if (suite.wasmPack) {
      ready.note('waiting for wasm-pack');
      await ready.wasmPack;
    }
    const { code, counts, lines, log, unrun = [] } = await suite.run(ready);
    return { ...verdict(counts, code), lines, log, unrun };
  } catch (error) {
    const lines = (error instanceof Trouble ? error.describe() : error.stack).split('\n');
    return { passed: 0, failed: 1, skipped: 0, reason: 'it could not be run', lines, unrun: [] };
  }
}

function explain(name, { reason, lines, log }, progress) {
  for (const line of lines) progress.say(`      ${line}`);
  if (reason !== undefined) progress.say(`    ${name}: ${reason}`);
  if (log !== undefined) progress.say(`    Whole output: ${relative(ROOT, log)}`);
  progress.say(`    Only this one: npm test -- --only ${name}`);
}

async function test() {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(usage());
    return 0;
  }
  const suites = chosenSuites(args);
  const needs = (what) => suites.some((suite) => suite[what] === true);
  const progress = new Progress();
  const ready = await setup({ progress, checks: true, browser: needs('browser'), wasmPack: needs('wasmPack') });
  if (needs('build')) {
    // What does not build fails the suites that need it; the others are still worth knowing.
    ready.build = build({ progress });
    await ready.build.catch(() => {});
  }
  const total = await runSuites(suites, ready, progress);
  process.stdout.write(`\n${countsLine({ passed: total.passed, failed: total.failed })}\n`);
  return total.failed === 0 ? 0 : 1;
}

if (isMain(import.meta)) await cli(test);
