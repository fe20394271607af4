// `npm run build`: the widget, the Worker with the widget among its assets, the stand-in for Alipay, the documentation,
// and the doctor's page.

import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cli, isMain } from './cli.mjs';
import { PACKAGE_ONLY } from './describe-widget.mjs';
import { LOCAL, ROOT, TOOLS, environment } from './project.mjs';
import { Progress } from './progress.mjs';
import { Trouble, firstLine, run } from './run.mjs';
import { setup } from './setup.mjs';
import { Stamps, digest } from './stamps.mjs';

const SHARED = ['Cargo.toml', 'Cargo.lock', 'package-lock.json', '.cargo', 'xtask/npm/tools.json'];
const WIDGET_SCRIPTS = ['build-widget.mjs', 'describe-widget.mjs', 'widget-manifest.mjs', 'widget-types.mjs']
  .map((name) => `xtask/npm/${name}`);
// What the documentation shows besides its own pages; `docs/alipay/README.md` is named, as a folder's README counts for nothing.
const DOCS_SHOW = ['README.md', 'SECURITY.md', 'docs/alipay/README.md', 'sandbox/README.md', 'widget/README.md', 'widget/examples/README.md',
  'edge/src/error.rs', 'protocol/src/notification/error.rs', 'protocol/src/antom/notification/error.rs'];
const HINT = 'mend what the lines above name, then start again.';

const STAMPS = new Stamps(join(LOCAL, 'stamps'));
const STEPS = [
  {
    name: 'widget',
    // The README is no input of anything else, and is published with the widget.
    inputs: ['widget', 'widget/README.md', 'protocol', ...WIDGET_SCRIPTS, 'package.json', ...SHARED],
    outputs: ['dist'],
    work: buildWidget,
  },
  {
    name: 'worker',
    inputs: ['edge', 'protocol', ...SHARED],
    outputs: ['edge/build/index.js', 'edge/build/index_bg.wasm'],
    work: buildWorker,
  },
  {
    name: 'sandbox',
    inputs: ['sandbox', 'protocol', ...SHARED],
    outputs: ['target/debug/alipay-sandbox'],
    work: buildSandbox,
  },
  {
    name: 'docs',
    inputs: ['docs', ...DOCS_SHOW, 'package-lock.json'],
    outputs: ['www/build/docs'],
    work: buildDocs,
  },
  {
    name: 'doctor',
    // The examples are made from vectors, which no other build reads.
    inputs: ['www/doctor', 'protocol', 'protocol/tests/vectors', 'xtask/npm/build-doctor.mjs', 'xtask/npm/doctor-examples.mjs', ...SHARED],
    outputs: ['www/build/doctor'],
    work: buildDoctor,
  },
];

/** Builds what has changed since it was last built, then `publish`es the widget to the Worker's assets. */
export async function build({ progress = new Progress(), stamps = STAMPS, steps = STEPS, publish = copyAssets } = {}) {
  // Another compiler makes other bytes from the same sources.
  const compiler = (await firstLine('rustc', ['--version'])) ?? '';
  for (const { name, inputs, outputs, work } of steps) {
    await progress.step(name, async (note) => {
      // Taken before the work: what changes meanwhile is built by the next run.
      const before = digest(ROOT, inputs, compiler);
      if (stamps.holds(name, before, digest(ROOT, outputs))) return { skipped: 'unchanged' };
      await work(note);
      expectOutputs(name, outputs);
      stamps.write(name, before, digest(ROOT, outputs));
      return undefined;
    });
  }
  publish();
}

function expectOutputs(name, outputs) {
  const absent = outputs.find((output) => !existsSync(join(ROOT, output)));
  if (absent !== undefined) throw new Trouble(`${name} ended well but left no ${absent}.`, { hint: HINT });
}

async function buildWidget(note) {
  // In a process of its own: it may import npm packages, which were not there when this one started.
  await run('build-widget', 'node', [join(import.meta.dirname, 'build-widget.mjs')], { hint: HINT, onLine: note });
}

async function buildWorker(note) {
  await run('build-worker', join(TOOLS, 'bin', 'worker-build'), ['--release', '.', '--locked'], {
    cwd: join(ROOT, 'edge'),
    hint: HINT,
    onLine: note,
  });
}

async function buildSandbox(note) {
  await run('build-sandbox', 'cargo', ['build', '-p', 'alipay-sandbox', '--locked'], {
    env: environment(),
    hint: HINT,
    onLine: note,
  });
}

async function buildDocs(note) {
  // In a process of its own, as the widget.
  await run('build-docs', 'node', [join(ROOT, 'docs', 'site', 'build.mjs')], { hint: HINT, onLine: note });
}

async function buildDoctor(note) {
  await run('build-doctor', 'node', [join(import.meta.dirname, 'build-doctor.mjs')], { hint: HINT, onLine: note });
}

/** Puts what the Worker serves as files where it serves them from: the widget at `/v1/`, the dashboard, and their headers. */
function copyAssets() {
  const assets = join(ROOT, 'edge', 'assets');
  const ready = join(LOCAL, 'assets');
  // Files of an older widget must not stay reachable.
  rmSync(ready, { recursive: true, force: true });
  cpSync(join(ROOT, 'dist'), join(ready, 'v1'), { recursive: true });
  for (const name of PACKAGE_ONLY) rmSync(join(ready, 'v1', name), { force: true });
  // As it stands: modules that a browser reads.
  cpSync(join(ROOT, 'www', 'dashboard'), join(ready, 'dashboard'), { recursive: true });
  cpSync(join(ROOT, 'edge', '_headers'), join(ready, '_headers'));
  // A Worker that runs from here reloads on every write, so there is none where nothing changed.
  if (digest(assets, ['.']) === digest(ready, ['.'])) return;
  rmSync(assets, { recursive: true, force: true });
  cpSync(ready, assets, { recursive: true });
}

if (isMain(import.meta)) {
  await cli(async () => {
    const progress = new Progress();
    await setup({ progress });
    await build({ progress });
  });
}
