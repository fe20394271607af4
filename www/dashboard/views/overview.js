// What there is now, how deliveries go, and the latest orders.

import { bdi, el, replace } from '../lib/dom.js';
import { count, lasting, share } from '../lib/format.js';
import { STATUSES, WINDOWS, place } from '../lib/find.js';
import { metric, readMetrics } from '../lib/metrics.js';
import { attempts, boundOf, steps, total } from '../lib/series.js';
import { latencyChart, successChart } from '../parts/chart.js';
import { empty } from '../parts/notice.js';
import { panel } from '../parts/panel.js';
import { how } from '../parts/pieces.js';
import { fixedTable, table } from '../parts/table.js';
import { orderColumns, rowKey } from './orders.js';

// Counting reads every row of the index, and a chart every attempt: seldom is often enough.
const COUNTS_MS = 30_000;
const CHART_MS = 20_000;
const LATEST_MS = 3_000;
const LATEST = 8;

export function overviewPage(context) {
  const { words } = context;
  return [
    el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, words.say('page.overview'))),
    section(words.say('overview.now'), counts(context)),
    deliveries(context),
    section(words.say('overview.latest'), latest(context),
      el('p', {}, el('a', { href: place('orders'), class: 'button' }, words.say('overview.allOrders')))),
  ];
}

const section = (title, ...content) => el('section', { class: 'part' }, el('h2', {}, title), content);

/** Tiles, each of which leads to what it counts. */
function counts(context) {
  const { words, api } = context;
  const tile = (name, number, href, tone = '') => el('li', {}, el(href ? 'a' : 'div', { class: `tile ${number > 0 ? tone : ''}`, href, 'data-at': `tile ${name}` },
    el('span', { class: 'tile-name' }, name),
    el('span', { class: 'tile-number' }, number === undefined ? '?' : count(number, words.tag))));
  return panel(context, {
    every_ms: COUNTS_MS,
    // The same text again is the same answer: metrics have no tag.
    ask: async (known, signal) => {
      const answer = await api.get('metrics', { signal, read: (one) => one.text() });
      const families = readMetrics(answer.body).filter(({ name }) => !name.includes('_isolate_'));
      return known && JSON.stringify(known.body) === JSON.stringify(families) ? known : { body: families };
    },
    show: (families, content) => {
      const orders = families.find(({ name }) => name === 'alipay_checkout_orders');
      const of = (one) => orders && (metric(families, 'orders', one) ?? 0);
      replace(content,
        !orders && el('p', { class: 'stale' }, words.say('overview.unknown')),
        el('ul', { class: 'tiles' },
          STATUSES.filter((one) => one !== 'unregistered' || of(one) > 0)
            .map((one) => tile(words.say(`status.${one}`), of(one), place('orders', { status: one })))),
        el('ul', { class: 'tiles' },
          tile(words.say('overview.waiting'), metric(families, 'deliveries', 'waiting'), undefined, 'open'),
          tile(words.say('overview.dead'), metric(families, 'deliveries', 'dead'), place('dead-letters'), 'bad'),
          tile(words.say('overview.quarantined'), metric(families, 'quarantined'), place('quarantine'), 'warn'),
          tile(words.say('overview.overdue'), metric(families, 'overdue'), undefined, 'bad')));
    },
  }).element;
}

function deliveries(context) {
  const { words, api, given, go } = context;
  const window = WINDOWS.includes(given.window) ? given.window : 'day';
  const endpoint = /^[1-5]$/.test(given.endpoint ?? '') ? given.endpoint : '';
  const again = () => go(place('overview', { window: windows.value, endpoint: endpoints.value }), { keep: true });
  const option = (value, text, chosen) => el('option', { value, selected: value === chosen }, text);
  const windows = el('select', { id: 'window', 'data-at': 'window', onchange: again }, WINDOWS.map((one) => option(one, words.say(`window.${one}`), window)));
  const endpoints = el('select', { id: 'endpoint', 'data-at': 'endpoint', onchange: again },
    option('', words.say('overview.all'), endpoint), ['1', '2', '3', '4', '5'].map((one) => option(one, one, endpoint)));
  const choices = el('div', { class: 'choices' },
    el('label', { for: 'window' }, words.say('overview.window')), windows, el('label', { for: 'endpoint' }, words.say('overview.endpoint')), endpoints);
  const shown = panel(context, {
    every_ms: CHART_MS,
    ask: (known, signal) => api.get(`attempts?window=${window}`, { known, signal }),
    show: (body, content) => {
      const all = steps(body, endpoint);
      const sum = total(all);
      if (attempts(sum) === 0) return replace(content, empty(words.say('overview.noAttempts'), words.say('overview.noAttempts.text')));
      const failures = body.failures.filter((one) => !endpoint || one.endpoint === endpoint);
      const within = (part) => { const bound = boundOf(sum, part); return bound === undefined ? '–' : lasting(body.within_ms[bound], words.tag); };
      replace(content, el('div', { class: 'charts' },
        el('figure', {}, el('figcaption', {}, el('h3', {}, words.say('overview.success')), el('p', { class: 'soft' },
          words.say('overview.attempts', { n: attempts(sum) }), ' · ', words.say('overview.rate', { share: share(sum.delivered, attempts(sum), words.tag) }))),
        successChart(all, sum, body.step_ms, words)),
        el('figure', {}, el('figcaption', {}, el('h3', {}, words.say('overview.latency')), el('p', { class: 'soft' },
          words.say('overview.half', { time: within(0.5) }), ' · ', words.say('overview.most', { time: within(0.95) }))),
        latencyChart(all, body, sum, words))),
      failures.length > 0 && [el('h3', {}, words.say('overview.reasons')), fixedTable({
        caption: words.say('overview.reasons'),
        keyOf: (one) => `${one.endpoint} ${one.how}`,
        columns: [
          { name: words.say('overview.reason'), kind: 'head', cell: (one) => how(one.how, words) },
          { name: words.say('overview.endpoint'), cell: (one) => bdi(one.endpoint) },
          { name: words.say('overview.times'), kind: 'figure', cell: (one) => count(one.count, words.tag) },
        ],
      }, failures)]);
    },
  });
  return section(words.say('overview.deliveries'), choices, shown.element);
}

function latest(context) {
  const { words, api } = context;
  const list = table({ caption: words.say('overview.latest'), columns: orderColumns(words, { short: true }), keyOf: rowKey });
  return panel(context, {
    every_ms: LATEST_MS,
    ask: (known, signal) => api.get(`orders?limit=${LATEST}`, { known, signal }),
    show: ({ orders }, content) => {
      if (orders.length === 0) return replace(content, empty(words.say('orders.none'), words.say('orders.none.text')));
      list.show(orders);
      if (!content.contains(list.element)) replace(content, list.element);
    },
  }).element;
}
