// How the dashboard keeps up to date: cheaply, more seldom after failures, and not while nobody looks.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Api } from '../../dashboard/lib/api.js';
import { follow } from '../../dashboard/lib/live.js';

/** A clock that stands still until it is told to go on, and a page that can be hidden. */
function stage() {
  let timers = [];
  const page = new EventTarget();
  page.visibilityState = 'visible';
  const clock = {
    setTimeout: (act, wait_ms) => {
      const timer = { act, wait_ms };
      timers.push(timer);
      return timer;
    },
    clearTimeout: (timer) => { timers = timers.filter((one) => one !== timer); },
  };
  return {
    page,
    clock,
    waits: () => timers.map(({ wait_ms }) => wait_ms),
    run: async () => {
      const due = timers.splice(0);
      for (const { act } of due) await act();
    },
    look: (state) => {
      page.visibilityState = state;
      page.dispatchEvent(new Event('visibilitychange'));
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function followed(answers, { every_ms = 3_000 } = {}) {
  const { page, clock, ...rest } = stage();
  const seen = { asked: [], changed: [], checked: 0, failed: [] };
  const live = follow({
    every_ms, page, clock,
    ask: async (known) => {
      seen.asked.push(known);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? known;
    },
    changed: (answer) => seen.changed.push(answer),
    checked: () => { seen.checked += 1; },
    failed: (problem) => seen.failed.push(problem),
  });
  return { ...rest, live, seen };
}

test('what_has_not_changed_is_not_shown_again_and_asked_for_with_what_is_known', async () => {
  const first = { body: 1 };
  const { seen, run, waits } = followed([first]);
  await settle();
  await run();
  await run();
  assert.deepEqual(seen.asked, [undefined, first, first]);
  assert.deepEqual([seen.changed, seen.checked], [[first], 3]);
  assert.deepEqual(waits(), [3_000]);
});

test('after_failures_it_asks_ever_more_seldom_up_to_a_minute_and_at_once_quickly_again', async () => {
  const broken = new Error('unreachable');
  const { seen, run, waits } = followed([broken, broken, broken, broken, broken, broken, { body: 1 }]);
  await settle();
  const waited = [];
  for (let n = 0; n < 6; n += 1) {
    waited.push(...waits());
    await run();
  }
  assert.deepEqual(waited, [6_000, 12_000, 24_000, 48_000, 60_000, 60_000]);
  assert.deepEqual([seen.failed.length, seen.checked, waits()], [6, 1, [3_000]]);
});

test('it_waits_as_long_as_the_worker_wants', async () => {
  const { waits } = followed([Object.assign(new Error('too_many'), { wait_s: 42 })]);
  await settle();
  assert.deepEqual(waits(), [42_000]);
});

test('a_hidden_page_asks_nothing_and_asks_at_once_when_it_is_seen', async () => {
  const { seen, look, waits } = followed([{ body: 1 }]);
  await settle();
  look('hidden');
  assert.deepEqual(waits(), []);
  look('visible');
  await settle();
  assert.deepEqual([seen.asked.length, waits()], [2, [3_000]]);
});

test('what_was_left_is_asked_for_no_more', async () => {
  const { seen, live, look, waits } = followed([{ body: 1 }]);
  await settle();
  live.stop();
  look('hidden');
  look('visible');
  await settle();
  assert.deepEqual([seen.asked.length, waits()], [1, []]);
});

/** An Api whose network is a function. */
function api(answer) {
  globalThis.location = { origin: 'https://pay.example.com' };
  const asked = [];
  const made = new Api('s3cret', { fetch: async (url, options) => {
    asked.push([String(url), options]);
    return answer(url, options);
  } });
  made.provider = 'antom';
  return { made, asked };
}

const json = (status, body, headers = {}) => new Response(body === undefined ? null : JSON.stringify(body), { status, headers });

test('the_token_goes_in_a_header_and_never_into_an_address', async () => {
  const { made, asked } = api(() => json(200, { orders: [] }, { etag: '"1"' }));
  await made.get('orders?limit=8');
  const [[url, { headers, credentials, redirect }]] = asked;
  assert.equal(url, 'https://pay.example.com/admin/orders?limit=8&provider=antom');
  assert.deepEqual([headers.authorization, credentials, redirect], ['Bearer s3cret', 'omit', 'error']);
});

test('an_answer_that_is_known_already_is_the_same_one', async () => {
  const { made, asked } = api((_, { headers }) => (headers['if-none-match'] ? json(304, undefined) : json(200, { orders: [] }, { etag: '"1"' })));
  const first = await made.get('orders');
  assert.equal(await made.get('orders', { known: first }), first);
  assert.equal(asked[1][1].headers['if-none-match'], '"1"');
});

test('a_problem_has_the_workers_code_the_scope_that_is_missing_and_the_time_to_wait', async () => {
  const told = [];
  const problem = async (status, body, headers) => {
    const { made } = api(() => json(status, body, headers));
    made.onStranger = () => told.push(status);
    return made.get('orders').catch(({ code, scope, wait_s, isUnsure }) => ({ code, scope, wait_s, isUnsure }));
  };
  const known = { scope: '', wait_s: 0, isUnsure: false };
  assert.deepEqual(await problem(403, { code: 'admin_scope' }, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="refund"' }), { ...known, code: 'admin_scope', scope: 'refund' });
  assert.deepEqual(await problem(429, { code: 'too_many' }, { 'retry-after': '42' }), { ...known, code: 'too_many', wait_s: 42 });
  assert.deepEqual(await problem(503, { code: 'unavailable' }), { ...known, code: 'unavailable', isUnsure: true });
  assert.deepEqual(await problem(502, undefined), { ...known, code: 'http_502', isUnsure: true });
  assert.deepEqual(told, []);
  assert.deepEqual(await problem(401, { code: 'admin_token' }), { ...known, code: 'admin_token' });
  assert.deepEqual(told, [401]);
});

test('no_answer_and_one_that_is_none_have_codes_of_their_own', async () => {
  const code = (answer) => api(answer).made.get('orders').catch((problem) => problem.code);
  assert.equal(await code(() => { throw new TypeError('failed to fetch'); }), 'unreachable');
  assert.equal(await code(() => new Response('<html>')), 'unreadable');
});

test('a_trail_is_read_to_its_end_page_by_page', async () => {
  const { made, asked } = api((url) => (url.searchParams.get('after') === '0'
    ? new Response('{"seq":1}\n{"seq":2}\n', { headers: { link: '<?after=2&limit=2&provider=antom>; rel="next"' } })
    : new Response('{"seq":3}\n')));
  assert.deepEqual(await made.trail('A-1'), [{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
  assert.equal(asked[1][0], 'https://pay.example.com/admin/orders/A-1/audit?after=2&limit=2&provider=antom');
});
