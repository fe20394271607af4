// Keeps what is shown up to date: asks again and again, cheaply, and not at all while nobody looks.

const LONGEST_MS = 60_000;

/**
 * Asks by `ask(known, signal)`, at once and every `every_ms` after the answer before; `known` is the answer before. `changed(answer)` is called
 * where it differs, `checked()` after every answer, `failed(problem)` after every failure. After failures it asks more seldom, and
 * not before the Worker wants to be asked again. Answers `{ now, stop }`.
 */
export function follow({ ask, every_ms, changed, checked = () => {}, failed, page = document, clock = globalThis }) {
  let known;
  let failures = 0;
  let timer;
  let running;
  let ended = false;

  const later = (wait_ms) => {
    clock.clearTimeout(timer);
    if (!ended && page.visibilityState !== 'hidden') timer = clock.setTimeout(now, wait_ms);
  };

  async function now() {
    if (ended) return;
    clock.clearTimeout(timer);
    running?.abort();
    const mine = new AbortController();
    running = mine;
    try {
      const answer = await ask(known, mine.signal);
      if (mine.signal.aborted) return;
      failures = 0;
      if (answer !== known) {
        known = answer;
        await changed(answer);
      }
      if (mine.signal.aborted) return;
      checked();
      later(every_ms);
    } catch (problem) {
      if (mine.signal.aborted) return;
      failures += 1;
      failed(problem);
      later(Math.max(Math.min(every_ms * 2 ** failures, LONGEST_MS), (problem.wait_s ?? 0) * 1_000));
    }
  }

  const seen = () => {
    if (page.visibilityState === 'hidden') {
      clock.clearTimeout(timer);
      running?.abort();
    } else now();
  };
  page.addEventListener('visibilitychange', seen);
  clock.addEventListener?.('online', now);
  if (page.visibilityState !== 'hidden') now();
  return {
    now,
    stop: () => {
      ended = true;
      clock.clearTimeout(timer);
      running?.abort();
      page.removeEventListener('visibilitychange', seen);
      clock.removeEventListener?.('online', now);
    },
  };
}
