// The list of orders: found by number, status and day, page by page, and live.

import { bdi, el, replace } from '../lib/dom.js';
import { STATUSES, isNarrowed, isNumber, ordersQuery, place, readFind } from '../lib/find.js';
import { empty } from '../parts/notice.js';
import { panel } from '../parts/panel.js';
import { amount, flags, orderLink, status, when } from '../parts/pieces.js';
import { table } from '../parts/table.js';

const EVERY_MS = 3_000;

/** The columns that orders are shown in, here and on the overview. */
export function orderColumns(words, { short = false } = {}) {
  return [
    { name: words.say('orders.number'), kind: 'head', cell: ({ out_trade_no, provider }) => orderLink(out_trade_no, provider) },
    { name: words.say('orders.status'), cell: (row) => el('span', { class: 'badges' }, status(row.status, words), flags(row, words)) },
    { name: words.say('orders.amount'), kind: 'figure', cell: (row) => amount(row.amount, row.currency, words) },
    ...(short ? [] : [{ name: words.say('orders.trade_no'), cell: ({ trade_no }) => (trade_no ? el('code', {}, bdi(trade_no)) : el('span', { class: 'soft' }, '–')) }]),
    { name: words.say('orders.created'), kind: 'time', cell: (row) => when(row.created_ms, words) },
    ...(short ? [] : [{ name: words.say('orders.updated'), kind: 'time', cell: (row) => when(row.updated_ms, words) }]),
  ];
}

export const rowKey = ({ provider, out_trade_no }) => `${provider} ${out_trade_no}`;

// Cursors of the pages that lead to this one, by what is looked for: the Worker only knows the way on.
const trails = new Map();

export function ordersPage(context) {
  const { words, api, given } = context;
  const find = readFind(given);
  const { cursor, ...looked } = find;
  const trail = trails.get(JSON.stringify(looked)) ?? [];
  const list = table({ caption: words.say('orders.list'), columns: orderColumns(words), keyOf: rowKey });
  const pages = el('nav', { class: 'pages', 'aria-label': words.say('orders.pages') });
  const shown = panel(context, {
    ask: (known, signal) => api.get(`orders?${ordersQuery(find)}`, { known, signal }),
    every_ms: EVERY_MS,
    show: ({ orders, cursor: next }, content) => {
      const changed = list.show(orders);
      if (changed.length > 0) context.announce(words.say('live.changed', { n: changed.length }));
      if (orders.length === 0) replace(content, nothing(find, context));
      else if (!content.contains(list.element)) replace(content, list.element);
      showPages({ pages, find: looked, cursor, next, trail, count: orders.length, words });
    },
  });
  return [heading(words), search(context, looked), shown.element, pages];
}

const heading = (words) => el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, words.say('page.orders')));

function nothing(find, { words, session }) {
  if (!isNarrowed(find)) return empty(words.say('orders.none'), words.say('orders.none.text'));
  const open = find.q && el('p', {}, el('a', { href: place('orders', { number: find.q, provider: session.provider }), class: 'button', 'data-at': 'open' },
    words.pieces('orders.open', { number: bdi(find.q) })));
  return empty(words.say('orders.nothing'), words.say('orders.nothing.text'), open);
}

function showPages({ pages, find, cursor, next, trail, count, words }) {
  // After the page was loaded again nobody knows the way back, but for the newest.
  const leading = cursor ? [...trail.slice(0, Math.max(trail.indexOf(cursor), 0)), cursor] : [];
  trails.set(JSON.stringify(find), next ? [...leading, next] : leading);
  const link = (text, to, rel) => el('a', { class: 'button', href: place('orders', { ...find, cursor: to }), rel, 'data-at': text }, text);
  replace(pages,
    el('span', { class: 'soft' }, words.say(next ? 'orders.shown.more' : 'orders.shown', { n: count })),
    el('span', { class: 'ways' },
      cursor && link(words.say('orders.newest'), ''),
      cursor && leading.length > 1 && link(words.say('orders.newer'), leading.at(-2), 'prev'),
      next && link(words.say('orders.older'), next, 'next')));
}

function search(context, find) {
  const { words, go } = context;
  const wrong = el('p', { class: 'wrong', id: 'find-wrong', role: 'alert' });
  const labelled = (name, control, hint) => {
    control.id = `find-${name}`;
    return el('div', { class: 'field' }, el('label', { for: `find-${name}` }, words.say(`orders.${name}`)), control, hint);
  };
  const choose = (options, chosen) => el('select', { onchange: () => form.requestSubmit() },
    options.map(([value, text]) => el('option', { value, selected: value === chosen }, text)));
  const q = el('input', { type: 'search', value: find.q, maxlength: '64', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', 'aria-describedby': 'find-hint find-wrong' });
  const status = choose([['', words.say('orders.any')], ...STATUSES.map((one) => [one, words.say(`status.${one}`)])], find.status);
  const from = el('input', { type: 'date', value: find.from });
  const to = el('input', { type: 'date', value: find.to });
  const limit = choose([['50', '50'], ['100', '100'], ['200', '200']], find.limit);
  const submit = (event) => {
    event.preventDefault();
    const isWrong = q.value.trim() !== '' && !isNumber(q.value);
    q.setAttribute('aria-invalid', String(isWrong));
    replace(wrong, isWrong && document.createTextNode(words.say('orders.q.wrong')));
    if (isWrong) return q.focus();
    go(place('orders', { q: q.value.trim(), status: status.value, from: from.value, to: to.value, limit: limit.value === '50' ? '' : limit.value }));
  };
  const form = el('form', { role: 'search', class: 'search', 'aria-label': words.say('orders.find'), novalidate: true, onsubmit: submit },
    labelled('q', q, el('div', {}, el('p', { class: 'hint', id: 'find-hint' }, words.say('orders.q.hint')), wrong)),
    labelled('status', status), labelled('from', from), labelled('to', to), labelled('limit', limit),
    el('div', { class: 'ways' },
      el('button', { type: 'submit', class: 'button primary' }, words.say('orders.go')),
      isNarrowed(find) && el('a', { class: 'button', href: place('orders') }, words.say('orders.clear'))));
  return form;
}
