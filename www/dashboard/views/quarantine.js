// What is genuine and was not acted on: notifications that do not fit their order, and what could not be accepted at all.

import { el, replace } from '../lib/dom.js';
import { place } from '../lib/find.js';
import { empty } from '../parts/notice.js';
import { panel } from '../parts/panel.js';
import { amount, badge, code, orderLink, when } from '../parts/pieces.js';
import { table } from '../parts/table.js';
import { notificationColumns, reason } from './order-parts.js';

const EVERY_MS = 10_000;

export function quarantinePage(context) {
  const { words } = context;
  return [
    el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, words.say('page.quarantine'))),
    el('p', { class: 'lead' }, words.say('aside.text')),
    el('section', { class: 'part' }, el('h2', {}, words.say('aside.orders')), ofOrders(context)),
    el('section', { class: 'part' }, el('h2', {}, words.say('aside.signed')), el('p', { class: 'lead' }, words.say('aside.signed.text')), signed(context)),
  ];
}

function ofOrders(context) {
  const { words, api, session, given } = context;
  const cursor = /^[A-Za-z0-9_-]+$/.test(given.cursor ?? '') ? given.cursor : '';
  const why = ({ verdict }) => [
    badge(reason(verdict, words), 'warn', verdict),
    words.has(`reason.${verdict}.do`) && el('p', { class: 'hint' }, words.say(`reason.${verdict}.do`)),
  ];
  const registered = words.say('orders.amount');
  const list = table({
    caption: words.say('aside.orders'),
    keyOf: ({ out_trade_no, seq }) => `${out_trade_no} ${seq}`,
    columns: [
      { name: words.say('orders.number'), kind: 'head', cell: ({ out_trade_no }) => orderLink(out_trade_no, session.provider) },
      { name: registered, kind: 'figure', cell: (one) => amount(one.registered?.amount, one.registered?.currency, words) },
      { name: words.say('aside.why'), kind: 'wide', cell: why },
      ...notificationColumns(words, { short: true }).map((column, n) => (n === 1 ? { ...column, name: words.say('aside.notified') } : column)),
    ],
  });
  const pages = el('nav', { class: 'pages', 'aria-label': words.say('orders.pages') });
  const shown = panel(context, {
    every_ms: EVERY_MS,
    ask: (known, signal) => api.get(`quarantine?limit=20${cursor && `&cursor=${cursor}`}`, { known, signal }),
    show: ({ notifications, cursor: next }, content) => {
      list.show(notifications);
      if (notifications.length === 0) replace(content, empty(words.say('aside.orders.none'), words.say('aside.orders.none.text')));
      else if (!content.contains(list.element)) replace(content, list.element);
      replace(pages, cursor && el('a', { class: 'button', href: place('quarantine') }, words.say('orders.newest')),
        next && el('a', { class: 'button', rel: 'next', href: place('quarantine', { cursor: next }) }, words.say('orders.older')));
    },
  });
  return [shown.element, pages];
}

function signed(context) {
  const { words, api } = context;
  const list = table({
    caption: words.say('aside.signed'),
    keyOf: ({ evidence }) => evidence,
    columns: [
      { name: words.say('aside.why'), kind: 'head wide', cell: (one) => [badge(one.reason, 'bad'), el('p', { class: 'hint' }, words.say('aside.signedDo'))] },
      { name: words.say('order.evidence'), kind: 'wide', cell: ({ evidence }) => code(evidence) },
      { name: words.say('aside.first'), kind: 'time', cell: ({ first_ms }) => when(first_ms, words) },
      { name: words.say('order.updated'), kind: 'time', cell: ({ last_ms }) => when(last_ms, words) },
      { name: words.say('aside.times'), kind: 'figure', cell: ({ times }) => String(times) },
      { name: words.say('aside.bytes'), kind: 'figure', cell: ({ bytes }) => String(bytes) },
    ],
  });
  return panel(context, {
    every_ms: EVERY_MS,
    ask: (known, signal) => api.get('quarantine/signed', { known, signal }),
    show: ({ messages }, content) => {
      list.show(messages);
      if (messages.length === 0) replace(content, empty(words.say('aside.signed.none'), words.say('aside.signed.none.text')));
      else if (!content.contains(list.element)) replace(content, list.element);
    },
  }).element;
}
