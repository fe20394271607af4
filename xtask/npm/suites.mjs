// The suites of `npm test`, in the order in which they run; in two lanes beside each other. Each resolves with `{ code, counts, lines, log }`.

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFirefox } from './browser.mjs';
import { LOCAL, LOGS, NODE_BIN, ROOT, environment } from './project.mjs';
import { cargoCounts, cargoFailures, checkCounts, closingCounts, playwrightCounts, tapCounts, tapFailures, tapSkips } from './results.mjs';
import { run } from './run.mjs';

const WASM = ['--target', 'wasm32-unknown-unknown'];

// Chromium is to run as root in containers too, to ask nothing of the network, and to wait for no proxy,
// keyring or window: that made it hang on the way to the first test.
const CHROMIUM_ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-dev-shm-usage', '--no-proxy-server', '--password-store=basic', '--disable-renderer-backgrounding'];
const PAGE_LOAD_MS = 60_000;
const CLIPPY = ['--locked', '--', '-D', 'warnings'];

/**
 * `says` is for people. `build` and `browser` tell what a suite needs made ready; `wasmPack` that it
 * waits for wasm-pack, which is why the widget comes last; `lane` which others it waits for: what Cargo and workerd do by themselves runs beside what draws pages.
 */
export const SUITES = [
  {
    name: 'format',
    lane: 'runtime',
    says: 'rustfmt has nothing to change',
    run: (ready) => check('format', ['fmt', '--all', '--check'], ready),
  },
  {
    name: 'clippy',
    lane: 'runtime',
    says: 'no warning natively',
    run: (ready) => check('clippy', ['clippy', '--workspace', '--all-targets', ...CLIPPY], ready),
  },
  {
    name: 'clippy-wasm',
    lane: 'runtime',
    says: 'no warning for the Worker, the widget and the doctor as they are built',
    run: (ready) => check('clippy-wasm', [
      'clippy', '-p', 'alipay-checkout-widget', '-p', 'alipay-checkout-edge', '-p', 'alipay-checkout-doctor', ...WASM, ...CLIPPY,
    ], ready),
  },
  {
    name: 'native',
    lane: 'runtime',
    says: 'every Rust test, tidy included',
    run: native,
  },
  {
    name: 'scripts',
    // The preflight of the deployment runs the Worker's own parser, by Cargo.
    lane: 'runtime',
    says: 'the npm scripts themselves',
    run: (ready) => nodeTest('scripts', join('xtask', 'npm', 'test'), ready),
  },
  {
    name: 'shop',
    says: 'the backend of the demo shop',
    run: (ready) => nodeTest('shop', join('www', 'test'), ready),
  },
  {
    name: 'package',
    says: 'what is published of the widget: its languages, manifest, types and samples; and what the benchmarks compute',
    build: true,
    run: (ready) => nodeTest('package', [join('tests', 'package'), join('tests', 'bench')], ready),
  },
  {
    name: 'behaviour',
    says: 'the button alone, in a real browser, against servers that do what a test wants',
    build: true,
    browser: true,
    run: (ready) => playwright('behaviour', join('tests', 'behaviour', 'playwright.config.mjs'), ready),
  },
  {
    name: 'pages',
    says: 'the demo\'s pages that need no edge: playground, doctor, and the frame around them',
    build: true,
    browser: true,
    run: (ready) => playwright('pages', join('tests', 'pages', 'playwright.config.mjs'), ready),
  },
  {
    name: 'docs',
    says: 'the documentation: every link, every snippet in its own language, every promise',
    run: (ready) => nodeTest('docs', join('tests', 'docs'), ready),
  },
  {
    name: 'docs-pages',
    says: 'the documentation in a real browser: accessibility, search, without script',
    build: true,
    browser: true,
    run: (ready) => playwright('docs-pages', join('tests', 'docs', 'playwright.config.mjs'), ready),
  },
  {
    name: 'firefox',
    says: 'the button in Firefox: every state, with no driver between',
    build: true,
    run: async (ready) => nodeTest('firefox', join('tests', 'firefox'), ready, { FIREFOX_BIN: await findFirefox(ready.note) }),
  },
  {
    name: 'journeys',
    says: 'payments in a real browser, against the real Worker runtime',
    build: true,
    browser: true,
    run: (ready) => playwright('journeys', join('tests', 'playwright.config.mjs'), ready),
  },
  {
    name: 'lighthouse',
    // The last of its lane: by then the other one has ended, and nothing takes the processor from it.
    says: 'Lighthouse: 95 of 100 for the shop, the playground, the doctor and the documentation',
    build: true,
    browser: true,
    run: (ready) => script('lighthouse', [], ready, 'pages'),
  },
  {
    name: 'proof',
    lane: 'runtime',
    says: 'attacks, outages and every order of notifications, against the Worker in plain workerd',
    build: true,
    run: (ready) => playwright('proof', join('tests', 'proof', 'playwright.config.mjs'), ready),
  },
  {
    name: 'backends',
    lane: 'runtime',
    says: 'every RSA vector by WebCrypto and by the Rust crates, both in the real Worker runtime',
    build: true,
    run: (ready) => script('backends', [], ready),
  },
  {
    name: 'hostile',
    lane: 'runtime',
    says: 'strange input at every route, for some seconds, from a seed',
    build: true,
    run: (ready) => script('hostile', ['--seconds', '12'], ready),
  },
  {
    name: 'crash',
    lane: 'runtime',
    says: 'the Worker killed at many a step of a payment (npm run crash kills it at each, and more often)',
    build: true,
    run: (ready) => script('crash', ['--kills', '16', '--every', '4'], ready),
  },
  {
    name: 'widget',
    lane: 'runtime',
    says: 'the element in a real browser, by wasm-pack',
    browser: true,
    wasmPack: true,
    run: widget,
  },
  {
    name: 'widget-firefox',
    lane: 'runtime',
    says: 'the same in Firefox',
    wasmPack: true,
    run: widgetInFirefox,
  },
];

async function check(name, args, { note }) {
  const result = await run(`test-${name}`, 'cargo', args, { mayFail: true, onLine: note });
  return { ...result, counts: checkCounts(result.code) };
}

async function native({ note }) {
  const args = ['test', '--workspace', '--locked', '--no-fail-fast'];
  const result = await run('test-native', 'cargo', args, { mayFail: true, onLine: note });
  return { ...result, counts: cargoCounts(result.text), ...shown(cargoFailures(result.text)) };
}

async function nodeTest(name, folders, { note }, variables = {}) {
  // Named one by one: Node 20 takes a folder here, Node 24 a pattern.
  const files = [folders].flat().flatMap((folder) => testFiles(join(ROOT, folder)));
  if (files.length === 0) return { code: 0, counts: cargoCounts(''), lines: [`no *.test.mjs in ${folders}`] };
  const result = await run(`test-${name}`, 'node', ['--test', '--test-reporter=tap', ...files], {
    env: environment(variables),
    mayFail: true,
    onLine: (line) => {
      // The rest of TAP says nothing to people.
      if (/^(not )?ok /.test(line)) note(line);
    },
  });
  return { ...result, counts: tapCounts(result.text), unrun: tapSkips(result.text), ...shown(tapFailures(result.text)) };
}

// The end of the output stands in for failures that no test reports: what does not compile.
function shown(failures) {
  return failures.length > 0 ? { lines: failures } : {};
}

/** Every `*.test.mjs` below a folder. */
export function testFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => join(folder, name))
    .sort();
}

async function playwright(name, config, { note, browser }) {
  const report = join(LOGS, `${name}.json`);
  mkdirSync(LOGS, { recursive: true });
  // What an earlier run left must not be read as this one's.
  rmSync(report, { force: true });
  const result = await run(`test-${name}`, join(NODE_BIN, 'playwright'), [
    'test', '--config', config, '--reporter=list,json', '--forbid-only',
    // Playwright empties this folder, so it is not the one of a run that somebody started by hand.
    '--output', join(LOCAL, name),
  ], {
    env: environment({ ...browser, PLAYWRIGHT_JSON_OUTPUT_FILE: report, NO_COLOR: '1', FORCE_COLOR: '0' }),
    mayFail: true,
    onLine: note,
  });
  const counts = existsSync(report) ? playwrightCounts(readFileSync(report, 'utf8')) : checkCounts(1);
  return { ...result, counts };
}

async function script(name, args, { note, browser }, folder = 'proof') {
  const result = await run(`test-${name}`, 'node', [join('tests', folder, `${name}.mjs`), ...args], {
    env: environment(browser),
    mayFail: true,
    onLine: note,
  });
  const failures = result.text.split('\n').filter((line) => /^(not ok|seed) /.test(line));
  return { ...result, counts: closingCounts(result.text), ...shown(result.code === 0 ? [] : failures) };
}

/** How often the widget's browser is started, where it hangs before the first test. */
const MOST_TRIES = 4;

async function widget({ note, browser }) {
  const once = () => run('test-widget', 'wasm-pack', [
    'test', '--headless', '--chrome', '--mode', 'no-install', '--chromedriver', browser.CHROMEDRIVER, 'widget',
  ], {
    env: environment({ ...browser, WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriverFile(browser) }),
    mayFail: true,
    onLine: note,
  });
  let result = await once();
  // On a busy machine it has hung twice in a row.
  for (let tries = 1; tries < MOST_TRIES && result.code !== 0 && neverBegan(result.text); tries += 1) {
    note('the browser never began; once more');
    result = await once();
  }
  return { ...result, counts: cargoCounts(result.text), ...shown(cargoFailures(result.text)) };
}

async function widgetInFirefox({ note }) {
  const result = await run('test-widget-firefox', 'node', [join('tests', 'firefox', 'by-wasm-pack.mjs')], {
    env: environment({ FIREFOX_BIN: await findFirefox(note) }),
    mayFail: true,
    onLine: note,
  });
  return { ...result, counts: cargoCounts(result.text), ...shown(cargoFailures(result.text)) };
}

/** Whether the runner has lost its browser before a single test: Chromium's renderer hangs now and then. */
export function neverBegan(text) {
  return text.includes('Failed to detect test as having been run') && text.includes('Timed out receiving message from renderer');
}

/** chromedriver would take the first Chromium that it knows, not the one that the environment names. */
function webdriverFile({ CHROMIUM_BIN }) {
  const path = join(LOCAL, 'webdriver.json');
  mkdirSync(LOCAL, { recursive: true });
  writeFileSync(path, JSON.stringify({
    // A page is loaded in a second; a renderer that hangs would be waited for five minutes.
    timeouts: { pageLoad: PAGE_LOAD_MS },
    'goog:chromeOptions': { binary: CHROMIUM_BIN, args: CHROMIUM_ARGUMENTS },
  }));
  return path;
}
