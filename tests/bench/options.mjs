// The command line of `npm run bench`.

import { isAbsolute, resolve } from "node:path";

export const ROUNDS = 3;

export const usage = (parts) => `npm run bench [-- --only PART[,PART]] [--rounds N] [--quick] [--json FILE] [--readme]

Builds what is released, installs the peers into .local/bench (npm, and Python where python3 has venv), measures
everything on this machine in one run, in turns, and writes tests/bench/RESULTS.md and RESULTS.json, and the figures
in README.md and docs/scale.md. Parts that were not asked for keep what an earlier run found, with its date and commit.

${parts.map(({ name, says }) => `  ${name.padEnd(14)} ${says}\n`).join("")}
  --only PART    these parts alone; may be given more than once
  --rounds N     how often everything is measured (default ${ROUNDS})
  --quick        the smallest run that says anything: one round, small numbers; says so in the table
  --json FILE    everything that was measured goes into FILE, and the table to the terminal; no file of the project changes
  --readme       measures nothing: writes RESULTS.md, README.md and docs/scale.md anew from RESULTS.json
`;

/** Reads the arguments; throws what people can read. */
export function options(args, parts, cwd = process.cwd()) {
  const chosen = { only: [], rounds: undefined, quick: false, json: undefined, readme: false, help: false };
  const names = parts.map(({ name }) => name);
  const rest = [...args];
  while (rest.length > 0) {
    const option = rest.shift();
    if (option === "--quick" || option === "--readme" || option === "--help") chosen[option.slice(2)] = true;
    else if (option === "--only") chosen.only.push(...partsOf(rest.shift(), names));
    else if (option === "--rounds") chosen.rounds = roundsOf(rest.shift());
    else if (option === "--json") chosen.json = fileOf(rest.shift(), cwd);
    else throw new Error(`${option} is not understood.\n\n${usage(parts)}`);
  }
  return {
    ...chosen,
    only: chosen.only.length === 0 ? names : names.filter((name) => chosen.only.includes(name)),
    rounds: chosen.rounds ?? (chosen.quick ? 1 : ROUNDS),
  };
}

function partsOf(text, names) {
  const asked = (text ?? "").split(",");
  const strange = asked.find((name) => !names.includes(name));
  if (strange !== undefined) throw new Error(`--only ${strange || "…"}: the parts are ${names.join(", ")}.`);
  return asked;
}

function roundsOf(text) {
  if (!/^[1-9]\d?$/.test(text ?? "")) throw new Error(`--rounds ${text ?? "…"}: a whole number from 1 to 99.`);
  return Number(text);
}

function fileOf(text, cwd) {
  if (text === undefined || text.startsWith("--")) throw new Error("--json needs the name of a file.");
  return isAbsolute(text) ? text : resolve(cwd, text);
}
