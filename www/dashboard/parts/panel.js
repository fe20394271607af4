// A part of a page that asks the Worker for something and keeps it up to date: loading, trouble, nothing, or the thing.

import { el, replace } from '../lib/dom.js';
import { follow } from '../lib/live.js';
import { loading, stale, trouble } from './notice.js';

/**
 * `ask(known, signal)` asks, as in {@link follow}; `show(body, content)` shows an answer in the element `content`. Answers `{ element, again }`;
 * asking ends when the page is left.
 */
export function panel(context, { ask, show, every_ms }) {
  const content = el('div', { class: 'content' }, loading(context.words));
  const note = el('div', { class: 'note' });
  const element = el('div', { class: 'panel', 'aria-busy': 'true' }, note, content);
  let checked_ms;
  const live = follow({
    ask,
    every_ms,
    changed: (answer) => {
      element.setAttribute('aria-busy', 'false');
      return show(answer.body, content);
    },
    checked: () => {
      checked_ms = Date.now();
      note.replaceChildren();
      context.live.checked(checked_ms);
    },
    failed: (problem) => {
      element.setAttribute('aria-busy', 'false');
      context.live.failed();
      if (checked_ms === undefined) replace(content, trouble(problem, context, () => live.now()));
      else replace(note, stale(problem, checked_ms, context));
    },
  });
  context.onLeave(live.stop);
  return { element, again: live.now };
}
