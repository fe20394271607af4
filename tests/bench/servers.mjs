// The servers that take notifications: ours, and what others would deploy in its place. All get the same
// keys, so that one message suits them all.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { environment, freePorts, spawnGroup } from "../../xtask/npm/stack.mjs";
import { encoded, openBench } from "../proof/bench.mjs";
import { alipaySdk } from "../proof/peers.mjs";
import { plainWorker } from "../proof/workerd.mjs";
import { paidFields, signed } from "../stack/notification.mjs";

const PROOF = join(import.meta.dirname, "..", "proof");
const READY_MS = 20_000;

/** What others would deploy to the same runtime, and what the runtime itself costs. */
const WORKERS = [
  { id: "javascript-worker", name: "plain JavaScript Worker", file: "baseline-worker.mjs" },
  { id: "javascript-same", name: "JavaScript Worker that does the same work", file: "baseline-same.mjs" },
  { id: "one-object", name: "JavaScript Worker, one object for all orders", file: "one-object-worker.mjs" },
  { id: "floor", name: "the runtime alone, answers at once", file: "floor-worker.mjs" },
];

/** A program of Node's that can be killed and started again, as {@link Workerd} can. */
export class NodeServer {
  #args;
  #file;
  #child;

  /** `file` is its database, which it begins anew with each start: that favours it. */
  constructor(port, args, file) {
    this.#args = [...args, ...(file === undefined ? [] : [file])];
    this.#file = file;
    this.origin = `http://127.0.0.1:${port}`;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** Starts it and resolves when `probe` holds. */
  async start(probe = () => listens(this.origin)) {
    const said = [];
    if (this.#file !== undefined) for (const tail of ["", "-wal", "-shm"]) rmSync(this.#file + tail, { force: true });
    this.#child = spawnGroup("node", this.#args, { env: environment() });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.setEncoding("utf8").on("data", (text) => said.push(text));
    const deadline = Date.now() + READY_MS;
    while (!(await probe())) {
      if (this.#child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${this.#args[0]} does not answer at ${this.origin}:\n${said.join("").slice(-2000)}`);
      }
      await sleep(5);
    }
  }

  async kill() {
    if (this.#child === undefined || this.#child.exitCode !== null) return;
    const ended = new Promise((done) => this.#child.once("exit", done));
    this.#child.kill("SIGKILL");
    await ended;
  }
}

const listens = (origin) => fetch(origin, { method: "POST" }).then((answer) => answer.text(), () => undefined).then((text) => text !== undefined);

/**
 * Opens all of them with their state below `base`: `{ ours, list, close }`; `list` has `{ id, name, process, config }`:
 * a process has `origin`, `pid`, `kill()` and `start(probe)`; `config` is the runtime's file, where there is one.
 */
export async function openServers(base) {
  const ours = await openBench({ base, unread: true, env: { FORWARD_LADDER_S: "3600" } });
  const yardstick = (file) => openBench({ base, unread: true, worker: plainWorker(join(PROOF, file), { binding: "ORDER", className: "OrderObject" }) });
  const benches = [ours];
  for (const { file } of WORKERS) benches.push(await yardstick(file));
  const { entry, version } = await alipaySdk();
  const keys = mkdtempSync(join(tmpdir(), "alipay-checkout-bench-"));
  for (const name of ["merchant-private.pem", "alipay-public.pem"]) writeFileSync(join(keys, name), ours.secrets[name], { mode: 0o600 });
  const node = async (file) => {
    const { edge: port } = await freePorts();
    const server = new NodeServer(port, [join(PROOF, "sdk-server.mjs"), entry, keys, String(port)], file);
    await server.start();
    return server;
  };
  const nodes = [await node(join(ours.place, "node.sqlite")), await node()];
  return {
    ours,
    list: [
      ...[{ id: "ours", name: "ours" }, ...WORKERS].map(({ id, name }, n) => (
        { id, name, process: benches[n].workerd, config: join(benches[n].place, "config.capnp") }
      )),
      { id: "node-sqlite", name: `Node, alipay-sdk ${version}, SQLite`, process: nodes[0] },
      { id: "node", name: `Node, alipay-sdk ${version}, keeps nothing`, process: nodes[1] },
    ],
    close: async () => {
      await Promise.all([...nodes.map((server) => server.kill()), ...benches.map((bench) => bench.close())]);
      rmSync(keys, { recursive: true, force: true });
    },
  };
}

/** A genuine notification of a trade that waits for the buyer, so that nothing is forwarded. */
export const waiting = (out_trade_no) => encoded(signed(paidFields(out_trade_no, { trade_status: "WAIT_BUYER_PAY" })));
