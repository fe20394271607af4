// Giving money back: first what is to be given back, then whether it is meant. Asked again it is under the same number,
// so that nothing is given back twice.

import { el } from '../lib/dom.js';
import { decimalText, minorOf, money } from '../lib/format.js';
import { allowed, confirm, field, openDialog } from '../parts/dialog.js';

const MAX_REASON = 100;
const MAX_NUMBER = 64;

/** What may still be given back: everything that was paid, without what is given back, or may be. */
export const leftOf = ({ amount, refunds }) => amount - refunds.filter(({ state }) => state !== 'refused').reduce((sum, one) => sum + one.amount, 0);

/** A number that no refund of this order has; people may put their own in its place. */
export function freshNumber({ out_trade_no, refunds }) {
  const taken = new Set(refunds.map(({ out_return_no }) => out_return_no));
  let n = refunds.length + 1;
  const made = () => `R${n}-${out_trade_no}`.slice(0, MAX_NUMBER);
  while (taken.has(made())) n += 1;
  return made();
}

/** What Alipay takes as a reason: no separator of its own wire, no line break. */
export const isReason = (text) => text.trim().length > 0 && [...text.trim()].length <= MAX_REASON && !/[&="\p{Cc}]/u.test(text.trim());

export function refund(context, order) {
  if (!allowed(context, 'refund')) return;
  const { words } = context;
  const { currency, out_trade_no: number } = order;
  const said = (minor) => money(minor, currency, words.tag);
  const left = leftOf(order);
  const dialog = openDialog(words);
  const title = words.say('refund.title', { number });
  if (left <= 0) return dialog.show(title, el('p', {}, words.say('refund.none')), [dialog.button(words.say('dialog.close'), dialog.close)]);

  const amount = field({
    label: words.say('refund.amount', { currency }), wrong: words.say('refund.amount.wrong', { left: said(left), example: decimalText(left, currency) }),
    value: decimalText(left, currency), inputmode: 'decimal', check: (text) => minorOf(text, currency) <= left,
  });
  const reason = field({ label: words.say('refund.why'), hint: words.say('refund.why.hint'), wrong: words.say('refund.why.wrong'), check: isReason, 'data-first': true });
  const out_return_no = field({
    label: words.say('refund.number'), hint: words.say('refund.number.hint'), wrong: words.say('refund.number.wrong'),
    value: freshNumber(order), spellcheck: 'false', check: (text) => /^[A-Za-z0-9_-]{1,64}$/.test(text.trim()),
  });
  const fields = [amount, reason, out_return_no];
  const next = (event) => {
    event.preventDefault();
    const faulty = fields.filter((one) => one.fault());
    if (faulty.length > 0) return faulty[0].input.focus();
    sure(context, order, dialog, {
      out_return_no: out_return_no.input.value.trim(), amount: minorOf(amount.input.value, currency), currency, reason: reason.input.value.trim(),
    }, left);
  };
  const form = el('form', { id: 'refund', novalidate: true, onsubmit: next }, el('p', {}, words.say('refund.left', { paid: said(order.amount), left: said(left) })), fields.map(({ element }) => element));
  dialog.show(title, form, [
    dialog.button(words.say('dialog.cancel'), dialog.close),
    el('button', { type: 'submit', form: 'refund', class: 'button primary' }, words.say('refund.continue')),
  ]);
}

function sure(context, { out_trade_no: number, currency }, dialog, asked, left) {
  const { words, api, again } = context;
  const said = (minor) => money(minor, currency, words.tag);
  const values = { amount: said(asked.amount), refund: asked.out_return_no, number };
  confirm(context, {
    dialog,
    title: words.say('refund.sure', values),
    text: el('div', {},
      el('p', {}, words.say('refund.sure.text', values)),
      el('p', {}, asked.amount === left ? words.say('refund.sure.all') : words.say('refund.sure.rest', { rest: said(left - asked.amount) }))),
    go: words.say('refund.go', values),
    unsure: words.say('refund.unsure'),
    act: async () => {
      const { body } = await api.post(`orders/${encodeURIComponent(number)}/refunds`, asked);
      const word = { done: 'refund.did.done', refused: 'refund.did.refused' }[body.state] ?? 'refund.did';
      return el('p', {}, words.say(word, { ...values, code: body.code }));
    },
    done: again,
  });
}
