// The near end of the drivers: programs that verify as fast as they can for a time, each in a process of
// its own, asked one after another.

import { createInterface } from "node:readline";

import { environment, spawnGroup } from "../../../xtask/npm/stack.mjs";

/** A child that answers lines, see lines.mjs. */
export class Driver {
  #child;
  #lines;
  #said = [];

  constructor(command, args) {
    this.#child = spawnGroup(command, args, { env: environment(), stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.setEncoding("utf8").on("data", (text) => this.#said.push(text));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** How often the case was done each second. */
  async rate(name, milliseconds) {
    this.#child.stdin.write(`${name} ${milliseconds}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the driver ended at ${name}:\n${this.#said.join("").slice(-2000)}`);
    const [count, nanoseconds] = value.split(" ").map(Number);
    return (count * 1e9) / nanoseconds;
  }

  close() {
    this.#child.stdin.end();
    this.#child.kill("SIGKILL");
  }
}

/** A Worker that repeats what it is told, asked over HTTP: its own clock stands still while it computes. */
export class WorkerDriver {
  #url;
  #question;
  /** How many take about how long, as the last request of each name has shown. */
  #usual = new Map();

  /** `question` is `(name, times) => body`. */
  constructor(url, question) {
    this.#url = url;
    this.#question = question;
  }

  /** How often the case was done each second, in one request that takes about so long. */
  async rate(name, milliseconds) {
    let times = this.#usual.get(name) ?? 64;
    for (;;) {
      const seconds = await this.#ask(name, times);
      this.#usual.set(name, Math.ceil((times * milliseconds) / 1000 / seconds));
      if (seconds * 1000 >= milliseconds / 2) return times / seconds;
      times = Math.ceil(times * Math.min(16, milliseconds / 1000 / Math.max(seconds, 1e-4)));
    }
  }

  async #ask(name, times) {
    const body = JSON.stringify(this.#question(name, times));
    const began = performance.now();
    const answer = await fetch(this.#url, { method: "POST", body });
    const text = await answer.text();
    const seconds = (performance.now() - began) / 1000;
    if (answer.status !== 200 || text !== "held") throw new Error(`${this.#url} answers ${answer.status} to ${name}: ${text.slice(0, 300)}`);
    return seconds;
  }
}
