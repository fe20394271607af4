// The built Worker in the plain Worker runtime: no wrangler before it, which costs twelve times the
// Worker's own time and cannot be killed without its children. It starts in a tenth of a second.

import { once } from "node:events";
import { closeSync, copyFileSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { environment, ROOT, spawnGroup } from "../../xtask/npm/stack.mjs";

const READY_MS = 20_000;
const BUILD = join(ROOT, "edge", "build");

/** The Worker as `npm run build` leaves it, with the objects that wrangler.toml names. */
export function builtWorker() {
  const toml = readFileSync(join(ROOT, "edge", "wrangler.toml"), "utf8");
  const bindings = [...toml.matchAll(/\[\[durable_objects\.bindings\]\]\s*name = "(\w+)"\s*class_name = "(\w+)"/g)];
  return {
    main: join(BUILD, "index.js"),
    modules: readdirSync(BUILD).filter((name) => name.endsWith(".wasm")).map((name) => join(BUILD, name)),
    objects: bindings.map(([, binding, className]) => ({ binding, className })),
    date: /^compatibility_date = "(.*)"$/m.exec(toml)[1],
  };
}

/** The built Worker behind a JavaScript file that imports it as `./index.js`, and wrap.mjs, and stands before it. */
export function wrappedWorker(entry) {
  const built = builtWorker();
  return { ...built, entry, modules: [...built.modules, join(import.meta.dirname, "wrap.mjs")] };
}

/** A yardstick: a Worker of one JavaScript file with one class of objects, and what the yardsticks share. */
export function plainWorker(main, object) {
  const shared = join(import.meta.dirname, "baseline-verify.mjs");
  return { main, modules: [shared], objects: [object], date: builtWorker().date };
}

/** One Worker in one process, which can be killed and started again over the same state. */
export class Workerd {
  #process;
  #ended;
  #home;
  #unread;

  /**
   * `home` gets the configuration and `state/`; `variables` are text bindings; `worker` is what to
   * run, the built one unless said otherwise; `flags` go to workerd; `made` is `{ BINDING: file }`, bindings
   * that a JavaScript file makes. `unread`: what it logs goes to a file in `home` and not to {@link log}, so that
   * where CPU is measured nobody reads each line at once.
   */
  constructor({ home, port, variables, worker = builtWorker(), flags = [], made = {}, unread = false }) {
    this.#home = home;
    this.#unread = unread ? join(home, "log.txt") : undefined;
    this.flags = flags;
    this.origin = `http://127.0.0.1:${port}`;
    /** What the Worker has logged since it was made, over restarts. */
    this.log = [];
    mkdirSync(join(home, "state"), { recursive: true });
    // Copies, so that a build which runs meanwhile changes nothing under our feet.
    for (const file of [worker.entry ?? [], worker.main, worker.modules, Object.values(made)].flat()) copyFileSync(file, join(home, basename(file)));
    writeFileSync(join(home, "config.capnp"), configuration({ port, variables, worker, made }), { mode: 0o600 });
  }

  /** The running process, or `undefined`. */
  get pid() {
    return this.#process?.pid;
  }

  /** Starts it and resolves when `/healthz` answers, or whatever `probe` finds. */
  async start(probe = () => answers(this.origin)) {
    const args = ["serve", "config.capnp", ...this.flags];
    const unread = this.#unread && openSync(this.#unread, "a");
    const stdio = unread === undefined ? undefined : ["ignore", unread, unread];
    const child = spawnGroup("workerd", args, { cwd: this.#home, env: environment(), ...(stdio && { stdio }) });
    if (unread !== undefined) closeSync(unread);
    this.#process = child;
    this.#ended = once(child, "exit");
    for (const stream of unread === undefined ? [child.stdout, child.stderr] : []) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        this.log.push(...lines);
      });
    }
    const deadline = Date.now() + READY_MS;
    while (!(await probe())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        const log = this.#unread === undefined ? this.log : readFileSync(this.#unread, "utf8").split("\n");
        throw new Error(`workerd does not answer at ${this.origin}:\n${log.slice(-15).join("\n")}`);
      }
      await sleep(5);
    }
  }

  /** SIGKILL, the end that leaves no time for anything; resolves when the process is gone. */
  async kill() {
    this.#process?.kill("SIGKILL");
    await this.#ended;
    this.#process = undefined;
  }
}

async function answers(origin) {
  const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.status === 200;
}

/** The runtime's configuration, in Cap'n Proto's text form, whose strings are JSON's for ASCII. */
function configuration({ port, variables, worker, made }) {
  const text = JSON.stringify;
  const modules = [
    // The first module is the one that runs.
    ...(worker.entry ? [`(name = "entry.js", esModule = embed ${text(basename(worker.entry))})`] : []),
    `(name = "index.js", esModule = embed ${text(basename(worker.main))})`,
    ...worker.modules.map((file) => (
      `(name = ${text(basename(file))}, ${file.endsWith(".wasm") ? "wasm" : "esModule"} = embed ${text(basename(file))})`
    )),
  ];
  const bindings = [
    ...worker.objects.map(({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`),
    ...Object.keys(made).map((name) => `(name = ${text(name)}, wrapped = (moduleName = ${text(`made:${name}`)}, innerBindings = []))`),
    ...Object.entries(variables).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
  ];
  const objects = worker.objects.map(({ className }) => (
    `(className = ${text(className)}, uniqueKey = ${text(className)}, enableSql = true)`
  ));
  const extensions = Object.entries(made).map(([name, file]) => (
    `(modules = [(name = ${text(`made:${name}`)}, esModule = embed ${text(basename(file))}, internal = true)])`
  ));
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "state", disk = (path = "state", writable = true)),
    (name = "outside", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
  extensions = [${extensions.join(", ")}],
);
const main :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  compatibilityDate = ${text(worker.date)},
  bindings = [${bindings.join(",\n    ")}],
  durableObjectNamespaces = [${objects.join(", ")}],
  durableObjectStorage = (localDisk = "state"),
  globalOutbound = "outside",
);
`;
}
