// One Worker, one merchant's backend, no Alipay: what each of the proof suites starts for itself.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { edgeVariables, ensureSecrets, freePorts, originsOf } from "../../xtask/npm/stack.mjs";
import { SIGNERS, signed } from "../stack/notification.mjs";
import { useStack } from "../stack/running.mjs";
import { claims, orderToken, returnAddress } from "../stack/tokens.mjs";
import { Receiver } from "./receiver.mjs";
import { Workerd } from "./workerd.mjs";

/** Seconds between two forwards, so that nobody waits for long. */
export const FORWARD_LADDER_S = "0,1,1,1,1,1,1,1";

/** Where state is quick: SIGKILL takes nothing from it either, but it is gone with the machine. */
const IN_MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
/** Where every commit waits for the disk. */
export const ON_DISK = tmpdir();

/** Folders of this process, removed with it however it ends. */
const folders = [];
process.once("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

let secrets;

function folder(base, name) {
  const made = mkdtempSync(join(base, `alipay-checkout-${name}-`));
  folders.push(made);
  return made;
}

/**
 * Starts a bench. `env` overrides the Worker's variables; `base` is the folder for its state, in memory
 * unless said otherwise; `worker`, `flags`, `made`, `unread` and `probe` are {@link Workerd}'s.
 */
export async function openBench({ env = {}, base = IN_MEMORY, worker, flags, made, unread, probe } = {}) {
  // One set for all benches of the process: making keys takes longer than starting a Worker.
  secrets ??= ensureSecrets(folder(tmpdir(), "secrets")).secrets;
  const ports = await freePorts();
  const receiver = await Receiver.open(secrets["webhook.secret"]);
  const origins = { ...originsOf(ports), gate: receiver.origin };
  const variables = edgeVariables(origins, secrets, {
    FORWARD_URL: `${receiver.origin}/events`,
    FORWARD_LADDER_S,
    QUERY_LADDER_S: "never",
    ...env,
  });
  // An entry that is `undefined` takes a variable away.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
  const place = folder(base, "bench");
  const workerd = new Workerd({ home: place, port: ports.edge, variables: given, worker, flags, made, unread });
  useStack({ origins, secrets });
  try {
    await workerd.start(probe && (() => probe(workerd.origin)));
  } catch (error) {
    await receiver.close();
    throw error;
  }
  return new Bench({ workerd, receiver, origins, secrets, place, variables: given });
}

/** A running bench, and how a test speaks to it. */
export class Bench {
  constructor({ workerd, receiver, origins, secrets, place, variables }) {
    Object.assign(this, { workerd, receiver, origins, secrets, place, variables });
    this.origin = workerd.origin;
  }

  async close() {
    await this.workerd.kill();
    await this.receiver.close();
    rmSync(this.place, { recursive: true, force: true });
  }

  /** Kills the Worker and starts it with other text variables; `undefined` takes one away. */
  async restart(changes) {
    await this.workerd.kill();
    reconfigure(this, changes);
    await this.workerd.start();
  }

  /** Claims that this bench's Worker takes, with `changes`. */
  claims(changes = {}) {
    const made = claims({ aud: this.origin, ...changes });
    return { ...made, return_url: changes.return_url ?? `${this.origins.shop}/checkout/${made.out_trade_no}` };
  }

  /** Registers an order: `{ out_trade_no, status_token, back, status }`, the last a question. */
  async register(changes) {
    const order = this.claims(changes);
    const answer = await this.checkout(orderToken(order));
    if (answer.status !== 200) throw new Error(`checkout answers ${answer.status} ${answer.json.code}`);
    const { status_token } = answer.json;
    // Where Alipay sends the shopper back to: a path of this bench.
    const back = new URL(returnAddress(answer.json)).pathname;
    return { ...order, status_token, back, status: () => this.status(order.out_trade_no, status_token) };
  }

  /** Posts an order token: `{ status, json }`. */
  async checkout(order_token, fields = {}) {
    const body = new URLSearchParams({ order_token, ...fields });
    const answer = await fetch(`${this.origin}/checkout`, { method: "POST", body });
    return { status: answer.status, json: await answer.json() };
  }

  /** The word of an order's status. */
  async status(out_trade_no, status_token) {
    const answer = await fetch(`${this.origin}/status/${out_trade_no}?token=${status_token}`);
    return (await answer.json()).status;
  }

  /** Posts fields or a body to the notify route: `{ status, body, refusal }`. */
  async notify(message, headers = {}, path = "/notify/gateway") {
    const answer = await fetch(this.origin + path, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8", ...headers },
      body: encoded(message),
      signal: AbortSignal.timeout(15_000),
    });
    return { status: answer.status, body: await answer.text(), refusal: answer.headers.get("x-refusal") };
  }

  /** Fields signed in a way of Alipay's: `RSA2`, `RSA` or `MD5`. */
  signed(fields, sign_type) {
    return signed(fields, { sign_type, signer: SIGNERS[sign_type] });
  }

  /** Signs fields by RSA2 and posts them. */
  tell(fields) {
    return this.notify(signed(fields));
  }
}

/** Changes text variables of a Worker that does not run; `undefined` takes one away. */
export function reconfigure({ place }, changes) {
  const path = join(place, "config.capnp");
  let config = readFileSync(path, "utf8");
  for (const [name, value] of Object.entries(changes)) {
    config = config.replace(new RegExp(`\\(name = "${name}", text = "[^"]*"\\)(,\\n\\s*)?`), "");
    if (value !== undefined) config = config.replace("bindings = [", () => `bindings = [(name = "${name}", text = ${JSON.stringify(value)}),\n    `);
  }
  writeFileSync(path, config);
}

/** Fields as a form; text and bytes as they are. */
export function encoded(message) {
  return typeof message === "string" || message instanceof Uint8Array ? message : new URLSearchParams(message).toString();
}

export const ACCEPTED = { status: 200, body: "success", refusal: null };
export const refused = (refusal, status = 403) => ({ status, body: "fail", refusal });
