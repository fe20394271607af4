// `npm run paint`: milliseconds until the button is painted and until it works, beside a plain HTML
// button and an element written by hand, all in one run. `npm run paint -- --help` tells the rest.

import { cli, isMain } from "../../xtask/npm/stack.mjs";
import { CONDITIONS, launch, visit } from "./browser.mjs";
import { PAGES, openServer } from "./server.mjs";
import { median, quantile } from "./statistics.mjs";

const YARDSTICK = "hand-written";
/** What our own forms may take, as multiples of the yardstick's time, on a slow line and processor. */
const LIMITS = { painted: 1.05, working: 1.1 };
const OURS = ["classic", "module", "server"];

const USAGE = `npm run paint [-- --rounds 9] [--only slow|unthrottled] [--check]

Loads each page once per round, in turn, with an empty cache, and prints medians with the middle half
of the rounds in brackets: until the button is painted, until the request of a click made at that moment
leaves, and until the shopper leaves for the cashier. The first round is thrown away. With --check a ratio above its limit
(painted ${LIMITS.painted}, working ${LIMITS.working}, on the slow line, against the element written by hand) is a failure.
`;

function options(args) {
  const chosen = { rounds: 9, only: Object.keys(CONDITIONS), check: false };
  for (let i = 0; i < args.length; i += 1) {
    const next = args[i + 1];
    if (args[i] === "--check") chosen.check = true;
    else if (args[i] === "--rounds" && Number(next) >= 1) chosen.rounds = Math.floor(Number(args[(i += 1)]));
    else if (args[i] === "--only" && next in CONDITIONS) chosen.only = [args[(i += 1)]];
    else throw new Error(`${args[i]} is not understood.\n\n${USAGE}`);
  }
  return chosen;
}

/** Every page, `rounds` times, interleaved: what else the machine does then is unfair to all alike. */
async function measure(browser, origin, condition, rounds) {
  const names = Object.keys(PAGES);
  const visits = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (let i = 0; i < names.length; i += 1) {
      // Another one begins each time, so that none always comes after the same other.
      const name = names[(i + round) % names.length];
      const seen = await visit(browser, `${origin}/${name}`, condition, "/cashier");
      if (round > 0) visits[name].push(seen);
    }
    process.stderr.write(round === 0 ? "warm " : `${round} `);
  }
  process.stderr.write("\n");
  return visits;
}

function summary(visits) {
  const of = (name, what) => visits[name].map((seen) => seen[what]);
  return Object.keys(visits).map((name) => ({
    name,
    painted: of(name, "painted"),
    working: of(name, "working"),
    away: of(name, "away"),
    paintedRatio: median(of(name, "painted")) / median(of(YARDSTICK, "painted")),
    workingRatio: median(of(name, "working")) / median(of(YARDSTICK, "working")),
    awayRatio: median(of(name, "away")) / median(of(YARDSTICK, "away")),
    shift: Math.max(...of(name, "shift")),
    bytes: median(of(name, "bytes")),
  }));
}

function print(condition, rounds, rows) {
  const spread = (values) =>
    `${median(values).toFixed(0).padStart(5)} [${quantile(values, 0.25).toFixed(0)}–${quantile(values, 0.75).toFixed(0)}]`;
  const line = (cells) => `${cells[0].padEnd(32)}${cells.slice(1).map((cell) => cell.padStart(19)).join("")}`;
  const text = [
    `\n${condition.says}, ${rounds} rounds, ms from the start of the navigation (median, middle half)\n`,
    line(["", "painted", "× hand-written", "working", "× hand-written", "away", "× hand-written", "bytes", "layout shift"]),
    ...rows.map((row) =>
      line([
        PAGES[row.name].says,
        spread(row.painted),
        row.paintedRatio.toFixed(2),
        spread(row.working),
        row.workingRatio.toFixed(2),
        spread(row.away),
        row.awayRatio.toFixed(2),
        String(Math.round(row.bytes)),
        row.shift.toFixed(4),
      ]),
    ),
  ];
  console.log(text.join("\n"));
}

/** Lines about what is over its limit. */
function excess(rows) {
  return rows
    .filter(({ name }) => OURS.includes(name))
    .flatMap(({ name, paintedRatio, workingRatio }) => [
      ...(paintedRatio > LIMITS.painted ? [`${name}: painted ${paintedRatio.toFixed(2)} is over ${LIMITS.painted}`] : []),
      ...(workingRatio > LIMITS.working ? [`${name}: working ${workingRatio.toFixed(2)} is over ${LIMITS.working}`] : []),
    ]);
}

async function paint() {
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { rounds, only, check } = options(args);
  const server = await openServer();
  const browser = await launch();
  try {
    let over = [];
    for (const name of only) {
      const rows = summary(await measure(browser, server.origin, CONDITIONS[name], rounds));
      print(CONDITIONS[name], rounds, rows);
      if (name === "slow") over = excess(rows);
    }
    for (const line of over) console.log(`over: ${line}`);
    return check && over.length > 0 ? 1 : 0;
  } finally {
    await browser.close();
    await server.close();
  }
}

if (isMain(import.meta)) await cli(paint);
