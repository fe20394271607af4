// Who is signed in. The token is kept in this tab alone: in memory, and in sessionStorage so that reloading the page
// does not ask for it again.

import { Api } from './api.js';

const TOKEN = 'alipay-checkout-dashboard:token';
const PROVIDER = 'alipay-checkout-dashboard:provider';
const IDLE_MINUTES = 60;

/** One token and what it opens. */
export class Session {
  constructor(api, { name, scopes, providers }) {
    Object.assign(this, { api, name, scopes, providers });
    this.provider = providers.includes(sessionStorage.getItem(PROVIDER)) ? sessionStorage.getItem(PROVIDER) : providers[0];
  }

  get provider() {
    return this.api.provider;
  }

  /** Whose orders are meant from now on. */
  set provider(provider) {
    this.api.provider = provider;
    sessionStorage.setItem(PROVIDER, provider);
  }

  may(scope) {
    return this.scopes.includes(scope);
  }
}

/** Asks the Worker what a token opens; keeps it where it opens something. */
export async function signIn(token) {
  const api = new Api(token);
  const { body } = await api.get('token');
  sessionStorage.setItem(TOKEN, token);
  return new Session(api, body);
}

/** The token of before the page was loaded again. */
export const keptToken = () => sessionStorage.getItem(TOKEN) ?? '';

export function forget() {
  sessionStorage.removeItem(TOKEN);
  sessionStorage.removeItem(PROVIDER);
}

/** Calls `leave` when nobody has touched the page for an hour: a screen that is left alone shows no orders. */
export function watchIdle(leave, minutes = IDLE_MINUTES) {
  let last = Date.now();
  const touch = () => { last = Date.now(); };
  const check = () => { if (Date.now() - last >= minutes * 60_000) leave(minutes); };
  const events = ['pointerdown', 'keydown', 'wheel'];
  for (const name of events) addEventListener(name, touch, { passive: true });
  const timer = setInterval(check, 15_000);
  // A laptop that was closed does not count; the clock does.
  document.addEventListener('visibilitychange', check);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', check);
    for (const name of events) removeEventListener(name, touch);
  };
}
