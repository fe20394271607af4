// Addresses of the dashboard, and what the list of orders is asked for.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isNarrowed, isNumber, ordersQuery, place, readFind, readPlace } from '../../dashboard/lib/find.js';

const NOTHING = { q: '', status: '', from: '', to: '', limit: '50', cursor: '' };

test('an_address_is_read_as_it_was_written', () => {
  for (const [page, given] of [
    ['orders', {}],
    ['orders', { number: 'A-1_x', provider: 'antom' }],
    ['orders', { q: 'A-1', status: 'paid', from: '2026-11-01' }],
    ['keys', {}],
  ]) {
    const { number, ...asked } = given;
    assert.deepEqual(readPlace(place(page, given)), { page, number, given: asked });
  }
});

test('what_is_not_asked_for_is_not_in_the_address', () => {
  assert.equal(place('orders', { q: '', status: 'paid', from: undefined }), '#/orders?status=paid');
  assert.equal(place('orders', { q: '' }), '#/orders');
});

test('no_address_at_all_is_the_overview_and_a_broken_one_is_no_error', () => {
  assert.deepEqual(readPlace(''), { page: 'overview', number: undefined, given: {} });
  assert.deepEqual(readPlace('#/orders/%E0%A4%A'), { page: 'orders', number: '%E0%A4%A', given: {} });
  assert.equal(readPlace('#/__proto__').page, '__proto__');
});

test('a_mistyped_link_finds_everything_instead_of_being_refused_by_the_worker', () => {
  assert.deepEqual(readFind({ q: "A'1", status: 'PAID', from: 'yesterday', to: '2026-13-45', limit: '7', cursor: '<' }), NOTHING);
  assert.deepEqual(readFind({}), NOTHING);
  assert.deepEqual(readFind({ q: ' A-1 ', status: 'paid', from: '2026-11-01', to: '2026-11-02', limit: '200', cursor: 'MS5B' }),
    { q: 'A-1', status: 'paid', from: '2026-11-01', to: '2026-11-02', limit: '200', cursor: 'MS5B' });
});

test('days_are_the_viewers_own_and_the_last_one_is_a_whole_day', () => {
  const query = new URLSearchParams(ordersQuery({ ...NOTHING, from: '2026-11-01', to: '2026-11-30' }));
  assert.equal(query.get('from'), new Date(2026, 10, 1).toISOString());
  assert.equal(query.get('to'), new Date(2026, 11, 1).toISOString());
  assert.equal(query.get('q'), null);
});

test('numbers_are_what_the_worker_takes_as_one', () => {
  for (const text of ['A', 'a-1_B', ' A1 ', 'x'.repeat(64)]) assert.ok(isNumber(text), text);
  for (const text of ['', ' ', 'A 1', "A'", '订单', 'x'.repeat(65), '%']) assert.ok(!isNumber(text), text);
});

test('a_page_of_everything_is_not_narrowed', () => {
  assert.ok(!isNarrowed({ ...NOTHING, limit: '200', cursor: 'x' }));
  for (const name of ['q', 'status', 'from', 'to']) assert.ok(isNarrowed({ ...NOTHING, [name]: 'x' }), name);
});
