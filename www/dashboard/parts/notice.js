// What is said when there is nothing to show, nothing yet, or something went wrong: a title, and what to do.

import { el } from '../lib/dom.js';
import { clock } from '../lib/format.js';

/** What a problem means and what to do about it: `{ title, text, code }`. */
export function explained(problem, words, session) {
  const known = words.has(`problem.${problem.code}`);
  const key = known ? problem.code : 'other';
  const values = {
    code: problem.code,
    n: problem.wait_s || 60,
    detail: problem.detail || problem.code,
    scope: problem.scope || '?',
    name: session?.name ?? '',
    scopes: session?.scopes.join(', ') ?? '',
  };
  return { title: words.say(`problem.${key}`, values), text: words.say(`problem.${key}.do`, values), code: problem.code };
}

/** Nothing to show; `more` may be links or buttons. */
export const empty = (title, text, ...more) => el('div', { class: 'notice' }, el('h2', {}, title), el('p', {}, text), ...more);

/** Something went wrong, and nothing can be shown. */
export function trouble(problem, { words, session }, again) {
  const { title, text, code } = explained(problem, words, session);
  return el('div', { class: 'notice bad', role: 'alert' },
    el('h2', {}, title),
    el('p', {}, text),
    el('p', { class: 'code' }, words.say('dialog.code', { code })),
    again && el('button', { type: 'button', class: 'button', 'data-at': 'again', onclick: again }, words.say('state.again')));
}

/** Something went wrong, and what is shown is of before. */
export function stale(problem, at_ms, { words, session }) {
  const reason = explained(problem, words, session).title;
  return el('p', { class: 'stale', role: 'status' }, words.say('state.stale', { time: clock(at_ms, words.tag), reason: `${reason}.` }));
}

export const loading = (words) => el('div', { class: 'notice loading', 'aria-busy': 'true' }, el('p', {}, words.say('state.loading')));
