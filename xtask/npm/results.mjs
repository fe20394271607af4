// Reads how many tests passed and failed from what the runners themselves print.

/** Counts of `cargo test` and of the wasm-bindgen test runner: one summary line per test binary. */
export function cargoCounts(text) {
  const lines = text.matchAll(/^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored/gm);
  return sum([...lines].map(([, passed, failed, skipped]) => [passed, failed, skipped]));
}

/** What `cargo test` says about each test that failed: its block, without the stack trace. */
export function cargoFailures(text) {
  return blocks(text, /^---- .* ----$/, /^(?:stack backtrace:|failures:|---- .* ----)$/);
}

/** What `node --test --test-reporter=tap` says about each test that failed. */
export function tapFailures(text) {
  return blocks(text, /^\s*not ok /, /^\s*(?:\.\.\.|stack: .*)$/);
}

/** Counts of `node --test --test-reporter=tap`. */
export function tapCounts(text) {
  const last = (name) => [...text.matchAll(new RegExp(`^# ${name} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? '0';
  const failed = Number(last('fail')) + Number(last('cancelled'));
  return { passed: Number(last('pass')), failed, skipped: Number(last('skipped')) + Number(last('todo')) };
}

/** Why a test of `node --test --test-reporter=tap` was not run, each reason once. */
export function tapSkips(text) {
  return [...new Set([...text.matchAll(/^\s*ok \d+ - .* # SKIP (.+)$/gm)].map(([, reason]) => reason))];
}

/** Counts of Playwright's JSON report. A test that passed only when repeated has not passed. */
export function playwrightCounts(json) {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = JSON.parse(json).stats;
  return { passed: expected, failed: unexpected + flaky, skipped };
}

/** Counts of a script that ends with our own line, `12 passed, 0 failed`; without it, nothing ran. */
export function closingCounts(text) {
  const last = [...text.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? [];
  return { passed: Number(last[1] ?? 0), failed: Number(last[2] ?? 0), skipped: 0 };
}

/** One check that is judged by its exit code alone. */
export function checkCounts(code) {
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/**
 * The verdict on a suite from its counts and the runner's exit code. A suite that ran nothing has
 * failed, and so has a runner that failed without a failing test: it did not compile, or it crashed.
 */
export function verdict({ passed, failed, skipped }, code) {
  if (failed > 0) return { passed, failed, skipped, reason: undefined };
  if (code !== 0) return { passed, failed: 1, skipped, reason: `the runner ended with exit code ${code}` };
  if (passed === 0) return { passed, failed: 1, skipped, reason: 'it ran no test' };
  return { passed, failed, skipped, reason: undefined };
}

/** `12 passed, 0 failed`, and what was skipped where something was. */
export function countsLine({ passed, failed, skipped = 0 }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? ` (${skipped} skipped)` : ''}`;
}

// Blocks of lines from one that matches `first` to the one before `end`, each at most 30 lines long.
function blocks(text, first, end) {
  const found = [];
  let left = 0;
  for (const line of text.split('\n')) {
    if (first.test(line)) left = 30;
    else if (end.test(line)) left = 0;
    if (left > 0) {
      found.push(line);
      left -= 1;
    }
  }
  return found;
}

function sum(rows) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [passed, failed, skipped] of rows) {
    total.passed += Number(passed);
    total.failed += Number(failed);
    total.skipped += Number(skipped);
  }
  return total;
}
