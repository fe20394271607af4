import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../progress.mjs';
import { Trouble } from '../run.mjs';
import { SUITES, neverBegan, testFiles } from '../suites.mjs';
import { chosenSuites, runSuites, usage } from '../test.mjs';
import { folderWith, page } from './scratch.mjs';

const suite = (name, counts, code = 0, lines = []) => ({ name, run: async () => ({ code, counts, lines, log: undefined }) });
const passing = suite('first', { passed: 3, failed: 0, skipped: 0 });
const failing = suite('second', { passed: 1, failed: 2, skipped: 0 }, 1, ['left != right']);

test('a failing suite does not keep the next one from running', async () => {
  const out = page();
  const total = await runSuites([failing, passing], {}, new Progress(out));
  assert.deepEqual(total, { passed: 4, failed: 2, skipped: 0 });
  const text = out.text.replace(/\d+\.\d s/g, 'S');
  assert.equal(text, `  ✗ second                 1 passed, 2 failed  S
      left != right
    Only this one: npm test -- --only second
  ✓ first                  3 passed, 0 failed  S
`);
});

test('lanes run beside each other, and the suites of a lane one after another', async () => {
  const began = [];
  let open;
  const opened = new Promise((settle) => { open = settle; });
  const ofCargo = (name) => ({ ...passing, name, lane: 'runtime', run: async () => { began.push(name); await opened; return passing.run(); } });
  const other = { ...passing, name: 'browser', run: async () => { began.push('browser'); open(); return passing.run(); } };
  const total = await runSuites([ofCargo('clippy'), ofCargo('native'), other], {}, new Progress(page()));
  assert.deepEqual(total, { passed: 9, failed: 0, skipped: 0 });
  assert.deepEqual(began, ['clippy', 'browser', 'native']);
});

test('what a machine cannot run is said aloud', async () => {
  const partly = { name: 'partly', run: async () => ({ code: 0, counts: { passed: 3, failed: 0, skipped: 1 }, lines: [], unrun: ['not run: php (not installed)'] }) };
  const out = page();
  assert.deepEqual(await runSuites([partly], {}, new Progress(out)), { passed: 3, failed: 0, skipped: 1 });
  assert.equal(out.text.includes('(1 skipped)'), true);
  assert.equal(out.text.includes('\n      not run: php (not installed)\n'), true);
});

test('a suite that ran no test has failed', async () => {
  const out = page();
  const total = await runSuites([suite('empty', { passed: 0, failed: 0, skipped: 0 })], {}, new Progress(out));
  assert.deepEqual(total, { passed: 0, failed: 1, skipped: 0 });
  assert.equal(out.text.includes('    empty: it ran no test\n'), true);
});

test('a suite that cannot be run has failed, and says why', async () => {
  const broken = { name: 'broken', run: async () => { throw new Trouble('wasm-pack could not be started (ENOENT).'); } };
  const out = page();
  assert.deepEqual(await runSuites([broken], {}, new Progress(out)), { passed: 0, failed: 1, skipped: 0 });
  assert.equal(out.text.includes('      wasm-pack could not be started (ENOENT).\n'), true);
});

test('a suite waits for wasm-pack, and fails with it', async () => {
  const widget = { ...passing, wasmPack: true };
  const ready = { wasmPack: Promise.reject(new Trouble('no connection')) };
  assert.deepEqual(await runSuites([widget], ready, new Progress(page())), { passed: 0, failed: 1, skipped: 0 });
});

test('a suite fails with the build that it needs, and the others run', async () => {
  const ready = { build: Promise.reject(new Trouble('worker: does not compile')) };
  const out = page();
  const total = await runSuites([{ ...passing, build: true }, passing], ready, new Progress(out));
  assert.deepEqual(total, { passed: 3, failed: 1, skipped: 0 });
  assert.equal(out.text.includes('      worker: does not compile\n'), true);
});

test('--only chooses suites in their usual order', () => {
  const suites = [passing, failing];
  assert.deepEqual(chosenSuites([], suites), suites);
  assert.deepEqual(chosenSuites(['--only', 'second', '--only', 'first'], suites), suites);
  assert.deepEqual(chosenSuites(['--only', 'second'], suites), [failing]);
});

for (const args of [['--only', 'third'], ['--only'], ['second'], ['--all', 'first']]) {
  test(`${args.join(' ')} is refused with the names to choose from`, () => {
    assert.throws(() => chosenSuites(args, [passing, failing]), {
      name: 'Trouble',
      message: `${args.join(' ')} is not understood.`,
      hint: '--only NAME, where NAME is one of first, second.',
    });
  });
}

test('test files are found below the folder, others are not', (t) => {
  const folder = folderWith(t, { 'a.test.mjs': '', 'deep/b.test.mjs': '', 'scratch.mjs': '' });
  assert.deepEqual(testFiles(folder), [`${folder}/a.test.mjs`, `${folder}/deep/b.test.mjs`]);
  assert.deepEqual(testFiles(`${folder}/absent`), []);
});

test('--help names every suite and what it shows', () => {
  assert.equal(usage([{ name: 'format', says: 'nothing to change' }]), `npm test                  every suite, in two lanes beside each other
npm test -- --only NAME   one suite; may be given more than once

  format       nothing to change
`);
  const silent = SUITES.filter(({ says }) => says === undefined).map(({ name }) => name);
  assert.deepEqual(silent, []);
});

test('only a browser that never began is tried again', () => {
  const lost = 'Failed to detect test as having been run. It might have timed out.';
  const hung = '[SEVERE]: Timed out receiving message from renderer: 59.9';
  assert.equal(neverBegan(`Loading scripts...${lost}\ndriver stderr:\n${hung}\n`), true);
  assert.equal(neverBegan(`Running 28 tests...\n${lost}\n`), false);
  assert.equal(neverBegan('test result: FAILED. 27 passed; 1 failed'), false);
});
