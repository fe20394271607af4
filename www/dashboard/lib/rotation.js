// How far the replacement of each key is. Pure.

const PREVIOUS = '_PREVIOUS';
/** Longer than a token lives that a shopper may still hold (two hours), and than Alipay repeats a notification (25 hours). */
const UNUSED_MS = 26 * 3_600_000;

/**
 * What `/admin/keys` answers, each key with its `stage`: `only`, or of two: `new`, `new.unused`, `old`, `old.unused`; and
 * those that were `removed`.
 */
export function rotation({ in_use, no_longer }, now_ms) {
  const names = new Set(in_use.map(({ name }) => name));
  const stage = ({ name, last_ms }) => {
    if (name.endsWith(PREVIOUS)) return last_ms === null || last_ms < now_ms - UNUSED_MS ? 'old.unused' : 'old';
    if (!names.has(name + PREVIOUS)) return 'only';
    return last_ms === null ? 'new.unused' : 'new';
  };
  return {
    inUse: in_use.map((key) => ({ ...key, stage: stage(key) })).sort((a, b) => a.name.localeCompare(b.name, 'en')),
    removed: no_longer.map((key) => ({ ...key, stage: 'removed' })),
  };
}
