// The dashboard of the merchant's side: who is in, which page is shown, and what frame stands around it.

import { el, replace } from './lib/dom.js';
import { clock } from './lib/format.js';
import { place, readPlace } from './lib/find.js';
import { forget, keptToken, signIn, watchIdle } from './lib/session.js';
import { LANGUAGES, Words, choose, chosenLanguage } from './lib/words.js';
import { trouble } from './parts/notice.js';
import { deadLettersPage } from './views/dead-letters.js';
import { endpointsPage, keysPage, metricsPage } from './views/operations.js';
import { orderPage } from './views/order.js';
import { ordersPage } from './views/orders.js';
import { overviewPage } from './views/overview.js';
import { quarantinePage } from './views/quarantine.js';
import { signInPage } from './views/sign-in.js';

const PAGES = {
  overview: overviewPage,
  orders: ordersPage,
  'dead-letters': deadLettersPage,
  quarantine: quarantinePage,
  endpoints: endpointsPage,
  keys: keysPage,
  metrics: metricsPage,
};

const app = document.getElementById('app');
const said = document.getElementById('said');

let words = new Words(chosenLanguage());
let session;
let shownHash;
let leavePage = () => {};
let leaveSession = () => {};

/** Says something to people who cannot see the page change. */
function announce(text) {
  said.textContent = '';
  // A text that is there already is not said again.
  requestAnimationFrame(() => { said.textContent = text; });
}

function speak(language) {
  words = new Words(language);
  document.documentElement.lang = words.tag;
}

function enter(opened) {
  session = opened;
  session.api.onStranger = () => leave(words.say('signIn.expired'));
  leaveSession = watchIdle((minutes) => leave(words.say('signIn.idle', { minutes })));
  drawFrame();
  drawPage({ focus: true });
}

/** Back to the way in: nothing of before stays on the page or in the tab. */
function leave(why = '') {
  for (const open of document.querySelectorAll('dialog')) open.close();
  leavePage();
  leavePage = () => {};
  leaveSession();
  session = undefined;
  forget();
  drawSignIn(why);
}

function drawSignIn(why) {
  document.title = `${words.say('signIn.title')} – ${words.say('app.name')}`;
  replace(app,
    el('header', { class: 'top bare-top' }, brand(), languages(() => drawSignIn(''))),
    signInPage({ words, enter, said: why }));
  document.getElementById('token').focus();
}

const brand = () => el('a', { class: 'brand', href: place('overview') },
  el('img', { src: 'icon.svg', width: '24', height: '24', alt: '' }), el('span', {}, words.say('app.name')), el('span', { class: 'soft side' }, words.say('app.side')));

function languages(again) {
  const select = el('select', { id: 'language', 'aria-label': words.say('app.language'), onchange: () => {
    choose(select.value);
    speak(select.value);
    again();
    document.getElementById('language').focus();
  } }, Object.entries(LANGUAGES).map(([key, { name, tag }]) => el('option', { value: key, lang: tag, selected: key === words.language }, name)));
  return select;
}

function providers() {
  if (session.providers.length < 2) return undefined;
  const select = el('select', { id: 'provider', onchange: () => {
    session.provider = select.value;
    const { page } = readPlace(location.hash);
    // What is shown is the other's.
    go(place(page), { keep: true, again: true });
  } }, session.providers.map((one) => el('option', { value: one, selected: one === session.provider }, words.say(`provider.${one}`))));
  return el('span', { class: 'choice' }, el('label', { for: 'provider' }, words.say('app.provider')), select);
}

function drawFrame() {
  const { name, scopes } = session;
  const link = (page) => el('a', { href: place(page), 'data-page': page }, words.say(`page.${page}`));
  replace(app,
    el('a', { class: 'skip', href: '#main', onclick: (event) => { event.preventDefault(); document.getElementById('main').focus(); } }, words.say('app.skip')),
    el('header', { class: 'top' },
      brand(),
      el('span', { id: 'live', class: 'live waiting' }, el('span', { class: 'mark', 'aria-hidden': 'true' }), el('span', { id: 'live-word' }, words.say('live.waiting'))),
      providers(),
      languages(() => { drawFrame(); drawPage(); }),
      el('button', { type: 'button', class: 'button', id: 'sign-out', title: words.say('app.signedIn', { name, scopes: scopes.join(', ') }), onclick: () => leave(words.say('signIn.bye')) }, words.say('app.signOut'))),
    el('nav', { class: 'menu', 'aria-label': words.say('app.menu') }, Object.keys(PAGES).map(link)),
    el('main', { id: 'main', tabindex: '-1' }),
    el('footer', { class: 'bottom soft' }, words.say('app.signedIn', { name, scopes: scopes.join(', ') })));
}

/** Whether what is shown is of now; every part of a page tells. */
const live = {
  checked: (at_ms) => mark('on', words.say('live.on'), words.say('live.checked', { time: clock(at_ms, words.tag) })),
  failed: () => mark('off', words.say('live.off')),
};

function mark(state, word, title = '') {
  const element = document.getElementById('live');
  if (!element) return;
  element.className = `live ${state}`;
  element.title = title;
  const shown = document.getElementById('live-word');
  if (shown.textContent !== word) shown.textContent = word;
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') mark('waiting', words.say('live.paused'));
});

function drawPage({ focus = false } = {}) {
  const { page, number, given } = readPlace(location.hash);
  // A click on a link tells of itself twice.
  shownHash = location.hash;
  leavePage();
  const ends = [];
  leavePage = () => ends.splice(0).forEach((end) => end());
  if (session.providers.includes(given.provider) && given.provider !== session.provider) {
    session.provider = given.provider;
    const select = document.getElementById('provider');
    if (select) select.value = given.provider;
  }
  const main = document.getElementById('main');
  const context = { words, session, api: session.api, number, given, go, announce, live, onLeave: (end) => ends.push(end) };
  const of = page === 'orders' && number !== undefined ? orderPage : Object.hasOwn(PAGES, page) ? PAGES[page] : unknownPage;
  replace(main, of(context));
  const heading = main.querySelector('h1');
  document.title = `${heading.textContent} – ${words.say('app.name')}`;
  for (const one of document.querySelectorAll('.menu a')) {
    const isHere = one.dataset.page === page;
    if (isHere) one.setAttribute('aria-current', 'page');
    else one.removeAttribute('aria-current');
  }
  if (focus) {
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

const unknownPage = () => [
  el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, words.say('page.unknown'))),
  el('p', {}, words.say('page.unknown.text')),
];

/** Goes to another address. `keep`: the focus stays where it is; `again`: even if the address is the same. */
function go(hash, { keep = false, again = false } = {}) {
  const isSame = location.hash === hash;
  if (isSame && !again) return;
  if (!isSame) history.pushState(null, '', hash);
  const at = document.activeElement?.id;
  drawPage({ focus: !keep });
  if (keep && at) document.getElementById(at)?.focus();
}

for (const name of ['hashchange', 'popstate']) {
  addEventListener(name, () => {
    if (!session || shownHash === location.hash) return;
    drawPage({ focus: true });
  });
}

async function begin() {
  speak(words.language);
  const token = keptToken();
  if (token === '') return drawSignIn('');
  try {
    enter(await signIn(token));
  } catch (problem) {
    if (problem.code === undefined) throw problem;
    if (problem.code === 'admin_token' || problem.code === 'route_unknown') {
      forget();
      return drawSignIn(words.say('signIn.expired'));
    }
    // The token may be good: it is kept, and tried again.
    replace(app, el('main', { class: 'way-in' }, trouble(problem, { words }, begin)));
  }
}

begin();
