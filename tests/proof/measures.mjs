// What a process costs, and tables of it.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { median } from "../bench/statistics.mjs";

const TICKS = Number(execFileSync("getconf", ["CLK_TCK"]).toString());

/** CPU seconds that a process has used, and its memory in MB. */
export function used(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [utime, stime] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  const memory = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
  return { cpu: (utime + stime) / TICKS, mb: Number(memory) / 1024 };
}

/** After ten seconds without a request the runtime lets an object sleep; and one for it to do so. */
const ASLEEP_MS = 11_000;

/** Waits until the objects of a server are asleep that was asked last at `asked_at`, a time of `performance.now()`. */
export async function asleep(asked_at = -Infinity) {
  const rest = asked_at + ASLEEP_MS - performance.now();
  if (rest > 0) await sleep(rest);
}

/** The median of rounds, with the least and the most. */
export const spread = (list, digits = 0) => (
  `${median(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)}–${Math.max(...list).toFixed(digits)})`
);

/** A line of a table. */
export const row = (cells) => `${cells.map((cell, n) => (n === 0 ? cell.padEnd(26) : cell.padStart(20))).join("")}\n`;
