import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../progress.mjs';
import { page } from './scratch.mjs';

test('one line per step, with what it says about itself', async () => {
  const out = page();
  const progress = new Progress(out);
  await progress.step('one', async () => ({ skipped: 'unchanged' }));
  await progress.step('two', async () => ({ note: 'all well' }));
  await assert.rejects(progress.step('three', async () => { throw new Error('no'); }), { message: 'no' });
  assert.equal(out.text.replace(/\d+\.\d s/g, 'S'), [
    '  - one                    unchanged',
    '  ✓ two                    all well  S',
    '  ✗ three                  S',
    '',
  ].join('\n'));
});

test('on a terminal the running steps are shown in a line that is redrawn', async () => {
  const out = Object.assign(page(), { isTTY: true, columns: 60 });
  const progress = new Progress(out);
  let finish;
  const running = progress.step('tools', (note) => {
    note('compiling serde');
    return new Promise((settle) => { finish = settle; });
  });
  await progress.step('packages', async () => undefined);
  assert.equal(out.written.at(-1), '\r\u001b[K  … tools: compiling serde (0 s)');
  finish();
  await running;
  assert.match(out.text, /\r\u001b\[K {2}✓ tools {18}\d+\.\d s\n$/);
});
