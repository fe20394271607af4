// Endpoints, keys and metrics: what whoever runs the Worker looks at.

import { bdi, el, replace } from '../lib/dom.js';
import { count } from '../lib/format.js';
import { readMetrics } from '../lib/metrics.js';
import { rotation } from '../lib/rotation.js';
import { mend } from '../acts/mend.js';
import { empty } from '../parts/notice.js';
import { panel } from '../parts/panel.js';
import { badge, code, soon, when } from '../parts/pieces.js';
import { fixedTable, table } from '../parts/table.js';

const heading = (title, text) => [
  el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, title)),
  el('p', { class: 'lead' }, text),
];

export function endpointsPage(context) {
  const { words, api } = context;
  const state = ({ gone, failures, open_until_ms }) => {
    if (gone) return badge(words.say('endpoints.gone'), 'bad');
    if (open_until_ms > Date.now()) return badge(words.say('endpoints.open', { time: soon(open_until_ms, words).textContent }), 'bad');
    return failures > 0 ? badge(words.say('endpoints.failing'), 'warn') : badge(words.say('endpoints.closed'), 'good');
  };
  const list = table({
    caption: words.say('page.endpoints'),
    keyOf: ({ name }) => name,
    columns: [
      { name: words.say('endpoints.name'), kind: 'head', cell: ({ name }) => name },
      { name: words.say('endpoints.origin'), cell: ({ origin }) => code(origin) },
      { name: words.say('order.state'), cell: state },
      { name: words.say('endpoints.failures'), kind: 'figure', cell: ({ failures }) => count(failures, words.tag) },
      { name: words.say('endpoints.mended'), cell: ({ mended }) => (mended ? [when(mended.at_ms, words), ' ', words.pieces('order.by', { name: bdi(mended.by) })] : '–') },
      { name: words.say('order.acts'), kind: 'act', cell: (one) => el('button', { type: 'button', class: 'button small', 'data-at': `mend ${one.name}`, onclick: () => mend({ ...context, again: shown.again }, one) }, words.say('mend.act')) },
    ],
  });
  const shown = panel(context, {
    every_ms: 5_000,
    ask: (known, signal) => api.get('endpoints', { known, signal }),
    show: ({ endpoints }, content) => {
      list.show(endpoints);
      if (endpoints.length === 0) replace(content, empty(words.say('endpoints.none'), words.say('endpoints.none.text')));
      else if (!content.contains(list.element)) replace(content, list.element);
    },
  });
  return [heading(words.say('page.endpoints'), words.say('endpoints.text')), shown.element];
}

const ROTATION_TONES = { only: 'plain', new: 'good', 'new.unused': 'warn', old: 'open', 'old.unused': 'good', removed: 'plain' };

export function keysPage(context) {
  const { words, api } = context;
  const list = (caption, keys) => fixedTable({
    caption,
    keyOf: ({ name, fingerprint }) => `${name} ${fingerprint}`,
    columns: [
      { name: words.say('keys.name'), kind: 'head', cell: ({ name }) => el('code', {}, name) },
      { name: words.say('keys.state'), cell: ({ stage }) => badge(words.say(`keys.${stage}`), ROTATION_TONES[stage]) },
      { name: words.say('keys.last'), kind: 'time', cell: ({ last_ms }) => (last_ms === null ? el('span', { class: 'soft' }, words.say('keys.never')) : when(last_ms, words)) },
      { name: words.say('keys.fingerprint'), kind: 'wide', cell: ({ fingerprint }) => code(fingerprint) },
    ],
  }, keys);
  const shown = panel(context, {
    every_ms: 30_000,
    ask: (known, signal) => api.get('keys', { known, signal }),
    show: (body, content) => {
      const { inUse, removed } = rotation(body, Date.now());
      replace(content,
        el('section', { class: 'part' }, el('h2', {}, words.say('keys.list')), list(words.say('keys.list'), inUse)),
        el('section', { class: 'part' }, el('h2', {}, words.say('keys.gone')),
          removed.length === 0 ? el('p', { class: 'soft' }, words.say('keys.gone.none')) : list(words.say('keys.gone'), removed)));
    },
  });
  return [heading(words.say('page.keys'), words.say('keys.text')), shown.element];
}

export function metricsPage(context) {
  const { words, api } = context;
  const rows = (families) => families.flatMap(({ name, help, samples }) => (
    samples.length === 0 ? [{ name, help, label: '', value: '', count: undefined }] : samples.map((sample) => ({ name, help, ...sample }))));
  const shown = panel(context, {
    every_ms: 10_000,
    ask: async (known, signal) => {
      const answer = await api.get('metrics', { signal, read: (one) => one.text() });
      return known?.body === answer.body ? known : answer;
    },
    show: (text, content) => replace(content,
      fixedTable({
        caption: words.say('page.metrics'),
        keyOf: ({ name, value }) => `${name} ${value}`,
        columns: [
          { name: words.say('metrics.name'), kind: 'head', cell: ({ name, label, value }) => el('code', {}, name.replace(/^alipay_checkout_/, ''), label && ` ${label}=${value}`) },
          { name: words.say('metrics.value'), kind: 'figure', cell: (one) => (one.count === undefined ? el('span', { class: 'soft' }, words.say('metrics.no')) : count(one.count, words.tag)) },
          { name: words.say('metrics.help'), kind: 'wide', cell: ({ help }) => el('span', { lang: 'en' }, help) },
        ],
      }, rows(readMetrics(text))),
      el('details', { class: 'behind', 'data-at': 'raw' }, el('summary', { 'data-at': 'raw-open' }, words.say('metrics.raw')),
        el('pre', { tabindex: '0', 'aria-label': words.say('metrics.raw') }, text))),
  });
  return [heading(words.say('page.metrics'), words.say('metrics.text')), shown.element];
}
