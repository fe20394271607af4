// What the tests of this folder share: a folder that is removed, and waiting on a condition.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 20;

/** A folder with `files` (`{ path: text }`), removed when the test `t` is over. */
export function folderWith(t, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'alipay-checkout-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/**
 * Resolves with the first value of `condition` that is neither false nor undefined. Patience is counted in looks and not by
 * the clock: a machine that stood still for ten seconds has done nothing in them.
 */
export async function until(condition, what, patienceMs = 30_000) {
  for (let looks = patienceMs / LOOK_MS; looks > 0; looks -= 1) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    await sleep(LOOK_MS);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Whether a process is there and is no zombie. */
export function lives(pid) {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !'ZX'.includes(stat[stat.lastIndexOf(')') + 2]);
  } catch {
    return false;
  }
}

/** A stream for `Progress` that keeps what is written. */
export function page() {
  const written = [];
  return { written, write: (text) => written.push(text), get text() { return written.join(''); } };
}
