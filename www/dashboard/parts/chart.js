// Two small charts, drawn as SVG, each with a table behind it that says the same. Bars differ by pattern as well as by
// colour; lines by their dashes.

import { el, freshId, svg, unseen } from '../lib/dom.js';
import { lasting, tick, utc } from '../lib/format.js';
import { attempts, boundOf, roof } from '../lib/series.js';
import { fixedTable } from './table.js';
import { when } from './pieces.js';

// What is drawn is scaled to the width there is: on a phone it is drawn narrower, so that its text stays readable.
const wideNow = () => (matchMedia('(max-width: 40rem)').matches ? 330 : 600);
const HIGH = 160;
const LEFT = 44;
const BELOW = 22;
const ABOVE = 8;
const PLOT = HIGH - BELOW - ABOVE;
const KINDS = ['delivered', 'failed', 'dead'];

const across = (wide) => (n, all) => LEFT + ((wide - LEFT) * n) / all;

function frame(label, all, marks, { step_ms, tag, wide }, ...drawn) {
  const x = across(wide);
  const at = [0, Math.floor(all.length / 2), all.length - 1];
  const anchors = ['start', 'middle', 'end'];
  const title = freshId('chart');
  return svg('svg', { viewBox: `0 0 ${wide} ${HIGH}`, role: 'img', 'aria-labelledby': title, class: 'chart' },
    svg('title', { id: title }, label),
    marks.map(([text, height]) => [
      svg('line', { x1: LEFT, x2: wide, y1: height, y2: height, class: 'grid' }),
      svg('text', { x: LEFT - 6, y: height + 4, 'text-anchor': 'end' }, text),
    ]),
    ...drawn,
    at.map((n, place) => svg('text', { x: x(n + place / 2, all.length), y: HIGH - 6, 'text-anchor': anchors[place] }, tick(all[n].at_ms, step_ms, tag))));
}

/** How attempts ended, by step. */
export function successChart(all, sum, step_ms, words) {
  const wide = wideNow();
  const x = across(wide);
  const top = roof(Math.max(...all.map(attempts), 1));
  const high = (count) => (PLOT * count) / top;
  const hatch = freshId('hatch');
  const bars = all.map((step, n) => {
    let below = HIGH - BELOW;
    const broad = Math.max(x(1, all.length) - x(0, all.length) - 1.5, 1);
    const parts = KINDS.filter((kind) => step[kind] > 0).map((kind) => {
      below -= high(step[kind]);
      return svg('rect', {
        x: x(n, all.length) + 0.75, y: below, width: broad, height: high(step[kind]), class: `bar ${kind}`,
        fill: kind === 'failed' ? `url(#${hatch})` : undefined,
      });
    });
    const said = KINDS.map((kind) => `${words.say(`chart.${kind}`)}: ${step[kind]}`).join(', ');
    return parts.length > 0 && svg('g', {}, svg('title', {}, `${utc(step.at_ms)}. ${said}`), parts);
  }).filter(Boolean);
  const marks = [[String(top), ABOVE], ['0', HIGH - BELOW]];
  const pattern = svg('defs', {}, svg('pattern', { id: hatch, width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    svg('rect', { width: 5, height: 5, class: 'hatch-ground' }), svg('rect', { width: 2, height: 5, class: 'hatch-line' })));
  const drawn = frame(words.say('chart.success.label', sum), all, marks, { step_ms, tag: words.tag, wide }, pattern, bars);
  const legend = el('ul', { class: 'legend', 'aria-hidden': 'true' }, KINDS.map((kind) => el('li', { class: kind }, el('span', { class: 'swatch' }), words.say(`chart.${kind}`))));
  return [drawn, legend, behind('success', all.filter((step) => attempts(step) > 0), words, [
    ...KINDS.map((kind) => ({ name: words.say(`chart.${kind}`), kind: 'figure', cell: (step) => String(step[kind]) })),
  ])];
}

/** How long attempts took, by step: the least bound that half of them, and nineteen of twenty, have kept. */
export function latencyChart(all, { within_ms, step_ms }, sum, words) {
  const wide = wideNow();
  const x = across(wide);
  const text = (bound) => (bound === undefined ? '–' : lasting(within_ms[bound], words.tag));
  const y = (bound) => HIGH - BELOW - (PLOT * (bound + 0.5)) / within_ms.length;
  const line = (part, kind) => {
    const points = all.map((step, n) => ({ n, bound: boundOf(step, part) })).filter(({ bound }) => bound !== undefined);
    const middle = ({ n, bound }) => [x(n + 0.5, all.length), y(bound)];
    // Where nothing was attempted there is no line: it would say something about that time.
    const path = points.map((point, at) => `${at > 0 && points[at - 1].n === point.n - 1 ? 'L' : 'M'}${middle(point).map((one) => one.toFixed(1)).join(' ')}`).join('');
    return [
      svg('path', { d: path || 'M0 0', class: `line ${kind}`, fill: 'none' }),
      points.map((point) => {
        const [left, height] = middle(point);
        return kind === 'half' ? svg('circle', { cx: left, cy: height, r: 3, class: `dot ${kind}` })
          : svg('rect', { x: left - 3, y: height - 3, width: 6, height: 6, class: `dot ${kind}` });
      }),
    ];
  };
  const marks = within_ms.map((bound, n) => [lasting(bound, words.tag), y(n)]).filter((_, n) => n % 2 === 0 || n === within_ms.length - 1);
  const label = words.say('chart.latency.label', { half: text(boundOf(sum, 0.5)), most: text(boundOf(sum, 0.95)) });
  const drawn = frame(label, all, marks, { step_ms, tag: words.tag, wide }, line(0.95, 'most'), line(0.5, 'half'));
  const legend = el('ul', { class: 'legend', 'aria-hidden': 'true' }, ['half', 'most'].map((kind) => el('li', { class: kind }, el('span', { class: 'swatch' }), words.say(`chart.${kind}`))));
  return [drawn, legend, behind('latency', all.filter(({ timed }) => timed > 0), words, [
    { name: words.say('chart.half'), kind: 'figure', cell: (step) => text(boundOf(step, 0.5)) },
    { name: words.say('chart.most'), kind: 'figure', cell: (step) => text(boundOf(step, 0.95)) },
  ])];
}

function behind(name, all, words, columns) {
  const time = { name: words.say('chart.time'), kind: 'head', cell: (step) => when(step.at_ms, words) };
  const caption = words.say(`overview.${name}`);
  return el('details', { class: 'behind', 'data-at': `table ${name}` },
    el('summary', { 'data-at': `summary ${name}` }, words.say('chart.table'), unseen(`: ${caption}`)),
    fixedTable({ caption, columns: [time, ...columns], keyOf: ({ at_ms }) => String(at_ms) }, all.toReversed()));
}
