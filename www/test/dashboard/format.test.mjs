// How the dashboard writes amounts and times, and reads what people type.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clock, count, decimalText, distance, lasting, minorOf, money, share, tick, time, utc } from '../../dashboard/lib/format.js';

const NOON = Date.UTC(2026, 10, 21, 10, 0, 0, 123);

test('minor_units_become_decimals_by_currency_to_the_last_cent', () => {
  for (const [minor, currency, text] of [
    [1990, 'USD', '19.90'], [5, 'EUR', '0.05'], [0, 'USD', '0.00'], [1990, 'JPY', '1990'], [1, 'KRW', '1'],
    // Divided by 100 in floating point this would end in .90 or .92.
    [9999999999999, 'CNY', '99999999999.99'], [9007199254740991, 'USD', '90071992547409.91'],
  ]) assert.equal(decimalText(minor, currency), text);
});

test('amounts_have_their_currencys_code_and_the_viewers_separators', () => {
  const plain = (text) => text.replaceAll('\u00a0', ' ');
  assert.equal(plain(money(123456789, 'USD', 'en')), 'USD 1,234,567.89');
  assert.equal(plain(money(1990, 'JPY', 'en')), 'JPY 1,990');
  assert.equal(plain(money(1990, 'CNY', 'zh-CN')), 'CNY 19.90');
  assert.equal(money(9007199254740991, 'USD', 'en').replace(/\D/g, ''), '9007199254740991');
});

test('an_amount_that_is_not_known_is_a_dash', () => {
  for (const [minor, currency] of [[null, null], [undefined, 'USD'], [1, null], [1, '<b>'], [1, 'usd']]) assert.equal(money(minor, currency, 'en'), '–');
});

test('what_people_type_is_read_by_the_currencys_own_decimals_or_not_at_all', () => {
  for (const [text, currency, minor] of [
    ['5', 'USD', 500], ['5.0', 'USD', 500], [' 19.90 ', 'USD', 1990], ['0.01', 'USD', 1], ['1990', 'JPY', 1990], ['0.1', 'CNY', 10],
  ]) assert.equal(minorOf(text, currency), minor, text);
  for (const [text, currency] of [
    ['', 'USD'], ['0', 'USD'], ['0.00', 'USD'], ['1.999', 'USD'], ['1.', 'USD'], ['.5', 'USD'], ['1,50', 'USD'], ['1e3', 'USD'], ['-5', 'USD'],
    ['+5', 'USD'], ['5 USD', 'USD'], ['1.5', 'JPY'], ['9999999999', 'USD'], ['٣', 'USD'], ['0x1', 'USD'],
  ]) assert.equal(minorOf(text, currency), undefined, text);
});

test('times_are_the_viewers_and_exact_in_utc', () => {
  assert.equal(time(NOON, 'en', 'Asia/Shanghai'), '11/21/2026, 18:00:00');
  assert.equal(time(NOON, 'zh-CN', 'America/New_York'), '2026/11/21 05:00:00');
  assert.equal(clock(NOON, 'en', 'UTC'), '10:00:00');
  assert.equal(utc(NOON), '2026-11-21 10:00:00.123 UTC');
  assert.equal(tick(NOON, 60_000, 'en', 'UTC'), '10:00');
  assert.equal(tick(NOON, 43_200_000, 'en', 'UTC'), 'Nov 21, 10:00');
});

test('midnight_is_the_beginning_of_a_day_and_not_the_twenty-fourth_hour', () => {
  assert.equal(clock(Date.UTC(2026, 0, 1), 'en', 'UTC'), '00:00:00');
});

test('lengths_of_time_have_the_unit_that_people_would_use', () => {
  assert.deepEqual([0, 34, 999, 1_000, 1_250, 59_900, 60_000, 180_000].map((ms) => lasting(ms, 'en')), ['0 ms', '34 ms', '999 ms', '1 sec', '1.3 sec', '59.9 sec', '1 min', '3 min']);
});

test('distances_are_told_by_the_largest_unit_that_fits', () => {
  assert.equal(distance(NOON + 4_200, NOON, 'en'), 'in 4 seconds');
  assert.equal(distance(NOON - 7_300_000, NOON, 'en'), '2 hours ago');
  assert.equal(distance(NOON, NOON, 'en'), 'now');
});

test('a_share_is_never_rounded_to_all_or_to_nothing', () => {
  assert.equal(share(9_999, 10_000, 'en'), '99.9%');
  assert.equal(share(1, 10_000, 'en'), '0.1%');
  assert.equal(share(10_000, 10_000, 'en'), '100%');
  assert.equal(share(0, 5, 'en'), '0%');
  assert.equal(share(0, 0, 'en'), '–');
  assert.equal(count(10_000, 'en'), '10,000');
});
