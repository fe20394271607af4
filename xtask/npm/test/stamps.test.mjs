import assert from 'node:assert/strict';
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from '../build.mjs';
import { Progress } from '../progress.mjs';
import { ROOT } from '../project.mjs';
import { Trouble } from '../run.mjs';
import { Stamps, digest } from '../stamps.mjs';
import { folderWith, page } from './scratch.mjs';

test('digest follows contents and names, not times', (t) => {
  const root = folderWith(t, { 'src/a.rs': 'one', 'src/b.rs': 'two' });
  const first = digest(root, ['src']);
  utimesSync(join(root, 'src/a.rs'), 1, 1);
  assert.equal(digest(root, ['src']), first);
  writeFileSync(join(root, 'src/a.rs'), 'One');
  const second = digest(root, ['src']);
  assert.notEqual(second, first);
  renameSync(join(root, 'src/b.rs'), join(root, 'src/c.rs'));
  assert.notEqual(digest(root, ['src']), second);
});

test('digest keeps the end of one file apart from the beginning of the next', (t) => {
  const one = folderWith(t, { a: 'xy', b: 'z' });
  const other = folderWith(t, { a: 'x', b: 'yz' });
  assert.notEqual(digest(one, ['a', 'b']), digest(other, ['a', 'b']));
});

test('digest ignores the order of entries, what builds leave behind and what no build reads', (t) => {
  const root = folderWith(t, { 'edge/src/lib.rs': 'code', 'Cargo.lock': 'lock' });
  const before = digest(root, ['edge', 'Cargo.lock']);
  for (const left of ['build', 'assets', '.wrangler', 'node_modules', 'tests', 'README.md']) writeFileSync(join(root, 'edge', left), 'left');
  assert.equal(digest(root, ['Cargo.lock', 'edge']), before);
  assert.notEqual(digest(root, ['edge', 'Cargo.lock'], 'another compiler'), before);
});

test('an absent input differs from an empty one', (t) => {
  const root = folderWith(t, { empty: '' });
  const before = digest(root, ['empty']);
  rmSync(join(root, 'empty'));
  assert.notEqual(digest(root, ['empty']), before);
});

test('a stamp holds for its own inputs and outputs only', (t) => {
  const stamps = new Stamps(join(folderWith(t), 'stamps'));
  assert.equal(stamps.holds('widget', 'in', 'out'), false);
  stamps.write('widget', 'in', 'out');
  assert.equal(stamps.holds('widget', 'in', 'out'), true);
  assert.equal(stamps.holds('widget', 'in2', 'out'), false);
  assert.equal(stamps.holds('widget', 'in', 'out2'), false);
  assert.equal(stamps.holds('worker', 'in', 'out'), false);
});

// One step over files of this test, below the root because steps name their files so.
function oneStep(t, work) {
  const folder = folderWith(t, { input: 'one' });
  const up = '../'.repeat(ROOT.split('/').length - 1);
  const path = (name) => join(up, folder, name);
  return { folder, steps: [{ name: 'part', inputs: [path('input')], outputs: [path('output')], work: () => work(folder) }] };
}

async function printed(folder, steps) {
  const out = page();
  await build({ progress: new Progress(out), stamps: new Stamps(join(folder, 'stamps')), steps, publish: () => {} });
  return out.text;
}

test('build skips a step whose inputs and outputs are unchanged, and says so', async (t) => {
  let built = 0;
  const { folder, steps } = oneStep(t, (here) => {
    built += 1;
    writeFileSync(join(here, 'output'), 'result');
  });
  assert.match(await printed(folder, steps), /^ {2}✓ part +\d+\.\d s\n$/);
  assert.equal(await printed(folder, steps), '  - part                   unchanged\n');
  assert.equal(built, 1);
  writeFileSync(join(folder, 'input'), 'two');
  await printed(folder, steps);
  assert.equal(built, 2);
  writeFileSync(join(folder, 'output'), 'altered by hand');
  await printed(folder, steps);
  assert.equal(built, 3);
});

test('a failed build leaves no stamp, so the next run builds again', async (t) => {
  let fails = true;
  const { folder, steps } = oneStep(t, (here) => {
    writeFileSync(join(here, 'output'), 'result');
    if (fails) throw new Trouble('does not compile');
  });
  await assert.rejects(printed(folder, steps), { name: 'Trouble', message: 'does not compile' });
  fails = false;
  assert.match(await printed(folder, steps), /✓ part/);
});

test('a build that ends well without its output is a failure', async (t) => {
  const { folder, steps } = oneStep(t, () => {});
  await assert.rejects(printed(folder, steps), { name: 'Trouble', message: `part ended well but left no ${steps[0].outputs[0]}.` });
});
