// Elements from plain values. Text is text: there is no way in here that reads markup, and the page's policy
// (trusted types) would refuse one.

const SVG = 'http://www.w3.org/2000/svg';

/** An element. Attributes that are `false` or `undefined` are left out, `true` is an empty one; `on…` listens. */
export function el(name, given = {}, ...children) {
  return fill(document.createElement(name), given, children);
}

export function svg(name, given = {}, ...children) {
  return fill(document.createElementNS(SVG, name), given, children);
}

function fill(element, given, children) {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === false || value === null) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** Somebody's text among ours: it cannot turn around what stands beside it. */
export const bdi = (text) => el('bdi', {}, String(text));

/** What is read by people who cannot see the page. */
export const unseen = (text) => el('span', { class: 'unseen' }, text);

let known = 0;

/** A name that no other element of the page has. */
export const freshId = (stem) => `${stem}-${known += 1}`;

/**
 * Puts new children in the place of the old ones. Who was at something that is there again stays at it: the focus goes to what has
 * the same `data-at`, and what was open (`details`) stays open.
 */
export function replace(parent, ...children) {
  const at = parent.contains(document.activeElement) ? document.activeElement.closest('[data-at]')?.dataset.at : undefined;
  const open = new Set([...parent.querySelectorAll('details[open][data-at]')].map((one) => one.dataset.at));
  parent.replaceChildren(...children.flat(3).filter(Boolean));
  for (const one of parent.querySelectorAll('details[data-at]')) if (open.has(one.dataset.at)) one.open = true;
  if (at !== undefined) [...parent.querySelectorAll('[data-at]')].find((one) => one.dataset.at === at)?.focus({ preventScroll: true });
}

/**
 * Makes the children of `parent` those of `items`, by key: what has not changed keeps its element, and with it the
 * focus, the selection and the reader's place. Answers the keys that are new or changed.
 */
export function keyed(parent, items, keyOf, make) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const changed = [];
  const at = parent.contains(document.activeElement) ? document.activeElement.closest('[data-at]')?.dataset.at : undefined;
  const children = items.map((item) => {
    const key = keyOf(item);
    const state = JSON.stringify(item);
    const known = before.get(key);
    if (known?.state === state) return known;
    const made = make(item);
    made.dataset.key = key;
    made.state = state;
    changed.push(key);
    return made;
  });
  parent.replaceChildren(...children);
  const here = at && [...parent.querySelectorAll('[data-at]')].find((one) => one.dataset.at === at);
  if (here && here !== document.activeElement) here.focus({ preventScroll: true });
  return changed;
}
