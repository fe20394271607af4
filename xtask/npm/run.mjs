// Runs one command: its output goes to a log file, and to people only when it fails.

import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnGroup } from './children.mjs';
import { LOGS, ROOT, environment } from './project.mjs';

/** Something that people can mend: printed as it is, without a stack trace. */
export class Trouble extends Error {
  /** `message` is one line; `hint` says what to do; `lines` is the end of the output, `log` the file that has all of it. */
  constructor(message, { hint, lines = [], log } = {}) {
    super(message);
    this.name = 'Trouble';
    this.hint = hint;
    this.lines = lines;
    this.log = log;
  }

  /** The whole text for a terminal. */
  describe() {
    const text = [this.message];
    if (this.lines.length > 0) text.push('', ...this.lines.map((line) => `    ${line}`), '');
    if (this.log !== undefined) text.push(`Whole output: ${relative(ROOT, this.log)}`);
    if (this.hint !== undefined) text.push(`What to do: ${this.hint}`);
    return text.join('\n');
  }
}

/** Keeps the last lines that were added, for the report of a failure. */
export class Tail {
  #lines = [];
  #limit;

  constructor(limit = 40) {
    this.#limit = limit;
  }

  add(line) {
    this.#lines.push(line);
    if (this.#lines.length > this.#limit) this.#lines.shift();
  }

  get lines() {
    return [...this.#lines];
  }
}

/** Calls `onLine` for each line that a child writes, on either stream, and resolves when both are closed. */
export async function readLines(child, onLine) {
  await Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) onLine(line);
  }));
}

/**
 * Runs a command and resolves with its exit code and its whole output. `name` names the log file.
 * With `mayFail` a failing exit code is returned like any other, else it is a {@link Trouble}. `input` is
 * written to the command's standard input, and to no log.
 */
export async function run(name, command, args, options = {}) {
  const { cwd = ROOT, env = environment(), hint, input, mayFail = false, onLine = () => {} } = options;
  const log = join(LOGS, `${name}.log`);
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log);
  file.write(`$ ${[command, ...args].join(' ')}\n`);
  const tail = new Tail();
  const output = [];
  const child = spawnGroup(command, args, { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  // It may have ended without reading to the end; its exit code says more.
  child.stdin?.on('error', () => {}).end(input);
  const ended = new Promise((settle) => {
    child.once('error', (error) => settle({ error }));
    child.once('exit', (code, signal) => settle({ code, signal }));
  });
  const read = readLines(child, (line) => {
    file.write(`${line}\n`);
    tail.add(line);
    output.push(line);
    onLine(line);
  });
  const { error, code, signal } = await ended;
  if (error !== undefined) {
    file.end();
    throw new Trouble(`${command} could not be started (${error.code}).`, { hint });
  }
  await read;
  await new Promise((done) => file.end(done));
  if (code !== 0 && !mayFail) {
    const verdict = signal === null ? `failed with exit code ${code}` : `was ended by ${signal}`;
    throw new Trouble(`${name}: ${command} ${verdict}.`, { hint, lines: tail.lines, log });
  }
  return { code: code ?? 1, text: output.join('\n'), lines: tail.lines, log };
}

/** The first line that a command prints, or `undefined` where it is absent or fails. */
export async function firstLine(command, args, env = environment()) {
  const child = spawnGroup(command, args, { env });
  const lines = [];
  const ended = new Promise((settle) => {
    child.once('error', () => settle(undefined));
    child.once('exit', settle);
  });
  const read = child.pid === undefined ? undefined : readLines(child, (line) => lines.push(line));
  const code = await ended;
  await read;
  return code === 0 ? (lines[0] ?? '') : undefined;
}
