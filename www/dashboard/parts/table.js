// A table that is a list of cards on a phone. The roles are said, as a style that makes blocks of rows takes them away
// in some browsers.

import { el, keyed } from '../lib/dom.js';

/**
 * A table. `columns` is `[{ name, cell(item), kind }]`: `kind` is `figure` for what is aligned by its end, `head` for what names
 * the row, `wide` for what may wrap. `show(items)` shows items and
 * answers the keys of those that have changed since people looked.
 */
export function table({ caption, columns, keyOf }) {
  const body = el('tbody', { role: 'rowgroup' });
  const heads = columns.map(({ name, kind = '' }) => el('th', { scope: 'col', role: 'columnheader', class: kind }, name));
  const element = el('div', { class: 'scroll' }, el('table', { role: 'table' },
    el('caption', { class: 'unseen' }, caption),
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, heads)),
    body));
  const row = (item) => el('tr', { role: 'row' }, columns.map(({ name, cell, kind = '' }) => {
    const [tag, given] = kind.includes('head') ? ['th', { scope: 'row', role: 'rowheader' }] : ['td', { role: 'cell' }];
    const shown = cell(item);
    // On a phone, where every cell is a line, one that says nothing is left out.
    const isBare = tag === 'td' && (shown === '–' || shown?.textContent === '–');
    return el(tag, { ...given, class: `${kind}${isBare ? ' nothing' : ''}`, 'data-name': typeof name === 'string' ? name : undefined }, shown);
  }));
  let first = true;
  return {
    element,
    show: (items) => {
      const changed = keyed(body, items, keyOf, row);
      // On the first look everything is new, and nothing is news.
      const news = first ? [] : changed;
      first = false;
      for (const child of body.children) child.classList.toggle('fresh', news.includes(child.dataset.key));
      return news;
    },
  };
}

/** A table that never changes. */
export function fixedTable(given, items) {
  const made = table(given);
  made.show(items);
  return made.element;
}
