// RESULTS.md from what was measured. A table is
//
//   { id, title, says, base, columns: [{ id, name, better, digits }], rows: [{ id, name, values, … }] }
//
// `base` is our row. A row has `values`, the rounds of each column; instead of these `missing`, why it was
// not measured; `unlike`, what is not alike; `why`, why ours is behind it and what would change that, which
// is printed only where it is; and `against`, another of our rows that it stands beside, or `null` for none.

import { advantage, summary } from "./statistics.mjs";

const LEGEND = "Each cell: median of the rounds (least–most). × says how many times better ours is than that row, by the median of the "
  + "ratios within the rounds; **below 1 ours is behind**, and the row's note says why.";

/** A number for people: three digits that count, or as many as the column says. */
export function figure(value, digits) {
  if (!Number.isFinite(value)) return "–";
  const places = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
  return value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** The rounds of a cell. */
export function spread(values, digits) {
  const { median, least, most } = summary(values);
  const middle = figure(median, digits);
  const [low, high] = [figure(least, digits), figure(most, digits)];
  return low === high ? middle : `${middle} (${low}–${high})`;
}

const rowOf = (table, id) => {
  const found = table.rows.find((row) => row.id === id);
  if (found === undefined) throw new Error(`${table.id} has no row ${id}`);
  return found;
};

/** How many times better ours is than a row in a column, or `undefined` where nothing can be said. */
export function ratio(table, row, column) {
  const against = row.against === undefined ? table.base : row.against;
  if (!against || against === row.id || column.better === undefined) return undefined;
  const ours = rowOf(table, against).values?.[column.id];
  const theirs = row.values?.[column.id];
  const times = ours && theirs ? advantage(ours, theirs, column.better).median : NaN;
  // Nothing is so many times better than what costs nothing.
  return Number.isFinite(times) && times > 0 ? times : undefined;
}

function cell(table, row, column) {
  const values = row.values?.[column.id];
  if (values === undefined) return "–";
  const times = ratio(table, row, column);
  if (times === undefined) return spread(values, column.digits);
  const text = `×${figure(times)}`;
  return `${spread(values, column.digits)}<br>${times < 1 ? `**${text}**` : text}`;
}

const isBehind = (table, row) => table.columns.some((column) => ratio(table, row, column) < 1);

function notes(table) {
  return table.rows.flatMap((row) => {
    const parts = [];
    if (row.unlike) parts.push(row.unlike);
    if (isBehind(table, row)) {
      // Nothing is left out because it looks bad: a loss without its reason is a table that is not ready.
      if (!row.why) throw new Error(`${table.id}: ours is behind ${row.id}, and the row does not say why`);
      parts.push(`*Where ours is behind:* ${row.why}`);
    }
    return parts.length === 0 ? [] : [`* **${row.name}** – ${parts.join(" ")}`];
  });
}

/** One table with its notes. */
export function tableText(table) {
  const { title, says, columns, rows } = table;
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const body = rows.map((row) => (row.missing === undefined
    ? line([row.name, ...columns.map((column) => cell(table, row, column))])
    : line([row.name, `not measured: ${row.missing}`, ...columns.slice(1).map(() => "–")])));
  const remarks = notes(table);
  return [
    `### ${title}`, "", says, "",
    line(["", ...columns.map(({ name }) => name)]),
    line(["---", ...columns.map(() => "---:")]),
    ...body,
    ...(remarks.length === 0 ? [] : ["", ...remarks]),
    "",
  ].join("\n");
}

const listed = (things) => Object.entries(things).map(([name, value]) => `${name} ${value}`).join(" · ");

/** The whole page. `known` are the parts in their order. */
export function page({ machine, versions, parts }, known) {
  const found = known.filter(({ name }) => parts[name] !== undefined);
  const lacking = known.filter(({ name }) => parts[name] === undefined);
  return `${[
    "# Results",
    "",
    "Written by `npm run bench` ([README](README.md)); not by hand. Times belong to a machine and an hour; believe the ratios.",
    "",
    ...(found.length === 0 ? [] : [`Machine: ${listed(machine)}`, "", `Versions: ${listed(versions)}`, "", LEGEND, ""]),
    ...lacking.map(({ name }) => `Not measured yet: ${name} (\`npm run bench -- --only ${name}\`).\n`),
    ...found.flatMap(({ name, title }, at) => {
      const { at: when, commit, rounds, quick, seconds, tables } = parts[name];
      const how = quick ? ", **a quick run: small numbers, to be believed only roughly**" : "";
      const stamp = `${when.slice(0, 10)}, commit ${commit}, ${rounds} round${rounds === 1 ? "" : "s"}${how}, ${Math.round(seconds)} s.`;
      return [`## ${at + 1}. ${title}`, "", stamp, "", ...tables.map(tableText)];
    }),
  ].join("\n").trimEnd()}\n`;
}
