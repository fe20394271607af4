import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cargoCounts, cargoFailures, checkCounts, closingCounts, countsLine, playwrightCounts, tapCounts, tapFailures, tapSkips, verdict,
} from '../results.mjs';

const CARGO = `
running 2 tests
test money::two_decimals ... ok
test money::overflow ... FAILED

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/it/main.rs (target/debug/deps/it-1234)

test result: ok. 40 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.20s
`;

const WASM = `
running 3 tests
test web::paints_before_wasm ... ok

test result: ok. 3 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.14s
`;

const TAP = `TAP version 13
# Subtest: a
ok 1 - a
1..3
# tests 7
# suites 0
# pass 3
# fail 1
# cancelled 1
# skipped 1
# todo 1
# duration_ms 52
`;

test('cargo: every binary of the run is counted', () => {
  assert.deepEqual(cargoCounts(CARGO), { passed: 41, failed: 1, skipped: 2 });
});

test('cargo: the summary of the wasm-bindgen runner is read too', () => {
  assert.deepEqual(cargoCounts(WASM), { passed: 3, failed: 0, skipped: 0 });
});

test('cargo: a test that prints a summary inside a line is not counted', () => {
  assert.deepEqual(cargoCounts('note: test result: ok. 9 passed; 0 failed; 0 ignored'), { passed: 0, failed: 0, skipped: 0 });
});

test('node: cancelled tests have failed', () => {
  assert.deepEqual(tapCounts(TAP), { passed: 3, failed: 2, skipped: 2 });
});

test('node: output without a summary counts nothing', () => {
  assert.deepEqual(tapCounts('SyntaxError'), { passed: 0, failed: 0, skipped: 0 });
});

test('playwright: a test that passed only when repeated has failed', () => {
  const report = JSON.stringify({ stats: { expected: 10, unexpected: 1, flaky: 2, skipped: 3 } });
  assert.deepEqual(playwrightCounts(report), { passed: 10, failed: 3, skipped: 3 });
});

test('cargo: each failed test is shown without its stack trace', () => {
  const text = [
    'test a ... ok', 'failures:', '', '---- money::overflow stdout ----', 'assertion failed', '  left: 1',
    'stack backtrace:', '   0: core', '---- other stdout ----', 'no', 'failures:', '    money::overflow',
  ].join('\n');
  assert.deepEqual(cargoFailures(text), [
    '---- money::overflow stdout ----', 'assertion failed', '  left: 1', '---- other stdout ----', 'no',
  ]);
});

test('cargo: a compile error has no failed test', () => {
  assert.deepEqual(cargoFailures('error[E0425]: cannot find value'), []);
});

test('node: each failed test is shown without its stack trace', () => {
  const text = ['ok 1 - a', 'not ok 2 - b', '  ---', "  error: 'no'", '  stack: |-', '    at x', '  ...', 'ok 3 - c'].join('\n');
  assert.deepEqual(tapFailures(text), ['not ok 2 - b', '  ---', "  error: 'no'"]);
});

test('script: the closing line is counted, the last where there are several', () => {
  assert.deepEqual(closingCounts('ok a\n1 passed, 0 failed\nnot ok b\n4 passed, 1 failed\n'), { passed: 4, failed: 1, skipped: 0 });
});

test('script: one that ends without its closing line has passed nothing', () => {
  assert.deepEqual(closingCounts('ok a\nError: 4 passed, 0 failed'), { passed: 0, failed: 0, skipped: 0 });
});

const VERDICTS = [
  ['all passed', { passed: 2, failed: 0, skipped: 0 }, 0, { passed: 2, failed: 0, skipped: 0, reason: undefined }],
  ['one failed', { passed: 2, failed: 1, skipped: 0 }, 1, { passed: 2, failed: 1, skipped: 0, reason: undefined }],
  ['no test ran', { passed: 0, failed: 0, skipped: 4 }, 0, { passed: 0, failed: 1, skipped: 4, reason: 'it ran no test' }],
  ['the runner crashed', { passed: 9, failed: 0, skipped: 0 }, 101, { passed: 9, failed: 1, skipped: 0, reason: 'the runner ended with exit code 101' }],
];
for (const [name, counts, code, expected] of VERDICTS) {
  test(`verdict: ${name}`, () => assert.deepEqual(verdict(counts, code), expected));
}

test('a check passes or fails as one', () => {
  assert.deepEqual([checkCounts(0), checkCounts(1)], [
    { passed: 1, failed: 0, skipped: 0 },
    { passed: 0, failed: 1, skipped: 0 },
  ]);
});

test('the counts line names skipped tests only where there are some', () => {
  assert.equal(countsLine({ passed: 1, failed: 0, skipped: 0 }), '1 passed, 0 failed');
  assert.equal(countsLine({ passed: 1, failed: 2, skipped: 3 }), '1 passed, 2 failed (3 skipped)');
});

test('why tests were skipped is read, each reason once', () => {
  const skipped = 'ok 6 - a # SKIP not run: go (not installed)\n# Subtest: b\n  ok 1 - b # SKIP not run: go (not installed)\nok 7 - c\n';
  assert.deepEqual(tapSkips(skipped), ['not run: go (not installed)']);
  assert.deepEqual(tapSkips(TAP), []);
});
