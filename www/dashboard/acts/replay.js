// Sending events again: one, all of an order, dead letters that were chosen, or all of them.

import { el } from '../lib/dom.js';
import { money } from '../lib/format.js';
import { allowed, confirm } from '../parts/dialog.js';
import { explained } from '../parts/notice.js';

const MAX_ORDERS = 40;
const NAMED = 5;

function ask(context, given) {
  const { words } = context;
  if (!allowed(context, 'operate')) return;
  confirm(context, { title: words.say('replay.title'), go: words.say('replay.go'), unsure: words.say('replay.unsure'), done: context.again, ...given });
}

const queued = (deliveries, words) => el('p', {}, words.say('replay.did', { n: deliveries }));

/** One event of an order to one endpoint. */
export function replayOne(context, { out_trade_no, amount, currency }, { event, endpoint, type }) {
  const { words, api } = context;
  ask(context, {
    text: el('p', {}, words.say('replay.one', { event: type, number: out_trade_no, endpoint, amount: money(amount, currency, words.tag) })),
    act: async () => queued((await api.post(`orders/${encodeURIComponent(out_trade_no)}/replay`, { event, endpoint })).body.deliveries, words),
  });
}

/** Everything of an order. */
export function replayAll(context, { out_trade_no, amount, currency }) {
  const { words, api } = context;
  ask(context, {
    text: el('p', {}, words.say('replay.order', { number: out_trade_no, amount: money(amount, currency, words.tag) })),
    act: async () => queued((await api.post(`orders/${encodeURIComponent(out_trade_no)}/replay`)).body.deliveries, words),
  });
}

/** The first few numbers and amounts of letters, and how many more there are. */
function named(letters, words) {
  const orders = [...new Map(letters.map((one) => [one.out_trade_no, one])).values()];
  const more = orders.length > NAMED ? ` ${words.say('replay.many.more', { n: orders.length - NAMED })}` : '';
  const first = orders.slice(0, NAMED);
  return {
    n: letters.length,
    numbers: first.map(({ out_trade_no }) => out_trade_no).join(', ') + more,
    amounts: first.map(({ amount, currency }) => money(amount, currency, words.tag)).join(', ') + more,
  };
}

/** Dead letters that were chosen; one that is refused does not keep the others back. */
export function replayChosen(context, letters) {
  const { words, api, session } = context;
  ask(context, {
    text: el('div', {}, el('p', {}, words.say('replay.many', named(letters, words))), el('p', {}, words.say('replay.many.ids'))),
    act: async () => {
      let deliveries = 0;
      const refused = [];
      for (const { out_trade_no, event, endpoint } of letters) {
        try {
          deliveries += (await api.post(`orders/${encodeURIComponent(out_trade_no)}/replay`, { event, endpoint })).body.deliveries;
        } catch (problem) {
          // Where nobody can be reached or nothing may be done, the rest is not tried either.
          if (problem.isUnsure || [401, 403, 429].includes(problem.status)) throw problem;
          refused.push([out_trade_no, explained(problem, words, session)]);
        }
      }
      if (refused.length === 0) return queued(deliveries, words);
      return el('div', {}, el('p', {}, words.say('replay.did.some', { n: deliveries })),
        el('ul', {}, refused.map(([number, { title, code }]) => el('li', {}, `${number}: ${title} (${code})`))));
    },
  });
}

/** The dead letters of as many orders as one request takes; `shown` are those that the page shows. */
export function replayDead(context, shown) {
  const { words, api } = context;
  ask(context, {
    text: el('div', {}, el('p', {}, words.say('replay.everything')), shown.length > 0 && el('p', {}, words.say('replay.everything.amounts', named(shown, words)))),
    act: async () => queued((await api.post('dead-letters/replay', { limit: MAX_ORDERS })).body.deliveries, words),
  });
}
