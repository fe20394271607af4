// A dialog that asks before something is done, and says what was done. The safe way out has the focus.

import { el, freshId, replace } from '../lib/dom.js';
import { explained } from './notice.js';

/**
 * Opens a dialog, which shows one step after another. It gives the focus back when it closes; Escape is Cancel, but not while something
 * is being done.
 */
export function openDialog(words) {
  const title = freshId('dialog');
  const element = el('dialog', { class: 'dialog', 'aria-labelledby': title, 'aria-describedby': `${title}-text` });
  const before = document.activeElement;
  let busy = false;
  element.addEventListener('cancel', (event) => { if (busy) event.preventDefault(); });
  element.addEventListener('close', () => {
    element.remove();
    // What was clicked may have been made anew meanwhile.
    const again = before?.isConnected ? before : [...document.querySelectorAll('[data-at]')].find((one) => one.dataset.at === before?.dataset?.at);
    again?.focus();
  });
  const show = (heading, content, buttons, tone = '') => {
    element.className = `dialog ${tone}`;
    element.replaceChildren(
      el('h2', { id: title }, heading),
      el('div', { id: `${title}-text`, class: 'dialog-text' }, content),
      el('div', { class: 'dialog-buttons' }, buttons));
    (element.querySelector('[data-first]') ?? element.querySelector('button'))?.focus();
  };
  const close = () => element.close();
  document.body.append(element);
  element.showModal();
  return {
    element,
    close,
    /** A step: a heading, what it means, and buttons. */
    show,
    button: (text, onclick, given = {}) => el('button', { type: 'button', class: 'button', onclick, ...given }, text),
    cancel: () => el('button', { type: 'button', class: 'button', 'data-first': true, onclick: close }, words.say('dialog.cancel')),
    set busy(is) {
      busy = is;
      element.setAttribute('aria-busy', String(is));
      for (const one of element.querySelectorAll('button, input')) one.disabled = is;
    },
  };
}

/**
 * Asks for something to be done. `go` is the button that does it, by `act()`, which answers what was done as text. A problem is said with its
 * code and what to do; where the answer was lost, `unsure` is said and the same may be tried again.
 */
export function confirm(context, { title, text, go, act, unsure, done = () => {}, dialog = openDialog(context.words) }) {
  const { words, session } = context;
  const close = dialog.button(words.say('dialog.close'), () => dialog.close(), { 'data-first': true });

  const run = async () => {
    const doing = dialog.element.querySelector('.go');
    if (doing) doing.textContent = words.say('dialog.busy');
    dialog.busy = true;
    try {
      const said = await act();
      dialog.busy = false;
      dialog.show(words.say('dialog.done'), el('div', { role: 'status' }, said), [close], 'good');
      done();
    } catch (problem) {
      if (problem.code === undefined) throw problem;
      dialog.busy = false;
      const { title: what, text: todo, code } = explained(problem, words, session);
      const lost = problem.isUnsure;
      dialog.show(words.say(lost ? 'dialog.unsure' : 'dialog.refused'), el('div', { role: 'alert' },
        el('p', { class: 'strong' }, what), el('p', {}, lost ? unsure : todo), el('p', { class: 'code' }, words.say('dialog.code', { code }))),
      [close, lost && dialog.button(words.say('state.again'), run)].filter(Boolean), 'bad');
      done();
    }
  };

  dialog.show(title, text, [dialog.cancel(), dialog.button(go, run, { class: 'button primary go' })]);
}

/**
 * Whether the token may do this; where it may not, says so instead of letting people fill in a form that is refused.
 */
export function allowed(context, scope) {
  if (context.session.may(scope)) return true;
  const { words, session } = context;
  const dialog = openDialog(words);
  const { title, text, code } = explained({ code: 'admin_scope', scope }, words, session);
  dialog.show(title, el('div', {}, el('p', {}, text), el('p', { class: 'code' }, words.say('dialog.code', { code }))), [
    dialog.button(words.say('dialog.close'), () => dialog.close()),
  ], 'bad');
  return false;
}

/** A field with its label, its hint and, once it was wrong, what is wrong with it. */
export function field({ label, hint, wrong, check, ...given }) {
  const id = freshId('field');
  const input = el('input', { id, 'aria-describedby': `${id}-hint`, autocomplete: 'off', ...given });
  const error = el('p', { class: 'wrong' });
  const fault = () => {
    const isWrong = !check(input.value);
    input.setAttribute('aria-invalid', String(isWrong));
    replace(error, isWrong && document.createTextNode(wrong));
    return isWrong;
  };
  input.addEventListener('input', () => { if (input.getAttribute('aria-invalid') === 'true') fault(); });
  const element = el('div', { class: 'field' }, el('label', { for: id }, label), input, el('div', { id: `${id}-hint` }, hint && el('p', { class: 'hint' }, hint), error));
  return { element, input, fault };
}
