// One line per step: what it was, how it went, how long it took.

const WIDTH = 22;
// Where there is no terminal to redraw, a long step still says that it lives.
const STILL_MS = 30_000;

/** Prints steps. On a terminal the running ones are shown in a last line that is redrawn. */
export class Progress {
  #out;
  #running = new Map();
  #timer;
  #ticks = 0;

  constructor(out = process.stdout) {
    this.#out = out;
  }

  /**
   * Runs `work` as the step `name`. What it returns tells what is printed: `{ skipped: why }`,
   * `{ note }`, `{ failed: note }`; an error prints the line of a failed step and is thrown on.
   * `work` gets a function that replaces what the running step shows about itself.
   */
  async step(name, work) {
    const started = Date.now();
    this.#running.set(name, { started, note: '' });
    this.#draw();
    this.#timer ??= setInterval(() => this.#tick(), 1000);
    try {
      const result = await work((note) => this.#note(name, note));
      if (result?.skipped !== undefined) this.#finish(name, '-', result.skipped);
      else if (result?.failed !== undefined) this.#finish(name, '✗', result.failed, started);
      else this.#finish(name, '✓', result?.note ?? '', started);
      return result;
    } catch (error) {
      this.#finish(name, '✗', '', started);
      throw error;
    }
  }

  /** Prints a line of its own between the steps. */
  say(text) {
    this.#clear();
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  #finish(name, mark, note, started) {
    this.#running.delete(name);
    if (this.#running.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const seconds = started === undefined ? '' : `${((Date.now() - started) / 1000).toFixed(1)} s`;
    this.say(`  ${mark} ${name.padEnd(WIDTH)} ${[note, seconds].filter(Boolean).join('  ')}`);
  }

  #note(name, note) {
    const step = this.#running.get(name);
    if (step !== undefined && note.trim() !== '') step.note = note.trim();
  }

  #tick() {
    if (this.#out.isTTY) {
      this.#draw();
      return;
    }
    this.#ticks += 1;
    if ((this.#ticks * 1000) % STILL_MS === 0) this.#out.write(`  … ${this.#describe()}\n`);
  }

  #describe() {
    const steps = [...this.#running].map(([name, { started, note }]) => {
      const seconds = Math.round((Date.now() - started) / 1000);
      return `${name}${note === '' ? '' : `: ${note}`} (${seconds} s)`;
    });
    return steps.join(', ');
  }

  #clear() {
    if (this.#out.isTTY) this.#out.write('\r\u001b[K');
  }

  #draw() {
    if (!this.#out.isTTY || this.#running.size === 0) return;
    const width = Math.max(20, (this.#out.columns || 80) - 5);
    this.#out.write(`\r\u001b[K  … ${this.#describe().slice(0, width)}`);
  }
}
