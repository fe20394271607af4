// What `npm run bench` computes and writes, without measuring anything but the smallest of it.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { options, usage } from "./options.mjs";
import { PARTS } from "./parts/index.mjs";
import { between, block, renewed } from "./readme.mjs";
import { BEGIN, END, perOrder, scale } from "./scale.mjs";
import { advantage, median, quantile, summary } from "./statistics.mjs";
import { figure, page, ratio, spread, tableText } from "./table.mjs";

const columns = [{ id: "rate", name: "requests/s", better: "more", digits: 0 }, { id: "p50", name: "p50 ms", better: "less" }];
const table = (rows) => ({ id: "t", title: "A title", says: "How.", base: "ours", columns, rows });
const ours = { id: "ours", name: "ours", values: { rate: [100, 200, 300], p50: [2, 2, 2] } };
const cell = (text, row, column) => text.split("\n").find((line) => line.startsWith(`| ${row} |`)).split(" | ")[column];

test("quantiles lie straight between their neighbours", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(quantile([0, 10], 0.99), 9.9);
  assert.deepEqual(summary([5, 1, 3]), { median: 3, least: 1, most: 5 });
  assert.throws(() => median([]), { message: "there is no quantile of nothing" });
});

test("ratios are taken round by round, and above one ours is better whichever way is better", () => {
  assert.deepEqual(advantage([10, 40], [5, 10], "more"), { median: 3, least: 2, most: 4 });
  assert.deepEqual(advantage([10, 40], [5, 10], "less"), { median: 0.375, least: 0.25, most: 0.5 });
  // Rounds of other numbers have no partners.
  assert.equal(advantage([10, 10], [5], "more").median, 2);
});

test("numbers have three digits that count, or what the column says", () => {
  assert.deepEqual([1234.6, 56.78, 1.234, 0.5].map((value) => figure(value)), ["1,235", "56.8", "1.23", "0.50"]);
  assert.equal(figure(1234.56, 1), "1,234.6");
  assert.equal(figure(NaN), "–");
  assert.equal(spread([1, 2, 3], 0), "2 (1–3)");
  assert.equal(spread([7], 0), "7");
});

test("a cell has the median, the spread and how many times better ours is", () => {
  const text = tableText(table([ours, { id: "peer", name: "peer", unlike: "It keeps nothing.", values: { rate: [50, 50, 50], p50: [4, 6, 8] } }]));
  assert.equal(cell(text, "peer", 1), "50<br>×4.00");
  assert.equal(cell(text, "peer", 2), "6.00 (4.00–8.00)<br>×3.00 |");
  assert.equal(cell(text, "ours", 1), "200 (100–300)");
  assert.match(text, /^\* \*\*peer\*\* – It keeps nothing\.$/m);
  assert.doesNotMatch(text, /behind/);
});

test("a row that ours is behind says why, or there is no table", () => {
  const peer = { id: "peer", name: "peer", values: { rate: [400, 400, 400], p50: [4, 4, 4] } };
  assert.throws(() => tableText(table([ours, peer])), { message: "t: ours is behind peer, and the row does not say why" });
  const text = tableText(table([ours, { ...peer, why: "It is larger." }]));
  assert.equal(cell(text, "peer", 1), "400<br>**×0.50**");
  assert.match(text, /^\* \*\*peer\*\* – \*Where ours is behind:\* It is larger\.$/m);
});

test("a row stands beside the row of ours that it names, or beside none", () => {
  const other = { id: "worker", name: "ours, otherwise", against: null, values: { rate: [10, 10, 10] } };
  const peer = { id: "peer", name: "peer", against: "worker", values: { rate: [5, 5, 5] } };
  const made = table([ours, other, peer]);
  assert.equal(ratio(made, other, columns[0]), undefined);
  assert.equal(ratio(made, peer, columns[0]), 2);
});

test("what was not measured says why in its row", () => {
  const text = tableText(table([ours, { id: "peer", name: "peer", missing: "python3 with venv is not installed" }]));
  assert.equal(cell(text, "peer", 1), "not measured: python3 with venv is not installed");
});

test("the page names the parts that no run has measured", () => {
  const parts = { notify: { at: "2026-11-22T06:00:00Z", commit: "abc", rounds: 1, quick: true, seconds: 3.4, tables: [table([ours])] } };
  const text = page({ machine: { CPU: "one" }, versions: { Node: "24" }, parts }, PARTS);
  assert.match(text, /^Not measured yet: growth \(`npm run bench -- --only growth`\)\.$/m);
  assert.match(text, /^2026-11-22, commit abc, 1 round, \*\*a quick run: .*\*\*, 3 s\.$/m);
});

test("options are read, and what is not understood is said", () => {
  const names = PARTS.map(({ name }) => name);
  assert.deepEqual(names, ["verification", "notify", "button", "end-to-end", "growth"]);
  const usual = { only: names, rounds: 3, quick: false, json: undefined, readme: false, help: false };
  assert.deepEqual(options([], PARTS), usual);
  assert.deepEqual(options(["--quick"], PARTS), { ...usual, quick: true, rounds: 1 });
  assert.deepEqual(options(["--quick", "--rounds", "5"], PARTS), { ...usual, quick: true, rounds: 5 });
  assert.deepEqual(options(["--only", "growth,notify", "--json", "out.json"], PARTS, "/tmp"), { ...usual, only: ["notify", "growth"], json: "/tmp/out.json" });
  for (const [args, message] of [
    [["--only", "speed"], "--only speed: the parts are verification, notify, button, end-to-end, growth."],
    [["--only"], "--only …: the parts are verification, notify, button, end-to-end, growth."],
    [["--rounds", "0"], "--rounds 0: a whole number from 1 to 99."],
    [["--json"], "--json needs the name of a file."],
    [["fast"], `fast is not understood.\n\n${usage(PARTS)}`],
  ]) assert.throws(() => options(args, PARTS), { message }, args.join(" "));
});

const quoted = (extra = {}) => ({
  machine: { cores: 2, CPU: "one" },
  parts: {
    verification: {
      at: "2026-11-22T06:00:00Z", quick: false,
      tables: [{
        id: "verify", base: "native", columns: [{ id: "rsa2", better: "more", digits: 0 }],
        rows: [{ id: "native", name: "ours", values: { rsa2: [9000] } }, { id: "node-sdk", name: "alipay-sdk", values: { rsa2: [3000] }, ...extra }],
      }],
    },
  },
});

test("README quotes what was measured, and what was not", () => {
  assert.match(block(quoted()), /^\| RSA2 notifications verified each second, natively \| 9,000 \| 3,000 \(alipay-sdk\) \| ×3\.00 \|$/m);
  const without = block(quoted({ values: undefined, missing: "npm could not install it" }));
  assert.match(without, /^\| RSA2 notifications verified each second, natively \| 9,000 \| not measured \(alipay-sdk\) \| – \|$/m);
});

test("without a run there are no figures", () => {
  const nothing = { machine: {}, versions: {}, parts: {} };
  assert.match(block(nothing), /^Not measured yet: `npm run bench`\.$/m);
  assert.match(page(nothing, PARTS), /^Not measured yet: verification /m);
});

test("only what stands between README's markers changes", () => {
  const [begin, ...rest] = block(quoted()).split("\n");
  const around = (inner) => `Before\n${begin}\n${inner}\n${rest.at(-1)}\nAfter\n`;
  assert.equal(renewed(around("old"), quoted()), `Before\n${block(quoted())}\nAfter\n`);
  assert.throws(() => renewed("no markers", quoted()), { message: /must stand there once each, in this order$/ });
});

const order = {
  worker_requests: [5], order_requests: [7], endpoint_requests: [2], account_requests: [0], rows_read: [100], rows_written: [30], alarms_set: [6],
  index_writes: [2], cpu_ms: [4], kb: [70], index_bytes: [400],
};
const grown = { parts: { growth: { at: "2026-11-22T06:00:00Z", commit: "abc", tables: [{ id: "billed", rows: [{ values: order }] }] } } };

test("a billion orders are priced line by line, and the lines add up", () => {
  const text = scale(grown);
  const lines = [
    // 5 × 10⁹ − 12 × 10 million, at 0.30 per million.
    "| Worker requests | 5.00 requests | 5.00 billion | $0.30 per million beyond 10 million a month | $1,464 |",
    // 4 × 10⁹ ms − 12 × 30 million, at 0.02 per million.
    "| Worker and object CPU | 4.00 ms | 4.00 billion | $0.02 per million ms beyond 30 million a month | $73 |",
    "| Object requests and alarms | 9.00 requests | 9.00 billion | $0.15 per million beyond 1 million a month | $1,348 |",
    // 100 × 10⁹ are less than 12 × 25 × 10⁹.
    "| Rows read in objects | 100 rows | 100 billion | $0.001 per million beyond 25 billion a month | $0 |",
    "| Rows written in objects, alarms set | 36.0 rows | 36.0 billion | $1.00 per million beyond 50 million a month | $35,400 |",
    // 70,000 GB at the end, 35,000 on average, less 5, at 0.20 for twelve months.
    "| Stored in objects | 70.0 kB | 70,000 GB at the end, half of it on average | $0.20 per GB-month beyond 5 GB | $83,988 (each later year $167,988) |",
  ];
  for (const line of lines) assert.equal(text.split("\n").includes(line), true, line);
  const money = (line) => Number(/\$([\d,]+)(?: \(each later year .*\))? \|$/.exec(line)[1].replaceAll(",", ""));
  const billed = text.split("\n").filter((line) => / (month|GB) \| \$/.test(line));
  const together = Number(/\*\*\$([\d,]+)\*\*/.exec(text)[1].replaceAll(",", ""));
  assert.equal(billed.length, 10);
  // Each line is rounded to a dollar.
  assert.equal(Math.abs(billed.map(money).reduce((a, b) => a + b) - together) <= billed.length / 2, true, `${together}`);
});

test("limits are told with the rate at which they are reached", () => {
  const text = scale(grown);
  assert.match(text, /^\| Requests to the endpoint's object each second: 31\.7 × 2\.00 \| 63\.4 \| 634 \| 1,000, soft: \*\*reached at 16 times the mean\*\* \|$/m);
  assert.match(text, /^\| Orders that one index holds: 10 GB \/ 400 B \| 25\.0 million \| \| \*\*40 databases for a billion\*\* \|$/m);
  assert.equal(perOrder({ parts: {} }), undefined);
  assert.equal(scale({ parts: {} }), `${BEGIN}\nNot measured yet: \`npm run bench -- --only growth\`.\n${END}`);
});

test("RESULTS.md, README and docs/scale.md say exactly what RESULTS.json says", () => {
  const file = (name) => join(import.meta.dirname, name);
  assert.equal(existsSync(file("RESULTS.json")), true);
  const results = JSON.parse(readFileSync(file("RESULTS.json"), "utf8"));
  assert.equal(readFileSync(file("RESULTS.md"), "utf8"), page(results, PARTS));
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  assert.equal(renewed(readme, results), readme);
  const paper = readFileSync(join(ROOT, "docs", "scale.md"), "utf8");
  assert.equal(between(paper, BEGIN, END, scale(results)), paper);
});
