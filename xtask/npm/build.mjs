// `npm run build`: the widget, the Worker with the widget among its assets, the stand-in for Alipay, the documentation,
// the doctor's page and the dashboard.

import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cli, isMain } from './cli.mjs';
import { PACKAGE_ONLY } from './describe-widget.mjs';
import { joinWorker } from './join-worker.mjs';
import { LOCAL, NODE_BIN, ROOT, TOOLS, environment } from './project.mjs';
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
    inputs: ['edge', 'protocol', 'xtask/npm/join-worker.mjs', ...SHARED],
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
  {
    name: 'dashboard',
    inputs: ['www/dashboard', 'package-lock.json'],
    outputs: ['www/build/dashboard'],
    work: buildDashboard,
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
  await joinWorker(join(ROOT, 'edge', 'build'), { hint: HINT });
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

/** One script and one style: a browser far away fetches each file of a chain of imports after the one that names it. */
async function buildDashboard(note) {
  const from = join(ROOT, 'www', 'dashboard');
  const to = join(ROOT, 'www', 'build', 'dashboard');
  rmSync(to, { recursive: true, force: true });
  await run('build-dashboard', join(NODE_BIN, 'esbuild'), [
    join(from, 'main.js'), join(from, 'style.css'), '--bundle', '--format=esm', '--minify', '--charset=utf8', '--legal-comments=none',
    '--target=chrome116,firefox124,safari17.4', `--outdir=${to}`, '--log-level=warning',
  ], { hint: HINT, onLine: note });
  for (const name of ['index.html', 'icon.svg']) cpSync(join(from, name), join(to, name));
}

/** Puts what the Worker serves as files where it serves them from: the widget at `/v1/`, the dashboard, and their headers. */
function copyAssets() {
  const assets = join(ROOT, 'edge', 'assets');
  const ready = join(LOCAL, 'assets');
  // Files of an older widget must not stay reachable.
  rmSync(ready, { recursive: true, force: true });
  cpSync(join(ROOT, 'dist'), join(ready, 'v1'), { recursive: true });
  for (const name of PACKAGE_ONLY) rmSync(join(ready, 'v1', name), { force: true });
  cpSync(join(ROOT, 'www', 'build', 'dashboard'), join(ready, 'dashboard'), { recursive: true });
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
