import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findFirefox, locate } from '../browser.mjs';
import { atLeast } from '../project.mjs';
import { lockIsInstalled, toolIsInstalled } from '../setup.mjs';
import { folderWith } from './scratch.mjs';

test('versions are compared number by number', () => {
  assert.equal(atLeast('1.95.0', '1.91'), true);
  assert.equal(atLeast('1.100.0', '1.91'), true);
  assert.equal(atLeast('1.91', '1.91'), true);
  assert.equal(atLeast('1.9.0', '1.91'), false);
  assert.equal(atLeast('20.10.1', '20.11'), false);
  assert.equal(atLeast('24.0.0', '22.12'), true);
});

test('without Rust one line says what is missing, and one what to do', async (t) => {
  const bin = folderWith(t);
  symlinkSync(process.execPath, join(bin, 'node'));
  // An empty home, because ~/.cargo/bin is searched as well.
  const env = { PATH: bin, HOME: bin };
  const { code, stderr } = await new Promise((settle) => {
    execFile(process.execPath, [join(import.meta.dirname, '..', 'setup.mjs')], { env }, (error, stdout, text) => {
      settle({ code: error?.code, stderr: text });
    });
  });
  assert.equal(stderr, `
rustc was not found.
What to do: install Rust with rustup, from https://rustup.rs, open a new terminal and start again.
`);
  assert.equal(code, 1);
});

const LOCK = { packages: {
  '': { name: 'root', version: '1' },
  www: { version: '0.1.0' },
  'node_modules/jose': { version: '6.0.0', integrity: 'sha512-a' },
  'node_modules/workerd-darwin': { version: '1.0.0', integrity: 'sha512-b', optional: true },
} };
const INSTALLED = { packages: { 'node_modules/jose': { version: '6.0.0', integrity: 'sha512-a' } } };

test('packages are installed when all but those for other systems are there', () => {
  assert.equal(lockIsInstalled(LOCK, INSTALLED), true);
});

for (const [name, lock, installed] of [
  ['node_modules is absent', LOCK, undefined],
  ['a package is absent', LOCK, { packages: {} }],
  ['a version differs', LOCK, { packages: { 'node_modules/jose': { version: '6.0.1', integrity: 'sha512-a' } } }],
  ['the contents differ', LOCK, { packages: { 'node_modules/jose': { version: '6.0.0', integrity: 'sha512-c' } } }],
]) {
  test(`packages are installed anew when ${name}`, () => assert.equal(lockIsInstalled(lock, installed), false));
}

const RECORD = { installs: { 'worker-build 0.8.7 (registry+https://example.com)': { bins: ['worker-build'] } } };

test('a tool is installed when its version is recorded and its programs are there', (t) => {
  const root = folderWith(t, { 'bin/worker-build': '' });
  assert.equal(toolIsInstalled(RECORD, 'worker-build', '0.8.7', root), true);
  assert.equal(toolIsInstalled(RECORD, 'worker-build', '0.8.8', root), false);
  assert.equal(toolIsInstalled(RECORD, 'wasm-pack', '0.15.1', root), false);
  assert.equal(toolIsInstalled(RECORD, 'worker-build', '0.8.7', folderWith(t)), false);
  assert.equal(toolIsInstalled(undefined, 'worker-build', '0.8.7', root), false);
});

function programs(t) {
  const folder = folderWith(t, { chromium: '', chromedriver: '', other: '', text: '' });
  for (const name of ['chromium', 'chromedriver', 'other']) chmodSync(join(folder, name), 0o755);
  return folder;
}

test('the browser is found on PATH', (t) => {
  const folder = programs(t);
  assert.deepEqual(locate({ PATH: `/absent:${folder}` }), {
    CHROMIUM_BIN: join(folder, 'chromium'),
    CHROMEDRIVER: join(folder, 'chromedriver'),
  });
  assert.deepEqual(locate({ PATH: '/absent' }), { CHROMIUM_BIN: undefined, CHROMEDRIVER: undefined });
});

test('the environment chooses another browser', (t) => {
  const folder = programs(t);
  assert.equal(locate({ PATH: folder, CHROMIUM_BIN: join(folder, 'other') }).CHROMIUM_BIN, join(folder, 'other'));
});

test('a browser that is named and is no program is not replaced by another', (t) => {
  const folder = programs(t);
  assert.throws(() => locate({ PATH: folder, CHROMEDRIVER: join(folder, 'text') }), {
    name: 'Trouble',
    message: `CHROMEDRIVER=${join(folder, 'text')} is not a program.`,
  });
});

test('Firefox is found on PATH, Debian\'s first, or where the environment says', async (t) => {
  const folder = folderWith(t, { firefox: '', 'firefox-esr': '', other: '' });
  for (const name of ['firefox', 'firefox-esr', 'other']) chmodSync(join(folder, name), 0o755);
  const find = (env) => findFirefox(() => assert.fail('nothing is to be installed'), { PATH: folder, ...env });
  assert.equal(await find({}), join(folder, 'firefox-esr'));
  assert.equal(await find({ FIREFOX_BIN: join(folder, 'other') }), join(folder, 'other'));
  await assert.rejects(find({ FIREFOX_BIN: join(folder, 'absent') }), {
    name: 'Trouble',
    message: `FIREFOX_BIN=${join(folder, 'absent')} is not a program.`,
  });
});
