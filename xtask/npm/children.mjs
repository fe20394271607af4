// Every child is the leader of a process group of its own, so that it can be ended with all that it
// started (wrangler starts workerd, cargo starts rustc), and nothing is left running afterwards.

import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// SIGTERM to workerd with a hung request never ends it, hence SIGKILL after this long.
const GRACE_MS = 3000;
const groups = new Set();
let keeper;

/** Starts a child in a process group of its own. Arguments are those of `child_process.spawn`. */
export function spawnGroup(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true });
  // Without a pid the start itself failed; 'error' tells the caller.
  if (child.pid === undefined) return child;
  const group = child.pid;
  groups.add(group);
  tellKeeper(`+${group}`);
  child.once('exit', () => {
    // A leader that died may leave others behind; they are ended before its number can be used again.
    if (!groupLives(group)) forget(group);
    else void stopGroup(group);
  });
  return child;
}

/** Ends a group: SIGTERM, then SIGKILL after the grace period. Resolves when no member is left. */
export async function stopGroup(group, graceMs = GRACE_MS) {
  if (group === undefined || !groups.has(group)) return;
  signal(group, 'SIGTERM');
  if (!(await gone(group, graceMs))) {
    signal(group, 'SIGKILL');
    await gone(group, 2000);
  }
  forget(group);
}

/** Ends every group that is still there. */
export async function stopAll(graceMs = GRACE_MS) {
  await Promise.all([...groups].map((group) => stopGroup(group, graceMs)));
}

/** Ends every group at once, without waiting: for the second Ctrl-C. */
export function killAll() {
  for (const group of groups) signal(group, 'SIGKILL');
}

/** Whether a group has a member that is not a zombie. */
export function groupLives(group) {
  try {
    process.kill(-group, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  // In a container whose first process reaps nothing, zombies stay members for ever.
  return readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && livesIn(pid, group));
}

function livesIn(pid, group) {
  try {
    const stat = readFileSync(join('/proc', pid, 'stat'), 'utf8');
    // The second field is the program's name in brackets and may hold anything, brackets included.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, , pgrp] = fields;
    // A leader is a zombie before its other threads have ended, and until then they hold its files and ports.
    const threads = Number(fields[17]);
    return Number(pgrp) === group && ((state !== 'Z' && state !== 'X') || threads > 1);
  } catch {
    return false;
  }
}

function signal(group, name) {
  try {
    process.kill(-group, name);
  } catch {
    // Gone in the meantime, which is what was wanted.
  }
}

async function gone(group, withinMs) {
  const deadline = Date.now() + withinMs;
  while (groupLives(group)) {
    if (Date.now() >= deadline) return false;
    await sleep(25);
  }
  return true;
}

function forget(group) {
  if (groups.delete(group)) tellKeeper(`-${group}`);
}

// kill -9 on this process leaves no time to end anything; the keeper notices that its input closed.
function tellKeeper(line) {
  if (keeper === undefined) {
    keeper = spawn(process.execPath, [join(import.meta.dirname, 'keeper.mjs')], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    keeper.on('error', () => {});
    keeper.stdin.on('error', () => {});
    keeper.unref();
    keeper.stdin.unref();
  }
  keeper.stdin.write(`${line}\n`);
}
