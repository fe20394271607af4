// Money is a whole number of minor units everywhere; decimal text is written only here.

/** Currencies without decimals; every other currency that this shop could use has two. */
const WITHOUT_DECIMALS = new Set(["JPY", "KRW"]);

/** Writes `1990` US cents as `"19.90"`, with integer arithmetic only. */
export function decimalText(amount, currency) {
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(`not an amount in minor units: ${amount}`);
  }
  if (WITHOUT_DECIMALS.has(currency)) return String(amount);
  const digits = String(amount).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Writes an amount as people read it: `US$19.90`. Intl takes the exact decimal text. */
export function displayText(amount, currency, locale) {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  return format.format(decimalText(amount, currency));
}
