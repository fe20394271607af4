// The parts of an order's page: timeline, deliveries with each attempt, notifications, refunds, and the trail itself.

import { bdi, el } from '../lib/dom.js';
import { lasting } from '../lib/format.js';
import { entry } from '../lib/timeline.js';
import { replayOne } from '../acts/replay.js';
import { settle } from '../acts/settle.js';
import { amount, badge, code, how, when } from '../parts/pieces.js';
import { fixedTable } from '../parts/table.js';

const DELIVERY_TONES = { delivered: 'good', waiting: 'open', dead: 'bad' };
const OUTCOME_TONES = { delivered: 'good', failed: 'warn', dead: 'bad' };
const REFUND_TONES = { done: 'good', requested: 'open', pending: 'warn', refused: 'bad' };

const none = (text) => el('p', { class: 'soft' }, text);
const took = (took_ms, words) => (took_ms === null || took_ms === undefined ? el('span', { class: 'soft' }, '–') : lasting(took_ms, words.tag));

/** Why a notification is kept aside, in words where there are some. */
export const reason = (verdict, words) => (words.has(`reason.${verdict}`) ? words.say(`reason.${verdict}`) : verdict);

export function timeline(order, lines, { words, newestFirst, turn }) {
  const shown = lines.map((line) => entry(line, order));
  if (newestFirst) shown.reverse();
  const item = ({ seq, at_ms, by, act, detail, tone, word, values, took_ms, how: ended, reason: aside, amount: asked }) => (
    el('li', { class: `entry ${tone}`, value: seq },
      el('span', { class: 'mark', 'aria-hidden': 'true' }),
      el('div', { class: 'entry-what' },
        words.pieces(word, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, bdi(value)]))),
        asked && [': ', amount(asked[0], asked[1], words)],
        ended !== undefined && [' · ', how(ended, words)],
        took_ms !== undefined && [' · ', el('span', { class: 'figure' }, lasting(took_ms, words.tag))],
        aside && [': ', reason(aside, words)],
        by && [' · ', el('strong', {}, words.pieces('order.by', { name: bdi(by) }))],
        el('code', { class: 'raw' }, bdi(`${act} ${detail}`.trim()))),
      el('span', { class: 'entry-when' }, when(at_ms, words))));
  return [
    el('button', { type: 'button', class: 'button quiet', 'data-at': 'turn', 'aria-pressed': String(newestFirst), onclick: turn }, words.say('order.timeline.newest')),
    el('ol', { class: 'timeline' }, shown.map(item)),
  ];
}

export function deliveries(order, context) {
  const { words } = context;
  if (order.deliveries.length === 0) return none(words.say('order.noDeliveries'));
  const replay = (delivery) => el('button', { type: 'button', class: 'button small', 'data-at': `replay ${delivery.event} ${delivery.endpoint}`, onclick: () => replayOne(context, order, delivery) }, words.say('replay.act'));
  return [
    fixedTable({
      caption: words.say('order.deliveries'),
      keyOf: ({ event, endpoint }) => `${event} ${endpoint}`,
      columns: [
        { name: words.say('order.event'), kind: 'head', cell: ({ type, event }) => [el('span', {}, type), ' ', el('code', { class: 'raw' }, event)] },
        { name: words.say('order.endpoint'), cell: ({ endpoint }) => endpoint },
        { name: words.say('order.state'), cell: ({ state }) => badge(words.say(`delivery.${state}`), DELIVERY_TONES[state]) },
        { name: words.say('order.attempts'), kind: 'figure', cell: ({ attempts }) => String(attempts) },
        { name: words.say('order.last'), cell: ({ last }) => how(last, words) },
        { name: words.say('order.begun'), kind: 'time', cell: ({ begun_ms }) => when(begun_ms, words) },
        { name: words.say('order.next'), kind: 'time', cell: ({ due_ms }) => when(due_ms, words) },
        { name: words.say('order.acts'), kind: 'act', cell: replay },
      ],
    }, order.deliveries),
    order.attempts.length > 0 && el('h3', {}, words.say('order.tries')),
    order.attempts.length > 0 && fixedTable({
      caption: words.say('order.tries'),
      keyOf: ({ seq }) => String(seq),
      columns: [
        { name: words.say('order.attempt'), kind: 'head time', cell: ({ at_ms }) => when(at_ms, words) },
        { name: words.say('order.event'), cell: ({ event }) => order.deliveries.find((one) => one.event === event)?.type ?? code(event) },
        { name: words.say('order.endpoint'), cell: ({ endpoint }) => endpoint },
        { name: words.say('order.outcome'), cell: ({ outcome }) => badge(words.say(`outcome.${outcome}`), OUTCOME_TONES[outcome]) },
        { name: words.say('order.last'), cell: ({ how: ended }) => how(ended, words) },
        { name: words.say('order.took'), kind: 'figure', cell: ({ took_ms }) => took(took_ms, words) },
      ],
    }, order.attempts),
  ];
}

/** Columns of notifications, here and in the quarantine. */
export function notificationColumns(words, { short = false } = {}) {
  return [
    { name: words.say('order.says'), cell: ({ says }) => words.say(`says.${says}`) },
    { name: words.say('order.amount'), kind: 'figure', cell: (one) => amount(one.amount, one.currency, words) },
    { name: words.say('order.received'), kind: 'time', cell: ({ received_ms }) => when(received_ms, words) },
    ...(short ? [] : [{ name: words.say('order.trade_no'), cell: ({ trade_no }) => code(trade_no) }]),
    {
      name: words.say('order.evidence'),
      kind: 'wide',
      cell: ({ notify_id, trade_no, evidence, raw_kept }) => el('details', { class: 'more', 'data-at': `evidence ${evidence}` },
        el('summary', { 'data-at': `evidence-open ${evidence}` }, el('code', {}, bdi(notify_id.slice(0, 12))), '…'),
        el('p', {}, words.say('order.notify_id'), ' ', code(notify_id)), el('p', {}, words.say('order.trade_no'), ' ', code(trade_no)),
        el('p', {}, code(evidence)), el('p', { class: 'soft' }, words.say(raw_kept ? 'order.rawKept' : 'order.rawGone'))),
    },
  ];
}

export function notifications(order, words) {
  if (order.notifications.length === 0) return none(words.say('order.noNotifications'));
  const verdict = ({ verdict: word, quarantined }) => (quarantined
    ? badge(reason(word, words), 'warn', word)
    : badge(words.say(`verdict.${word}`), word === 'paid' ? 'good' : 'plain'));
  const columns = [{ name: words.say('order.verdict'), kind: 'head', cell: verdict }, ...notificationColumns(words)];
  return fixedTable({ caption: words.say('order.notifications'), columns, keyOf: ({ seq }) => String(seq) }, order.notifications);
}

/** Alipay was asked, and nobody knows what came of it. */
const isOpen = ({ state }) => state === 'pending';

const settling = (context, order, one) => (
  el('button', { type: 'button', class: 'button small', 'data-at': `settle ${one.out_return_no}`, onclick: () => settle(context, order, one) }, context.words.say('settle.act')));

export function refunds(order, context) {
  const { words } = context;
  if (order.refunds.length === 0) return none(words.say('order.noRefunds'));
  return fixedTable({
    caption: words.say('order.refunds'),
    keyOf: ({ out_return_no }) => out_return_no,
    columns: [
      { name: words.say('order.refund'), kind: 'head', cell: ({ out_return_no }) => code(out_return_no) },
      { name: words.say('order.state'), cell: ({ state, code: word }) => [badge(words.say(`refund.${state}`), REFUND_TONES[state]), word && [' ', code(word)]] },
      { name: words.say('order.amount'), kind: 'figure', cell: (one) => amount(one.amount, one.currency, words) },
      { name: words.say('order.reason'), kind: 'wide', cell: ({ reason: why, by }) => [bdi(why), ' ', el('span', { class: 'soft' }, words.pieces('order.by', { name: bdi(by) }))] },
      { name: words.say('order.attempts'), kind: 'figure', cell: ({ attempts }) => String(attempts) },
      { name: words.say('order.requested'), kind: 'time', cell: ({ requested_ms }) => when(requested_ms, words) },
      { name: words.say('order.next'), kind: 'time', cell: ({ due_ms }) => when(due_ms, words) },
      ...(order.refunds.some(isOpen) ? [{ name: words.say('order.acts'), kind: 'act', cell: (one) => (isOpen(one) ? settling(context, order, one) : '–') }] : []),
    ],
  }, order.refunds);
}

/** The trail, whether its chain holds, and all of it to take away. */
export function auditTrail({ out_trade_no, audit }, { lines, hash, broken }, words) {
  const wrong = broken ?? (audit.intact ? undefined : '?');
  const save = () => {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const address = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
    el('a', { href: address, download: `${out_trade_no}.audit.jsonl` }).click();
    URL.revokeObjectURL(address);
  };
  const verdict = wrong === undefined
    ? [badge(words.say('order.trail.whole', { n: lines.length }), 'good'), el('p', { class: 'hint' }, words.say('order.trail.checked'))]
    : [badge(words.say('order.trail.broken', { line: String(wrong) }), 'bad'), el('p', {}, words.say('order.trail.broken.text'))];
  return [
    el('div', { id: 'chain' }, verdict),
    el('p', { class: 'soft' }, words.say('order.trail.head'), ' ', code(hash)),
    el('p', {}, el('button', { type: 'button', class: 'button', 'data-at': 'save', onclick: save }, words.say('order.trail.save'))),
    el('details', { class: 'behind', 'data-at': 'trail' }, el('summary', { 'data-at': 'trail-open' }, words.say('order.trail.show')), fixedTable({
      caption: words.say('order.trail'),
      keyOf: ({ seq }) => String(seq),
      columns: [
        { name: words.say('order.trail.lines'), kind: 'head figure', cell: ({ seq }) => String(seq) },
        { name: words.say('order.received'), kind: 'time', cell: ({ at_ms }) => when(at_ms, words) },
        { name: words.say('order.trail.act'), cell: ({ act, by }) => [code(act), by && [' ', el('span', { class: 'soft' }, words.pieces('order.by', { name: bdi(by) }))]] },
        { name: words.say('order.trail.detail'), kind: 'wide', cell: ({ detail }) => (detail ? code(detail) : '–') },
        { name: words.say('order.trail.hash'), kind: 'wide', cell: ({ hash: one }) => el('code', { title: one }, `${one.slice(0, 16)}…`) },
      ],
    }, lines)),
  ];
}
