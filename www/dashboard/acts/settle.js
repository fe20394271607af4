// Settling a refund that Alipay gives no word about, by what staff has found out elsewhere.

import { el, freshId } from '../lib/dom.js';
import { money } from '../lib/format.js';
import { allowed, confirm, field, openDialog } from '../parts/dialog.js';

const MAX_REASON = 200;

/** What the Worker takes as a reason: one line, for the trail. */
export const isGround = (text) => text.trim().length > 0 && [...text.trim()].length <= MAX_REASON && !/\p{Cc}/u.test(text.trim());

export function settle(context, order, refund) {
  if (!allowed(context, 'refund')) return;
  const { words } = context;
  const values = { refund: refund.out_return_no, number: order.out_trade_no, amount: money(refund.amount, refund.currency, words.tag) };
  const dialog = openDialog(words);
  const name = freshId('outcome');
  // Neither is chosen before somebody chooses.
  const choice = (value, first) => {
    const id = freshId('choice');
    return el('div', { class: 'choice-line' },
      el('input', { type: 'radio', id, name, value, 'data-first': first }), el('label', { for: id }, words.say(`settle.${value}`, values)));
  };
  const wrong = el('p', { class: 'wrong', role: 'alert' });
  const choices = el('fieldset', { class: 'field' }, el('legend', {}, words.say('settle.what')), choice('refunded', true), choice('refused'), wrong);
  const reason = field({ label: words.say('settle.why'), hint: words.say('settle.why.hint'), wrong: words.say('settle.why.wrong'), check: isGround });
  const next = (event) => {
    event.preventDefault();
    const outcome = choices.querySelector('input:checked')?.value;
    wrong.textContent = outcome ? '' : words.say('settle.what.wrong');
    const isFaulty = reason.fault();
    if (!outcome) return choices.querySelector('input').focus();
    if (isFaulty) return reason.input.focus();
    sure(context, dialog, { outcome, reason: reason.input.value.trim() }, values);
  };
  dialog.show(words.say('settle.title', values), el('form', { id: 'settle', novalidate: true, onsubmit: next },
    el('p', {}, words.say('settle.text')), choices, reason.element), [
    dialog.button(words.say('dialog.cancel'), dialog.close),
    el('button', { type: 'submit', form: 'settle', class: 'button primary' }, words.say('refund.continue')),
  ]);
}

function sure(context, dialog, asked, values) {
  const { words, api, again } = context;
  confirm(context, {
    dialog,
    title: words.say('settle.sure', values),
    text: el('div', {}, el('p', { class: 'strong' }, words.say(`settle.${asked.outcome}`, values)), el('p', {}, words.say(`settle.${asked.outcome}.means`, values))),
    go: words.say('settle.go'),
    unsure: words.say('refund.unsure'),
    act: async () => {
      await api.post(`orders/${encodeURIComponent(values.number)}/refunds/${encodeURIComponent(values.refund)}`, asked);
      return el('p', {}, words.say('settle.did', values));
    },
    done: again,
  });
}
