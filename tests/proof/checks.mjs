// What the suites share that are no Playwright tests: seeded chance, options, and the closing line.

/** Random numbers that come again with the same seed (mulberry32, public domain). */
export function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { next, below, of: (list) => list[below(list.length)] };
}

/** Reads `--name NUMBER` options: those of `usual`, whose values are the defaults. */
export function options(usual, args = process.argv.slice(2)) {
  const chosen = { ...usual };
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, "");
    const value = Number(args[i + 1]);
    if (!(name in usual) || !Number.isFinite(value)) {
      throw new Error(`${args.slice(i, i + 2).join(" ")} is not understood; options: ${Object.keys(usual).map((one) => `--${one} N`).join(", ")}`);
    }
    chosen[name] = value;
  }
  return chosen;
}

/** Waits until `condition` holds; answers whether it did before the deadline. */
export async function settled(condition, deadline_ms, every_ms = 50) {
  const end = Date.now() + deadline_ms;
  while (!(await condition())) {
    if (Date.now() > end) return false;
    await new Promise((done) => setTimeout(done, every_ms));
  }
  return true;
}

/**
 * Prints each check, `[name, holds, what]` with `what` for the case that it does not hold, and the
 * closing line that `npm test` reads. Answers the exit code.
 */
export function conclude(checks) {
  for (const [name, holds, what] of checks) {
    process.stdout.write(`${holds ? "ok" : "not ok"} ${name}${holds ? "" : `: ${what}`}\n`);
  }
  const failed = checks.filter(([, holds]) => !holds).length;
  process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** A list for people: the first few, and how many more. */
export const few = (list) => `${list.slice(0, 5).join(", ")}${list.length > 5 ? ` and ${list.length - 5} more` : ""}`;
