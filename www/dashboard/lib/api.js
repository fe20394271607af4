// Asking the Worker. Every failure becomes a Problem with a code, of the Worker's or of this page's.

const DEADLINE_MS = 15_000;
/** Nothing that the Worker sends is longer, so that a page can wait for it. */
const LONGEST_WAIT_S = 120;

/** Why an answer is not to be had. `code` is the Worker's own, or `offline`, `unreachable`, `deadline`, `unreadable`. */
export class Problem extends Error {
  constructor(code, { status = 0, detail = '', scope = '', wait_s = 0 } = {}) {
    super(code);
    Object.assign(this, { code, status, detail, scope, wait_s });
  }

  /** Whether the Worker may have done what it was asked, and only the answer was lost. */
  get isUnsure() {
    return ['offline', 'unreachable', 'deadline', 'unreadable'].includes(this.code) || this.status >= 500;
  }
}

/** The Worker's merchant's side, with one token. */
export class Api {
  #token;
  #fetch;
  provider = '';
  /** Told when the token is not known any more. */
  onStranger = () => {};

  constructor(token, { fetch = (...asked) => globalThis.fetch(...asked) } = {}) {
    this.#token = token;
    this.#fetch = fetch;
  }

  /**
   * Asks for what is at a path below `/admin/`. With `known`, an answer of before, the Worker sends nothing where nothing
   * has changed, and the answer is `known` itself. `{ body, etag, next }`.
   */
  async get(path, { known, signal, read = (answer) => answer.json() } = {}) {
    const answer = await this.#ask(path, { headers: known ? { 'if-none-match': known.etag } : {}, signal });
    if (answer.status === 304 && known) return known;
    const body = await readable(() => read(answer));
    return { body, etag: answer.headers.get('etag') ?? '', next: following(answer.headers.get('link')) };
  }

  /** Every line of an order's trail after the number `after`. */
  async trail(number, { after = 0, signal } = {}) {
    const lines = [];
    let next = `?after=${after}`;
    while (next) {
      const answer = await this.get(`orders/${encodeURIComponent(number)}/audit${next}`, { signal, read: jsonLines });
      lines.push(...answer.body);
      next = answer.next;
    }
    return lines;
  }

  /** Has something done; `{ status, body }`. */
  async post(path, body = {}) {
    const answer = await this.#ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return { status: answer.status, body: await readable(() => answer.json()) };
  }

  async #ask(path, { headers, signal, ...rest }) {
    const url = new URL(`/admin/${path}`, location.origin);
    if (this.provider) url.searchParams.set('provider', this.provider);
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    let answer;
    try {
      answer = await this.#fetch(url, {
        ...rest,
        headers: { ...headers, authorization: `Bearer ${this.#token}` },
        // The token goes to this Worker alone, and no cookie goes with it.
        credentials: 'omit', redirect: 'error', cache: 'no-store',
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem(deadline.aborted ? 'deadline' : globalThis.navigator?.onLine === false ? 'offline' : 'unreachable');
    }
    if (answer.ok || answer.status === 304) return answer;
    const problem = await problemOf(answer);
    if (problem.code === 'admin_token') this.onStranger();
    throw problem;
  }
}

async function problemOf(answer) {
  // Something between may answer with a page of its own.
  const said = await answer.json().catch(() => ({}));
  const challenge = answer.headers.get('www-authenticate') ?? '';
  const [, scope = ''] = /\bscope="(\w+)"/.exec(challenge) ?? [];
  const wait_s = Math.min(Number(answer.headers.get('retry-after')) || 0, LONGEST_WAIT_S);
  const code = typeof said.code === 'string' ? said.code : `http_${answer.status}`;
  return new Problem(code, { status: answer.status, detail: String(said.detail ?? ''), scope, wait_s });
}

async function readable(read) {
  try {
    return await read();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(error.name === 'TimeoutError' ? 'deadline' : 'unreadable');
  }
}

const jsonLines = async (answer) => (await answer.text()).split('\n').filter(Boolean).map((line) => JSON.parse(line));

/** The address of the next page in a `link` header, as the Worker writes it. */
function following(link) {
  return /^<(\?[^>]+)>; rel="next"$/.exec(link ?? '')?.[1];
}
