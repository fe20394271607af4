// What several rounds say together. Nothing is averaged: a median, and how far the rounds lie apart.

/** The value below which `share` of the values are, straight between its neighbours. */
export function quantile(values, share) {
  if (values.length === 0) throw new Error("there is no quantile of nothing");
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)];
  return low + (sorted[Math.ceil(place)] - low) * (place - Math.floor(place));
}

export const median = (values) => quantile(values, 0.5);

/** `{ median, least, most }`. */
export const summary = (values) => ({ median: median(values), least: Math.min(...values), most: Math.max(...values) });

/**
 * How many times better `ours` is than `theirs`, round by round, because a busy minute of the machine hits
 * both alike. `better` is `more` or `less`: which of two values is the better one.
 */
export function advantage(ours, theirs, better) {
  const one = (own, other) => (better === "more" ? own / other : other / own);
  // Rounds that only one of them took part in have no partner.
  if (ours.length !== theirs.length) return { median: one(median(ours), median(theirs)), least: NaN, most: NaN };
  return summary(ours.map((own, round) => one(own, theirs[round])));
}
