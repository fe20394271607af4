// What `/admin/attempts` counted, as what charts show. Pure.

/** Every step of the window, those without an attempt too; endpoints together, or one of them. */
export function steps({ from_ms, to_ms, step_ms, within_ms, buckets }, endpoint = '') {
  const empty = (at_ms) => ({ at_ms, delivered: 0, failed: 0, dead: 0, timed: 0, within: within_ms.map(() => 0) });
  const made = Array.from({ length: Math.round((to_ms - from_ms) / step_ms) }, (_, n) => empty(from_ms + n * step_ms));
  for (const bucket of buckets) {
    const step = made[Math.floor((bucket.at_ms - from_ms) / step_ms)];
    if (step === undefined || (endpoint && bucket.endpoint !== endpoint)) continue;
    for (const name of ['delivered', 'failed', 'dead', 'timed']) step[name] += bucket[name];
    step.within = step.within.map((sum, n) => sum + bucket.within[n]);
  }
  return made;
}

/** All steps as one. */
export function total(all) {
  return all.reduce((sum, step) => ({
    delivered: sum.delivered + step.delivered,
    failed: sum.failed + step.failed,
    dead: sum.dead + step.dead,
    timed: sum.timed + step.timed,
    within: step.within.map((within, n) => within + (sum.within[n] ?? 0)),
  }), { delivered: 0, failed: 0, dead: 0, timed: 0, within: [] });
}

export const attempts = ({ delivered, failed, dead }) => delivered + failed + dead;

/**
 * The place in `within_ms` of the least bound that this part of the attempts kept: 0.95 for "nineteen of twenty took at
 * most…". `undefined` where no latency is known. Bounds, not a guess between them: that is all that was counted.
 */
export function boundOf({ timed, within }, part) {
  if (timed === 0) return undefined;
  const found = within.findIndex((kept) => kept >= Math.ceil(timed * part));
  return found === -1 ? within.length - 1 : found;
}

/** A round number above the largest, for the top of an axis. */
export function roof(largest) {
  const power = 10 ** Math.floor(Math.log10(Math.max(largest, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= largest);
}
