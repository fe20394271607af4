// What is looked at and what is looked for, as the part of the address behind `#`. Pure. No token is ever part of it.

export const STATUSES = ['unregistered', 'created', 'redirected', 'paid', 'closed', 'refunded'];
export const WINDOWS = ['hour', 'day', 'week', 'month'];
const LIMITS = ['50', '100', '200'];
const NUMBER = /^[A-Za-z0-9_-]{1,64}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Reads `#/orders/A-1?provider=antom`: `{ page, number, given }`. */
export function readPlace(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page = '', number] = path.split('/').map(decoded);
  return { page: page || 'overview', number, given: Object.fromEntries(new URLSearchParams(query)) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a page; what is not asked for is left out. */
export function place(page, { number, ...given } = {}) {
  const path = number === undefined ? page : `${page}/${encodeURIComponent(number)}`;
  const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value)).toString();
  return `#/${path}${query && `?${query}`}`;
}

/** What of an address the list of orders can be asked for. A link that somebody mistyped finds everything, not an error. */
export function readFind({ q = '', status = '', from = '', to = '', limit = '', cursor = '' }) {
  return {
    q: isNumber(q) ? q.trim() : '',
    status: STATUSES.includes(status) ? status : '',
    from: isDay(from) ? from : '',
    to: isDay(to) ? to : '',
    limit: LIMITS.includes(limit) ? limit : LIMITS[0],
    cursor: /^[A-Za-z0-9_-]+$/.test(cursor) ? cursor : '',
  };
}

/** Whether a text can be the beginning of an `out_trade_no`, or a `trade_no`. */
export const isNumber = (text) => NUMBER.test(text.trim());

const isDay = (text) => DAY.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00`));

/** The query of `GET /admin/orders`. Days are the viewer's own; the last one is a whole day. */
export function ordersQuery({ q, status, from, to, limit, cursor }) {
  const asked = { q, status, limit, cursor };
  if (from) asked.from = startOf(from, 0);
  if (to) asked.to = startOf(to, 1);
  return new URLSearchParams(Object.entries(asked).filter(([, value]) => value)).toString();
}

function startOf(day, more) {
  const [year, month, date] = day.split('-').map(Number);
  return new Date(year, month - 1, date + more).toISOString();
}

/** Whether anything is looked for at all: an empty list then means something else. */
export const isNarrowed = ({ q, status, from, to }) => Boolean(q || status || from || to);
