// What was built from what: a step is skipped when neither its inputs nor its outputs have changed.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// A source folder may hold what builds and runs leave there, and what no build reads.
const NOT_INPUTS = new Set([
  'node_modules', 'target', 'build', 'assets', 'pkg', '.wrangler', '.dev.vars',
  'fuzz', 'tests', 'README.md',
]);

/** A digest over names and contents of `entries`, files or folders below `root`; times do not count. */
export function digest(root, entries, extra = '') {
  const hash = createHash('sha256').update(extra);
  for (const entry of [...entries].sort()) addEntry(hash, root, entry);
  return hash.digest('hex');
}

function addEntry(hash, root, entry) {
  const path = join(root, entry);
  if (!existsSync(path)) {
    hash.update(`absent ${entry}\0`);
  } else if (statSync(path).isDirectory()) {
    const names = readdirSync(path).filter((name) => !NOT_INPUTS.has(name)).sort();
    for (const name of names) addEntry(hash, root, join(entry, name));
  } else {
    const bytes = readFileSync(path);
    // The length keeps the end of one file apart from the beginning of the next.
    hash.update(`file ${entry} ${bytes.length}\0`).update(bytes);
  }
}

/** Remembers in `folder` what each step was built from. */
export class Stamps {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /** Whether `name` was last built from `inputs`, and `outputs` are still what it left. */
  holds(name, inputs, outputs) {
    const path = this.#path(name);
    return existsSync(path) && readFileSync(path, 'utf8') === `${inputs} ${outputs}\n`;
  }

  /** To be called after success only. */
  write(name, inputs, outputs) {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#path(name), `${inputs} ${outputs}\n`);
  }

  #path(name) {
    return join(this.#folder, name);
  }
}
