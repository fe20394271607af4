// Deliveries that were given up, and sending them again: one, those that were chosen, or all.

import { el, replace } from '../lib/dom.js';
import { place } from '../lib/find.js';
import { replayChosen, replayDead } from '../acts/replay.js';
import { empty } from '../parts/notice.js';
import { panel } from '../parts/panel.js';
import { amount, how, orderLink, when } from '../parts/pieces.js';
import { table } from '../parts/table.js';

const EVERY_MS = 5_000;

const keyOf = ({ out_trade_no, event, endpoint }) => `${out_trade_no} ${event} ${endpoint}`;

export function deadLettersPage(context) {
  const { words, api, session, given } = context;
  const cursor = /^[A-Za-z0-9_-]+$/.test(given.cursor ?? '') ? given.cursor : '';
  const chosen = new Set();
  let letters = [];
  // What an order is about, as the dialogs say it.
  const asOrder = ({ registered, ...letter }) => ({ ...letter, amount: registered?.amount, currency: registered?.currency });
  const withChosen = () => letters.filter((one) => chosen.has(keyOf(one))).map(asOrder);
  const acting = { ...context, again: () => { chosen.clear(); shown.again(); } };

  const selected = el('button', { type: 'button', class: 'button', 'data-at': 'selected', onclick: () => replayChosen(acting, withChosen()) });
  const all = el('button', { type: 'button', class: 'button', 'data-at': 'all', onclick: () => replayDead(acting, letters.map(asOrder)) }, words.say('replay.dead'));
  const every = el('input', { type: 'checkbox', 'aria-label': words.say('dead.selectAll'), onchange: () => {
    for (const one of letters) chosen[every.checked ? 'add' : 'delete'](keyOf(one));
    for (const box of list.element.querySelectorAll('tbody input[type=checkbox]')) box.checked = every.checked;
    count();
  } });
  const count = () => {
    selected.textContent = words.say('replay.selected', { n: chosen.size });
    selected.disabled = chosen.size === 0;
    every.checked = letters.length > 0 && chosen.size === letters.length;
    every.indeterminate = chosen.size > 0 && chosen.size < letters.length;
  };
  const box = (letter) => el('input', {
    type: 'checkbox', 'data-at': `choose ${keyOf(letter)}`, checked: chosen.has(keyOf(letter)),
    'aria-label': words.say('dead.select', { event: letter.type, number: letter.out_trade_no }),
    onchange: (event) => {
      chosen[event.target.checked ? 'add' : 'delete'](keyOf(letter));
      count();
    },
  });
  const list = table({
    caption: words.say('dead.list'),
    keyOf,
    columns: [
      { name: every, kind: 'choose', cell: box },
      { name: words.say('orders.number'), kind: 'head', cell: ({ out_trade_no }) => orderLink(out_trade_no, session.provider) },
      { name: words.say('orders.amount'), kind: 'figure', cell: ({ registered }) => amount(registered?.amount, registered?.currency, words) },
      { name: words.say('order.event'), cell: ({ type }) => type },
      { name: words.say('order.endpoint'), cell: ({ endpoint }) => endpoint },
      { name: words.say('order.attempts'), kind: 'figure', cell: ({ attempts }) => String(attempts) },
      { name: words.say('dead.last'), cell: ({ last }) => how(last, words) },
      { name: words.say('order.begun'), kind: 'time', cell: ({ begun_ms }) => when(begun_ms, words) },
      { name: words.say('order.acts'), kind: 'act', cell: (letter) => el('button', { type: 'button', class: 'button small', 'data-at': `replay ${keyOf(letter)}`, onclick: () => replayChosen(acting, [asOrder(letter)]) }, words.say('replay.act')) },
    ],
  });
  const bar = el('div', { class: 'ways' }, selected, all);
  const pages = el('nav', { class: 'pages', 'aria-label': words.say('orders.pages') });
  const shown = panel(context, {
    every_ms: EVERY_MS,
    ask: (known, signal) => api.get(`dead-letters?limit=20${cursor && `&cursor=${cursor}`}`, { known, signal }),
    show: ({ dead_letters: found, cursor: next }, content) => {
      letters = found;
      for (const key of chosen) if (!letters.some((one) => keyOf(one) === key)) chosen.delete(key);
      list.show(letters);
      count();
      if (letters.length === 0) replace(content, empty(words.say('dead.none'), words.say('dead.none.text')));
      else if (!content.contains(list.element)) replace(content, bar, list.element);
      replace(pages, cursor && el('a', { class: 'button', href: place('dead-letters') }, words.say('orders.newest')),
        next && el('a', { class: 'button', rel: 'next', href: place('dead-letters', { cursor: next }) }, words.say('orders.older')));
    },
  });
  return [
    el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, words.say('page.dead-letters'))),
    el('p', { class: 'lead' }, words.say('dead.text')),
    shown.element,
    pages,
  ];
}
