// One order: what it is, what has happened to it, and what can be done.

import { bdi, el, replace } from '../lib/dom.js';
import { BEGIN, follow as followChain } from '../lib/chain.js';
import { place } from '../lib/find.js';
import { queryNow } from '../acts/query.js';
import { refund } from '../acts/refund.js';
import { replayAll } from '../acts/replay.js';
import { panel } from '../parts/panel.js';
import { amount, code, facts, flags, soon, status, when } from '../parts/pieces.js';
import { auditTrail, deliveries, notifications, refunds, timeline } from './order-parts.js';

const EVERY_MS = 3_000;

export function orderPage(context) {
  const { words, api, number } = context;
  // The trail only grows: what was read and checked is not read again.
  const trail = { lines: [], seq: 0, hash: BEGIN, broken: undefined };
  const state = { newestFirst: false };
  const shown = panel(context, {
    every_ms: EVERY_MS,
    ask: async (known, signal) => {
      const answer = await api.get(`orders/${encodeURIComponent(number)}`, { known, signal });
      if (answer !== known) await readOn(trail, api, number, answer.body, signal);
      return answer;
    },
    show: (order, content) => {
      if (state.shown) context.announce(words.say('live.changed', { n: 1 }));
      state.shown = true;
      draw({ order, trail, content, state, context: { ...context, again: shown.again } });
    },
  });
  return [
    el('p', { class: 'back' }, el('a', { href: place('orders') }, words.say('order.back'))),
    el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, words.pieces('page.order', { number: bdi(number) }))),
    shown.element,
  ];
}

async function readOn(trail, api, number, order, signal) {
  if (order.audit.lines <= trail.lines.length) return;
  const more = await api.trail(number, { after: trail.lines.length, signal });
  trail.lines.push(...more);
  if (trail.broken === undefined) Object.assign(trail, await followChain(more, trail));
}

function draw({ order, trail, content, state, context }) {
  const { words } = context;
  const again = () => draw({ order, trail, content, state, context });
  const turn = () => {
    state.newestFirst = !state.newestFirst;
    again();
  };
  const part = (name, ...inside) => el('section', { class: 'part', 'aria-labelledby': `part-${name}` }, el('h2', { id: `part-${name}` }, words.say(`order.${name}`)), inside);
  replace(content,
    el('div', { class: 'summary' },
      el('p', { class: 'badges' }, status(order.status, words), flags(order, words)),
      el('p', { class: 'sum' }, amount(order.amount, order.currency, words), order.refunded > 0 && el('span', { class: 'soft' }, ' · ',
        words.pieces('order.given', { amount: amount(order.refunded, order.currency, words) }))),
      acts(order, context)),
    part('facts', factsOf(order, words)),
    part('timeline', timeline(order, trail.lines, { words, newestFirst: state.newestFirst, turn })),
    part('deliveries', deliveries(order, context)),
    part('notifications', notifications(order, words)),
    part('refunds', refunds(order, context)),
    part('trail', auditTrail(order, trail, words)));
}

/** What can be done, of which each asks first. */
function acts(order, context) {
  const { words } = context;
  const button = (name, key, act) => el('button', { type: 'button', class: 'button', 'data-at': `act ${name}`, onclick: () => act(context, order) }, words.say(key));
  return el('div', { class: 'acts', role: 'group', 'aria-label': words.say('order.acts') },
    ['paid', 'refunded'].includes(order.status) && button('refund', 'refund.act', refund),
    order.terms && button('query', 'query.act', queryNow),
    order.deliveries.length > 0 && button('replay', 'replay.all', replayAll));
}

function factsOf(order, words) {
  const { terms } = order;
  const metadata = Object.entries(terms?.metadata ?? {});
  const settled = terms?.price.kind === 'rmb_fee' && terms.price.settlement;
  return [
    !terms && el('p', { class: 'stale' }, words.say('order.notRegistered')),
    facts([
      [words.say('order.subject'), terms && bdi(terms.subject)],
      [words.say('order.amount'), [amount(order.amount, order.currency, words), settled && el('span', { class: 'soft' }, ' · ', words.say('order.settlement', { currency: settled }))]],
      [words.say('order.provider'), words.say(`provider.${order.provider}`)],
      [words.say('order.trade_no'), order.trade_no ? code(order.trade_no) : '–'],
      [words.say('order.return'), terms && code(terms.return_url)],
      [words.say('order.created'), when(order.created_ms, words)],
      [words.say('order.updated'), when(order.updated_ms, words)],
      [words.say('order.due'), order.due_ms !== null && [when(order.due_ms, words), ' (', soon(order.due_ms, words), ')']],
      [words.say('order.metadata'), metadata.length > 0 && el('ul', { class: 'pairs' }, metadata.map(([name, value]) => el('li', {}, code(name), ' ', bdi(value))))],
    ]),
  ];
}
