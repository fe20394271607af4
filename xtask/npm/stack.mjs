// Starts everything that a payment needs on this machine: the stand-in for Alipay, the shop and the Worker.

import { chmodSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnGroup, stopGroup } from './children.mjs';
import { edgeVariables, envFile, originsOf, sandboxCommand, shopVariables } from './configuration.mjs';
import { expectFree, freePorts } from './ports.mjs';
import { ROOT, environment } from './project.mjs';
import { Tail, Trouble, readLines } from './run.mjs';
import { ensureSecrets } from './secrets.mjs';

// Whoever drives a stack, or one part of it by itself, needs nothing else of this folder.
export { joinWorker } from './join-worker.mjs';
export { spawnGroup, stopAll } from './children.mjs';
export { cli, isMain } from './cli.mjs';
export { adminToken, edgeVariables, originsOf, sandboxCommand, shopVariables } from './configuration.mjs';
export { freePorts } from './ports.mjs';
export { Progress } from './progress.mjs';
export { LOCAL, ROOT, environment } from './project.mjs';
export { run } from './run.mjs';
export { ensureSecrets } from './secrets.mjs';

const READY_MS = 60_000;
const NOISE = /^\s*$/;

/**
 * Starts the three parts and resolves when each answers.
 *
 * * `home` – folder for `secrets/`, `state/` and `logs/`; what is there is kept and used.
 * * `ports` – `{ edge, alipay, shop }`; without it, free ones.
 * * `env` – overrides of the Worker's variables (docs/contracts.md section 3); `SIGN_TYPE` and
 *   `PARTNER` reach the stand-in too.
 * * `speedup` – how much faster than Alipay's the stand-in's ladder of notifications runs.
 * * `log` – called with one line for each thing worth knowing.
 *
 * The result has `origins` and `ports` by part, `secrets` by file name, `stop()`, `restart(part)`,
 * and `died`: a promise that resolves with a {@link Trouble} when a part ends by itself, after the
 * others have been stopped.
 */
export async function startStack({ home, ports, env = {}, speedup, log = () => {} }) {
  const chosen = ports ?? (await freePorts());
  await expectFree(chosen);
  const { secrets } = ensureSecrets(join(home, 'secrets'));
  const origins = originsOf(chosen);
  const variables = edgeVariables(origins, secrets, env);
  mkdirSync(join(home, 'state'), { recursive: true });
  mkdirSync(join(home, 'logs'), { recursive: true });
  const setting = { home, ports: chosen, origins, secrets, variables, speedup };
  const stack = new Stack(home, origins, commands(setting), log);
  await stack.start();
  return Object.assign(stack, { ports: chosen, secrets });
}

function commands(setting) {
  const { home, ports, variables } = setting;
  const [sandbox, sandboxArgs] = sandboxCommand(setting);
  const envPath = join(home, 'secrets', 'edge.env');
  writeFileSync(envPath, envFile(variables), { mode: 0o600 });
  // The mode above counts only when the file is made.
  chmodSync(envPath, 0o600);
  return {
    alipay: { command: sandbox, args: sandboxArgs, env: environment() },
    shop: {
      command: 'node',
      args: [join('www', 'backend', 'server.mjs')],
      env: environment(shopVariables(setting)),
    },
    edge: {
      command: 'node',
      args: [join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js'), 'dev',
        '--ip', '127.0.0.1', '--port', String(ports.edge), '--inspector-port', '0',
        '--persist-to', join(home, 'state', 'worker'), '--env-file', envPath],
      cwd: join(ROOT, 'edge'),
      env: environment({
        CI: '1',
        WRANGLER_SEND_METRICS: 'false',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        // Several stacks at a time must not find each other, nor write into the user's home.
        WRANGLER_REGISTRY_PATH: join(home, 'state', 'registry'),
        WRANGLER_LOG_PATH: join(home, 'logs', 'wrangler'),
        NO_COLOR: '1',
      }),
    },
  };
}

/** Parts that are started, watched and stopped together. `parts` is `{ part: { command, args, cwd, env } }`. */
export class Stack {
  #home;
  #commands;
  #log;
  #parts = new Map();
  #stopping = false;
  #settleDied;

  constructor(home, origins, parts, log) {
    this.#home = home;
    this.#commands = parts;
    this.#log = log;
    this.origins = origins;
    this.died = new Promise((settle) => {
      this.#settleDied = settle;
    });
  }

  async start() {
    try {
      await Promise.all(Object.keys(this.#commands).map((part) => this.#startPart(part)));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends everything; resolves when no process is left. */
  async stop() {
    this.#stopping = true;
    await Promise.all([...this.#parts.keys()].map((part) => this.#stopPart(part)));
  }

  /** Ends one part (`edge`, `alipay` or `shop`) and starts it again with the same state. */
  async restart(part) {
    await this.#stopPart(part);
    await this.#startPart(part);
  }

  async #stopPart(part) {
    const running = this.#parts.get(part);
    if (running === undefined) return;
    this.#parts.delete(part);
    await stopGroup(running.child.pid);
    running.file.end();
  }

  async #startPart(part) {
    const { command, args, cwd = ROOT, env } = this.#commands[part];
    const path = join(this.#home, 'logs', `${part}.log`);
    const file = createWriteStream(path, { flags: 'a' });
    const tail = new Tail(15);
    const child = spawnGroup(command, args, { cwd, env });
    const running = { child, file };
    this.#parts.set(part, running);
    const ended = new Promise((settle) => {
      child.once('error', (error) => settle(`could not be started (${error.code})`));
      child.once('exit', (code, signal) => settle(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`));
    });
    const read = child.pid === undefined ? undefined : readLines(child, (line) => {
      file.write(`${line}\n`);
      if (!NOISE.test(line)) tail.add(line);
    });
    const lost = ended.then(async (how) => {
      // A grandchild may hold the pipes open; its last words are not worth waiting for.
      await Promise.race([read, sleep(500)]);
      return new Trouble(`${part} ${how}.`, { lines: tail.lines, log: path, hint: 'mend what the lines above name, then start again.' });
    });
    const late = sleep(READY_MS, undefined, { ref: false }).then(() => (
      new Trouble(`${part} does not answer after ${READY_MS / 1000} s.`, { lines: tail.lines, log: path })
    ));
    const trouble = await Promise.race([this.#answers(part, running), lost, late]);
    if (trouble !== undefined) throw trouble;
    // Stopped before it answered, because another part failed to start.
    if (this.#parts.get(part) !== running) return;
    this.#log(`${part} answers at ${this.origins[part]}`);
    void lost.then((reason) => this.#lose(running, part, reason));
  }

  async #lose(running, part, trouble) {
    // Stopped by us, or already replaced.
    if (this.#stopping || this.#parts.get(part) !== running) return;
    await this.stop();
    this.#settleDied(trouble);
  }

  async #answers(part, running) {
    while (this.#parts.get(part) === running) {
      const answer = await fetch(`${this.origins[part]}/healthz`, {
        redirect: 'manual',
        signal: AbortSignal.timeout(2000),
      }).catch(() => undefined);
      // The Worker's runtime listens before the Worker is loaded; the others have no such route
      // and answer as soon as they listen.
      if (answer !== undefined && (part !== 'edge' || answer.status === 200)) return undefined;
      await sleep(100);
    }
    return undefined;
  }
}
