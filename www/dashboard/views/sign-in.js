// The way in: a token, which goes to this Worker only.

import { el, replace } from '../lib/dom.js';
import { signIn } from '../lib/session.js';
import { explained } from '../parts/notice.js';

/** `said` is why somebody is here again. Calls `enter(session)`. */
export function signInPage({ words, enter, said = '' }) {
  const input = el('input', {
    id: 'token', type: 'password', autocomplete: 'current-password', spellcheck: 'false', autocapitalize: 'off', 'aria-describedby': 'token-kept token-wrong', required: true,
  });
  const wrong = el('p', { id: 'token-wrong', class: 'wrong', role: 'alert' });
  const show = el('button', { type: 'button', class: 'button quiet', 'aria-controls': 'token', onclick: () => {
    const hidden = input.type === 'password';
    input.type = hidden ? 'text' : 'password';
    show.textContent = words.say(hidden ? 'signIn.hide' : 'signIn.show');
  } }, words.say('signIn.show'));
  const go = el('button', { type: 'submit', class: 'button primary' }, words.say('signIn.go'));
  const refuse = (text) => {
    replace(wrong, document.createTextNode(text));
    input.setAttribute('aria-invalid', 'true');
    input.focus();
  };
  const submit = async (event) => {
    event.preventDefault();
    const token = input.value.trim();
    if (token === '') return refuse(words.say('signIn.empty'));
    // A header cannot carry anything else; the Worker's own tokens are of these.
    if (!/^[\x21-\x7e]+$/.test(token)) return refuse(words.say('signIn.unknown'));
    go.disabled = true;
    go.textContent = words.say('signIn.busy');
    wrong.replaceChildren();
    try {
      enter(await signIn(token));
    } catch (problem) {
      if (problem.code === undefined) throw problem;
      go.disabled = false;
      go.textContent = words.say('signIn.go');
      if (problem.code === 'admin_token') return refuse(words.say('signIn.unknown'));
      if (problem.code === 'route_unknown') return refuse(words.say('signIn.closed'));
      const { title, text } = explained(problem, words);
      refuse(`${title}. ${text}`);
    }
  };
  // Posted without script it would go nowhere: the policy forbids every form, and the field has no name.
  return el('main', { id: 'main', class: 'way-in', tabindex: '-1' },
    el('form', { class: 'card', method: 'post', novalidate: true, onsubmit: submit },
      el('img', { src: 'icon.svg', width: '40', height: '40', alt: '' }),
      el('h1', {}, words.say('signIn.title')),
      el('p', { class: 'soft' }, words.say('signIn.text')),
      said && el('p', { class: 'said', role: 'status' }, said),
      el('div', { class: 'field' }, el('label', { for: 'token' }, words.say('signIn.token')), el('div', { class: 'with-button' }, input, show), wrong),
      go,
      el('p', { id: 'token-kept', class: 'hint' }, words.say('signIn.kept')),
      el('details', {}, el('summary', {}, words.say('signIn.where')), el('p', {}, words.say('signIn.local')), el('p', {}, words.say('signIn.production')))));
}
