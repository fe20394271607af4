// Having Alipay asked.

import { el } from '../lib/dom.js';
import { distance, money } from '../lib/format.js';
import { allowed, confirm } from '../parts/dialog.js';

export function queryNow(context, { out_trade_no, amount, currency }) {
  const { words, api, again } = context;
  if (!allowed(context, 'operate')) return;
  confirm(context, {
    title: words.say('query.title', { number: out_trade_no }),
    text: el('p', {}, words.say('query.text', { amount: money(amount, currency, words.tag) })),
    go: words.say('query.go'),
    unsure: words.say('problem.unavailable.do'),
    act: async () => {
      const { body: { due_ms } } = await api.post(`orders/${encodeURIComponent(out_trade_no)}/query`);
      const isNow = due_ms - Date.now() < 1_000;
      return el('p', {}, words.say('query.did', { when: isNow ? words.say('query.now') : distance(due_ms, Date.now(), words.tag) }));
    },
    done: again,
  });
}
