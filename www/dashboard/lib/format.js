// How amounts, times and lengths of time are written. Pure: the language and the present are parameters.

/**
 * How many decimals a currency has on Alipay's wire (docs/alipay/money.md, section 1). Not asked of Intl, which
 * knows what people are used to, and that is another question.
 */
export const decimalsOf = (currency) => (currency === 'JPY' || currency === 'KRW' ? 0 : 2);

/** Minor units as decimal text: `1990` of USD is `19.90`. No number is divided, so that no cent is lost. */
export function decimalText(minor, currency) {
  const decimals = decimalsOf(currency);
  if (decimals === 0) return String(minor);
  const digits = String(minor).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Minor units for people, with the currency's code: many currencies share a sign. */
export function money(minor, currency, language) {
  if (minor === null || minor === undefined || !/^[A-Z]{3}$/.test(currency ?? '')) return '–';
  const decimals = decimalsOf(currency);
  const format = new Intl.NumberFormat(language, {
    style: 'currency', currency, currencyDisplay: 'code', minimumFractionDigits: decimals, maximumFractionDigits: decimals,
  });
  return format.format(decimalText(minor, currency));
}

/** What a person typed as an amount, in minor units; `undefined` where it is none of this currency. */
export function minorOf(text, currency) {
  const decimals = decimalsOf(currency);
  const [, major, minor = ''] = /^(\d{1,9})(?:\.(\d*))?$/.exec(text.trim()) ?? [];
  if (major === undefined || minor.length > decimals || text.trim().endsWith('.')) return undefined;
  const units = Number(major + minor.padEnd(decimals, '0'));
  return Number.isSafeInteger(units) && units > 0 ? units : undefined;
}

/** A time in the viewer's zone. */
export function time(at_ms, language, timeZone) {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone,
  }).format(at_ms);
}

/** The same without the day, for what is of today. */
export function clock(at_ms, language, timeZone) {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone }).format(at_ms);
}

/** The moment of a step on a chart's axis: the hour where steps are shorter than a day's part, else the day. */
export function tick(at_ms, step_ms, language, timeZone) {
  const ofDays = step_ms >= 10_800_000;
  return new Intl.DateTimeFormat(language, {
    ...(ofDays ? { month: 'short', day: 'numeric' } : {}), hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone,
  }).format(at_ms);
}

/** The exact moment, for logs of other machines. */
export const utc = (at_ms) => `${new Date(at_ms).toISOString().replace('T', ' ').replace('Z', '')} UTC`;

const UNITS = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1_000]];

/** How long ago, or in how long, by the largest unit that fits. */
export function distance(at_ms, now_ms, language) {
  const apart = at_ms - now_ms;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(apart) >= size) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.trunc(apart / length), unit);
}

/** A length of time: milliseconds up to a second, then seconds and minutes. */
export function lasting(took_ms, language) {
  const [value, unit, digits] = took_ms < 1_000 ? [took_ms, 'millisecond', 0]
    : took_ms < 60_000 ? [took_ms / 1_000, 'second', 1] : [took_ms / 60_000, 'minute', 0];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits }).format(value);
}

export const count = (number, language) => new Intl.NumberFormat(language).format(number);

/** A part of a whole; never rounded up to all of it, nor down to nothing of it. */
export function share(part, whole, language) {
  if (whole === 0) return '–';
  const exact = part / whole;
  const kept = part === whole || part === 0 ? exact : Math.min(Math.max(exact, 0.001), 0.999);
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(kept);
}
