// Small things that stand on every page: a time, an amount, a status with its word.

import { bdi, el } from '../lib/dom.js';
import { distance, money, time, utc } from '../lib/format.js';
import { place } from '../lib/find.js';

/** A time in the viewer's zone, with the exact moment in UTC as its title. */
export function when(at_ms, words) {
  if (at_ms === null || at_ms === undefined) return el('span', { class: 'soft' }, '–');
  return el('time', { datetime: new Date(at_ms).toISOString(), title: utc(at_ms) }, time(at_ms, words.tag));
}

/** The same as a distance from now, for what is about to be. */
export function soon(at_ms, words) {
  return el('time', { datetime: new Date(at_ms).toISOString(), title: utc(at_ms) }, distance(at_ms, Date.now(), words.tag));
}

export const amount = (minor, currency, words) => el('span', { class: 'figure' }, money(minor, currency, words.tag));

/** A word with a mark and a colour; the colour alone says nothing. `tone` is good, warn, bad or plain. */
export function badge(text, tone, title) {
  return el('span', { class: `badge ${tone}`, title }, el('span', { class: 'mark', 'aria-hidden': 'true' }), text);
}

const STATUS_TONES = { paid: 'good', refunded: 'done', closed: 'plain', redirected: 'open', created: 'open', unregistered: 'warn' };

export const status = (name, words) => (
  badge(words.say(`status.${name}`), STATUS_TONES[name] ?? 'plain', words.say(`status.${name}.means`)));

/** What of an order wants somebody to look. */
export function flags({ waiting, dead, quarantined }, words) {
  return [
    dead > 0 && badge(words.say('flag.dead', { n: dead }), 'bad'),
    quarantined > 0 && badge(words.say('flag.quarantined', { n: quarantined }), 'warn'),
    waiting > 0 && badge(words.say('flag.waiting', { n: waiting }), 'open'),
  ];
}

/** A link to an order. Whose it is stands in the address, so that it can be handed on. */
export const orderLink = (number, provider) => (
  el('a', { class: 'number', href: place('orders', { number, provider }), 'data-at': `order ${number}` }, bdi(number)));

export const code = (text) => el('code', {}, bdi(text));

/** How an attempt ended, in words, with the code itself beside it where the words are not the code. */
export function how(word, words) {
  if (!word) return '–';
  const [, status] = /^(?:status_)?(\d{3})$/.exec(word) ?? [];
  if (status) return words.say('how.status', { status });
  return words.has(`how.${word}`) ? el('span', { title: word }, words.say(`how.${word}`)) : code(word);
}

/** Names and values. */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== null && value !== false);
  return el('dl', { class: 'facts' }, shown.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}
