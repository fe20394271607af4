// What the dashboard makes of an order's trail, of attempts, keys and metrics.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { freshNumber, isReason, leftOf } from '../../dashboard/acts/refund.js';
import { isGround } from '../../dashboard/acts/settle.js';
import { BEGIN, follow, seal } from '../../dashboard/lib/chain.js';
import { metric, readMetrics } from '../../dashboard/lib/metrics.js';
import { rotation } from '../../dashboard/lib/rotation.js';
import { attempts, boundOf, roof, steps, total } from '../../dashboard/lib/series.js';
import { entry } from '../../dashboard/lib/timeline.js';

const line = (seq, act, detail = '', by = '') => ({ seq, at_ms: 1_795_255_200_001, by, act, detail, hash: '' });

function chained(lines) {
  let before = BEGIN;
  return lines.map((one) => {
    const text = [before, one.seq, one.at_ms, one.by, one.act, one.detail].map(String).map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
    before = createHash('sha256').update(text).digest('hex');
    return { ...one, hash: before };
  });
}

/** Holds an entry to the members that are expected of it. */
function holds(actual, expected) {
  for (const [name, value] of Object.entries(expected)) {
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isGroup) holds(actual[name], value);
    else assert.deepEqual(actual[name], value, name);
  }
}

const TRAIL = chained([line(1, 'registered'), line(2, 'notified', 'paid'), line(3, 'replayed', 'evt_1', 'anna 安')]);

test('hash_of_a_line_is_the_one_that_sha256sum_makes', async () => {
  // printf '64:%s1:113:17952552000010:10:registered0:' 000…0 | sha256sum
  assert.equal(await seal(BEGIN, line(1, 'registered')), 'debfe64c72a88fdcb6c719b5f8985b9b73408591aadc330e083a44e2af07f9af');
});

test('a_whole_trail_holds_at_once_and_piece_by_piece', async () => {
  const end = { seq: 3, hash: TRAIL[2].hash };
  assert.deepEqual(await follow(TRAIL), end);
  assert.deepEqual(await follow(TRAIL.slice(1), await follow(TRAIL.slice(0, 1))), end);
});

test('every_line_that_was_changed_taken_out_or_moved_is_found', async () => {
  const [a, b, c] = TRAIL;
  for (const [lines, broken] of [
    [[a, { ...b, detail: 'closed' }, c], 2], [[{ ...a, at_ms: 1 }, b, c], 1], [[a, b, { ...c, by: 'bert' }], 3],
    [[a, c], 3], [[b, c], 2], [[a, a], 1], [[a, c, b], 3], [[a, { ...b, hash: BEGIN }, c], 2],
  ]) assert.equal((await follow(lines)).broken, broken);
});

test('each_line_of_a_trail_has_its_words_its_tone_and_its_latency', () => {
  const order = { deliveries: [{ event: 'evt_1', type: 'payment.paid' }], attempts: [{ seq: 4, took_ms: 34 }, { seq: 5, took_ms: null }] };
  const of = (...given) => entry(line(...given), order);
  holds(of(4, 'forwarded', 'evt_1 2 204'), {
    tone: 'good', word: 'act.forwarded', values: { event: 'payment.paid', endpoint: '2', how: '204' }, took_ms: 34, how: '204',
  });
  holds(of(5, 'dead_letter', 'evt_0 1 circuit_open'), { tone: 'bad', values: { event: 'evt_0', endpoint: '1' }, took_ms: undefined });
  holds(of(6, 'notified', 'paid'), { tone: 'good', word: 'act.notified.paid' });
  holds(of(6, 'notified', 'paid ALIPAY_PUBLIC_KEY_PREVIOUS'), { tone: 'good', word: 'act.notified.paid' });
  holds(of(7, 'notified', 'amount_differs'), { tone: 'bad', word: 'act.notified.aside', reason: 'amount_differs' });
  holds(of(8, 'asked', 'no_trade'), { word: 'act.asked.no_trade' });
  holds(of(8, 'asked', 'deadline'), { word: 'act.asked.other', values: { code: 'deadline' } });
  holds(of(9, 'refund_requested', 'R-1 500 USD', 'anna'), { by: 'anna', amount: [500, 'USD'], values: { refund: 'R-1' } });
  holds(of(9, 'refund_said_refused', 'R-1 support, case 7', 'anna'), { tone: 'warn', values: { refund: 'R-1', ground: 'support, case 7' } });
  holds(of(9, 'refund_refused', 'R-1 TRADE_NOT_EXIST'), { tone: 'bad', values: { refund: 'R-1', code: 'TRADE_NOT_EXIST' } });
});

test('an_act_that_is_new_is_shown_as_it_is', () => {
  holds(entry(line(1, 'toString', 'x'), { deliveries: [], attempts: [] }), { word: 'act.unknown', tone: 'plain', values: { act: 'toString', detail: 'x' } });
});

const ANSWER = {
  from_ms: 0, to_ms: 300, step_ms: 100, within_ms: [50, 100, 15_000],
  buckets: [
    { at_ms: 0, endpoint: '1', delivered: 9, failed: 1, dead: 0, timed: 10, within: [5, 9, 10] },
    { at_ms: 0, endpoint: '2', delivered: 1, failed: 0, dead: 0, timed: 1, within: [0, 0, 1] },
    { at_ms: 200, endpoint: '1', delivered: 0, failed: 0, dead: 1, timed: 0, within: [0, 0, 0] },
    // Of before the window: the Worker does not send it, and it would stand nowhere.
    { at_ms: -100, endpoint: '1', delivered: 7, failed: 0, dead: 0, timed: 0, within: [0, 0, 0] },
  ],
};

test('every_step_of_a_window_is_there_with_or_without_an_attempt', () => {
  const all = steps(ANSWER);
  assert.deepEqual(all.map(({ at_ms }) => at_ms), [0, 100, 200]);
  assert.deepEqual(all.map(attempts), [11, 0, 1]);
  assert.deepEqual(all[0].within, [5, 9, 11]);
  assert.deepEqual(steps(ANSWER, '2').map(attempts), [1, 0, 0]);
  assert.deepEqual(total(all), { delivered: 10, failed: 1, dead: 1, timed: 11, within: [5, 9, 11] });
});

test('a_part_of_the_attempts_kept_the_least_bound_that_holds_so_many', () => {
  const [first, second] = steps(ANSWER);
  assert.equal(boundOf(first, 0.5), 1);
  assert.equal(boundOf(first, 0.95), 2);
  assert.equal(boundOf({ timed: 2, within: [1, 2] }, 0.5), 0);
  assert.equal(boundOf({ timed: 1, within: [0, 0] }, 0.5), 1);
  assert.equal(boundOf(second, 0.5), undefined);
});

test('the_top_of_an_axis_is_round_and_never_below_what_it_shows', () => {
  assert.deepEqual([0, 1, 2, 3, 7, 10, 11, 49, 51, 1234].map(roof), [1, 1, 2, 5, 10, 10, 20, 50, 100, 2000]);
});

test('metrics_are_read_and_what_is_not_there_is_not_made_up', () => {
  const text = [
    '# TYPE alipay_checkout_build info', '# HELP alipay_checkout_build Which Worker this is.', 'alipay_checkout_build_info{version="0.1.0"} 1',
    '# TYPE alipay_checkout_orders gauge', '# HELP alipay_checkout_orders Orders by status.', 'alipay_checkout_orders{status="paid"} 3',
    '# TYPE alipay_checkout_isolate_refusals counter', '# HELP alipay_checkout_isolate_refusals Refusals, in this isolate.',
    'alipay_checkout_isolate_refusals_total{code="bad_signature"} 5', '# EOF', '',
  ].join('\n');
  const families = readMetrics(text);
  assert.deepEqual(families.map(({ name, kind, samples }) => [name, kind, samples.length]), [
    ['alipay_checkout_build', 'info', 1], ['alipay_checkout_orders', 'gauge', 1], ['alipay_checkout_isolate_refusals', 'counter', 1],
  ]);
  assert.equal(families[1].help, 'Orders by status.');
  assert.equal(metric(families, 'orders', 'paid'), 3);
  assert.equal(metric(families, 'orders', 'closed'), undefined);
  assert.equal(metric(families, 'quarantined'), undefined);
});

test('a_key_is_the_only_one_one_of_two_or_taken_out', () => {
  const day = 86_400_000;
  const key = (name, last_ms) => ({ name, fingerprint: `of ${name}`, last_ms });
  const of = (...in_use) => Object.fromEntries(rotation({ in_use, no_longer: [key('GONE', 1)] }, 10 * day).inUse.map(({ name, stage }) => [name, stage]));
  assert.deepEqual(of(key('A', 1), key('B', 9 * day), key('B_PREVIOUS', 9.5 * day)), { A: 'only', B: 'new', B_PREVIOUS: 'old' });
  assert.deepEqual(of(key('B', null), key('B_PREVIOUS', 8 * day)), { B: 'new.unused', B_PREVIOUS: 'old.unused' });
  assert.deepEqual(of(key('B', 1), key('B_PREVIOUS', null)), { B: 'new', B_PREVIOUS: 'old.unused' });
  assert.equal(rotation({ in_use: [], no_longer: [key('GONE', 1)] }, 0).removed[0].stage, 'removed');
});

test('what_is_left_of_a_payment_counts_every_refund_that_may_have_been_made', () => {
  const refunds = [['done', 500], ['pending', 100], ['requested', 1], ['refused', 1_000]].map(([state, amount]) => ({ state, amount }));
  assert.equal(leftOf({ amount: 1990, refunds }), 1389);
  assert.equal(leftOf({ amount: 1990, refunds: [] }), 1990);
});

test('a_refunds_number_is_new_in_its_order_and_short_enough_for_alipay', () => {
  const order = { out_trade_no: 'A-1', refunds: [{ out_return_no: 'R2-A-1' }] };
  assert.equal(freshNumber(order), 'R3-A-1');
  assert.equal(freshNumber({ ...order, refunds: [] }), 'R1-A-1');
  assert.equal(freshNumber({ out_trade_no: 'x'.repeat(64), refunds: [] }).length, 64);
});

test('a_reason_is_what_alipays_wire_can_carry', () => {
  for (const text of ['Sent back', ' 退货 ', 'x'.repeat(100), '😀'.repeat(100)]) assert.ok(isReason(text), text);
  for (const text of ['', '  ', 'a&b', 'a=b', 'a"b', 'a\nb', 'x'.repeat(101)]) assert.ok(!isReason(text), text);
});

test('what_staff_knows_is_one_line_for_the_trail', () => {
  for (const text of ['case 4711', 'a & b = "c"', '退'.repeat(200)]) assert.ok(isGround(text), text);
  for (const text of ['', ' ', 'two\nlines', 'x'.repeat(201)]) assert.ok(!isGround(text), text);
});
