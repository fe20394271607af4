// An order's audit trail as a story: each line with the words and the tone it is shown in. Pure; the words are keys.

const TONES = {
  registered: 'plain', token_opened: 'plain', redirected: 'plain', returned: 'plain', unparked: 'warn', query_asked_for: 'plain',
  replayed: 'plain', refund_requested: 'plain', refund_tried: 'plain', refund_open: 'warn', refunded: 'good', refund_refused: 'bad',
  refund_said_refunded: 'good', refund_said_refused: 'warn', refund_contradicted: 'bad',
  purged: 'plain', rebuilt: 'plain',
};

const GOOD = ['paid', 'closed', 'kept', 'repeat'];

/**
 * One entry for a line: `{ seq, at_ms, by, act, detail, tone, word, values, took_ms, event }`. `word` is a key of the
 * texts; an act that this page does not know yet is shown as it is. `order` is the order as `/admin/orders/…` has it.
 */
export function entry(line, order) {
  const { act, detail } = line;
  return { ...line, ...(Object.hasOwn(TONES, act) ? { tone: TONES[act], word: `act.${act}` } : { tone: 'plain', word: 'act.unknown' }), values: { act, detail }, ...special(line, order) };
}

function special({ seq, act, detail }, order) {
  const [first = '', second = '', third = ''] = detail.split(' ');
  switch (act) {
    case 'forwarded':
    case 'attempted':
    case 'dead_letter': {
      const attempt = order.attempts.find((one) => one.seq === seq);
      return {
        tone: { forwarded: 'good', attempted: 'warn', dead_letter: 'bad' }[act],
        word: `act.${act}`,
        values: { event: typeOf(order, first), endpoint: second, how: third },
        event: first,
        how: third,
        took_ms: attempt?.took_ms ?? undefined,
      };
    }
    case 'replayed':
      return { values: { event: typeOf(order, first), endpoint: second }, event: first };
    case 'notified':
      return GOOD.includes(first)
        ? { tone: first === 'paid' ? 'good' : 'plain', word: `act.notified.${first}`, values: {} }
        : { tone: 'bad', word: 'act.notified.aside', values: {}, reason: first };
    case 'asked':
      return { tone: first === 'paid' ? 'good' : 'plain', word: `act.asked.${ANSWERS.includes(first) ? first : 'other'}`, values: { code: first } };
    case 'refund_requested':
      return { values: { refund: first }, amount: /^\d+$/.test(second) ? [Number(second), third] : undefined };
    case 'refund_said_refunded':
    case 'refund_said_refused':
      return { values: { refund: first, ground: detail.slice(first.length + 1) } };
    case 'refund_contradicted':
    case 'refund_tried':
    case 'refunded':
      return { values: { refund: first } };
    case 'refund_open':
    case 'refund_refused':
      return { values: { refund: first, code: second } };
    default:
      return {};
  }
}

/** What Alipay's answer to a question of ours is taken for, where that has words of its own. */
const ANSWERS = ['no_trade', 'paid', 'closed', 'kept', 'repeat'];

const typeOf = (order, event) => order.deliveries.find((one) => one.event === event)?.type ?? event;
