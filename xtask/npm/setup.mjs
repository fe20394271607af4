// What a checkout needs before anything can be built: checked first, then brought in, once.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, isMain } from './cli.mjs';
import { findBrowser } from './browser.mjs';
import { NODE_BIN, PINS, ROOT, TOOLS, atLeast, environment, oldestRust } from './project.mjs';
import { Progress } from './progress.mjs';
import { Trouble, firstLine, run } from './run.mjs';

const OLDEST_NODE = '20.11';
// wrangler's own floor.
const OLDEST_NODE_FOR_WRANGLER = '22.12';
const WASM = 'wasm32-unknown-unknown';

/**
 * Makes the checkout ready. With `checks` also rustfmt and clippy; with `browser` Chromium, and
 * `browser` of the result says where it is; with `wasmPack` wasm-pack, and `wasmPack` of the result is
 * a promise, because installing it takes minutes in which other suites can run.
 */
export async function setup({ progress = new Progress(), checks = false, browser = false, wasmPack = false } = {}) {
  await progress.step('toolchain', () => expectToolchain(checks));
  const installs = await Promise.allSettled([
    progress.step('npm packages', npmPackages),
    progress.step('wasm target', wasmTarget).then(() => progress.step('wasm tools', (note) => (
      cargoInstall(['worker-build', 'wasm-bindgen-cli'], ['--no-default-features'], note)
    ))),
    browser ? progress.step('browser', findBrowser) : undefined,
  ]);
  const failed = installs.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  await expectNodeForWrangler();
  const result = { browser: installs[2].value?.browser };
  if (wasmPack) {
    result.wasmPack = progress.step('wasm-pack', (note) => cargoInstall(['wasm-pack'], [], note));
    // Whoever needs it awaits it later; until then a failure must not count as unhandled.
    result.wasmPack.catch(() => {});
  }
  return result;
}

async function expectToolchain(checks) {
  if (process.platform === 'win32') {
    throw new Trouble('Windows is not supported directly.', { hint: 'run this inside WSL.' });
  }
  if (!atLeast(process.versions.node, OLDEST_NODE)) {
    throw new Trouble(`Node ${process.versions.node} is too old.`, { hint: `install Node ${OLDEST_NODE} or newer.` });
  }
  const rust = /^rustc ([0-9.]+)/.exec((await firstLine('rustc', ['--version'])) ?? '')?.[1];
  const cargo = await firstLine('cargo', ['--version']);
  if (rust === undefined || cargo === undefined) {
    const hint = (await firstLine('rustup', ['--version'])) === undefined
      ? 'install Rust with rustup, from https://rustup.rs, open a new terminal and start again.'
      : 'rustup default stable';
    throw new Trouble(`${rust === undefined ? 'rustc' : 'cargo'} was not found.`, { hint });
  }
  if (!atLeast(rust, oldestRust())) {
    throw new Trouble(`Rust ${rust} is too old: ${oldestRust()} is needed.`, { hint: 'rustup update stable' });
  }
  if (checks) await rustComponents();
  return { note: `Rust ${rust}, Node ${process.versions.node}` };
}

async function rustComponents() {
  for (const component of ['clippy', 'rustfmt']) {
    const program = component === 'clippy' ? 'clippy' : 'fmt';
    if ((await firstLine('cargo', [program, '--version'])) === undefined) {
      await run(`rustup-${component}`, 'rustup', ['component', 'add', component], {
        hint: `install ${component} for your Rust, then start again.`,
      });
    }
  }
}

async function npmPackages() {
  const lock = readJson(join(ROOT, 'package-lock.json'));
  const installed = readJson(join(ROOT, 'node_modules', '.package-lock.json'));
  if (lockIsInstalled(lock, installed)) return { skipped: 'as in package-lock.json' };
  // npm removes node_modules first, so nothing of it may be on its PATH.
  const env = environment();
  env.PATH = env.PATH.split(':').filter((folder) => folder !== NODE_BIN).join(':');
  await run('npm-ci', 'npm', ['ci', '--no-audit', '--no-fund'], {
    env,
    hint: 'check the connection to the npm registry, then start again.',
  });
  return undefined;
}

/** Whether `installed` (npm's record inside node_modules) is what `lock` asks for. */
export function lockIsInstalled(lock, installed) {
  if (lock === undefined || installed === undefined) return false;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    // Only what npm put into node_modules; the root and the workspaces are our own folders.
    if (!path.startsWith('node_modules/')) return true;
    const found = installed.packages[path];
    // Packages for other systems are listed but not installed.
    if (found === undefined) return wanted.optional === true || wanted.peer === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

async function wasmTarget() {
  const folder = await firstLine('rustc', ['--print', 'target-libdir', '--target', WASM]);
  if (folder !== undefined && existsSync(folder)) return { skipped: 'installed' };
  await run('rustup-target', 'rustup', ['target', 'add', WASM], {
    hint: `add the standard library for ${WASM} to your Rust, then start again.`,
  });
  return undefined;
}

async function cargoInstall(names, flags, note) {
  const record = readJson(join(TOOLS, '.crates2.json'));
  const missing = names.filter((name) => !toolIsInstalled(record, name, PINS[name]));
  if (missing.length === 0) return { skipped: names.map((name) => `${name} ${PINS[name]}`).join(', ') };
  note('compiling, once; takes minutes');
  mkdirSync(TOOLS, { recursive: true });
  const specs = missing.map((name) => `${name}@${PINS[name]}`);
  await run(`install-${missing.join('-')}`, 'cargo', [
    'install', '--debug', '--locked', ...flags, '--root', TOOLS, ...specs,
  ], {
    // Debug tools without debug information: quick to compile and fast enough to run.
    env: environment({ CARGO_TARGET_DIR: join(ROOT, 'target', 'tools'), CARGO_PROFILE_DEV_DEBUG: '0' }),
    hint: 'check the connection to the crate registry, then start again.',
    onLine: note,
  });
  return { note: specs.join(', ') };
}

/** Whether cargo's record of installed tools names this version and its programs are still there. */
export function toolIsInstalled(record, name, version, root = TOOLS) {
  const entries = Object.entries(record?.installs ?? {});
  const entry = entries.find(([key]) => key.startsWith(`${name} ${version} `));
  return entry !== undefined && entry[1].bins.every((bin) => existsSync(join(root, 'bin', bin)));
}

async function expectNodeForWrangler() {
  const version = (await firstLine('node', ['--version']))?.replace('v', '') ?? '0';
  if (!atLeast(version, OLDEST_NODE_FOR_WRANGLER)) {
    throw new Trouble(`The Worker's runtime needs Node ${OLDEST_NODE_FOR_WRANGLER}; this is ${version}.`, {
      hint: 'install a newer Node; npm brings one of its own only on Linux x64.',
    });
  }
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

if (isMain(import.meta)) {
  await cli(async () => {
    await setup({ browser: process.argv.includes('--browser') });
  });
}
