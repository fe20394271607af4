// Ports: which are wanted, whether they are free, and free ones for tests.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Trouble } from './run.mjs';

const HOST = '127.0.0.1';

/** The three ports people know, and the variables that choose others. */
export const PORTS = [
  { part: 'edge', variable: 'EDGE_PORT', usual: 8787 },
  { part: 'alipay', variable: 'ALIPAY_PORT', usual: 8788 },
  { part: 'shop', variable: 'SHOP_PORT', usual: 8789 },
];

/** Reads `{ edge, alipay, shop }` from the environment. */
export function portsFrom(env) {
  const ports = {};
  for (const { part, variable, usual } of PORTS) {
    const text = env[variable] ?? '';
    const port = text === '' ? usual : Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new Trouble(`${variable}=${text} is not a port.`, { hint: 'choose a number from 1 to 65535.' });
    }
    const twin = Object.keys(ports).find((other) => ports[other] === port);
    if (twin !== undefined) {
      throw new Trouble(`Port ${port} is given to both ${twin} and ${part}.`, { hint: `choose another ${variable}.` });
    }
    ports[part] = port;
  }
  return ports;
}

/** Throws the {@link Trouble} that names the first port which is taken. */
export async function expectFree(ports) {
  for (const { part, variable } of PORTS) {
    if (!(await isFree(ports[part]))) {
      const other = ports[part] < 65_000 ? ports[part] + 100 : ports[part] - 100;
      throw new Trouble(`Port ${ports[part]} (${part}) is taken by another program.`, {
        hint: `end that program, or choose another port: ${variable}=${other} npm start`,
      });
    }
  }
}

/** Whether a server could listen on this port of the loopback address. */
export async function isFree(port) {
  const server = await listen(port).catch(() => undefined);
  if (server === undefined) return false;
  await close(server);
  return true;
}

/**
 * Three ports that are free, and that no other process is given as long as this one lives: also after whoever
 * listened there has stopped. Nobody else's outgoing connection takes them, as the system's range is above.
 */
export async function freePorts() {
  const ports = {};
  for (const { part } of PORTS) ports[part] = await nextPort();
  return ports;
}

const FIRST = 20_000;
const BLOCKS = 750;
/** A block's first port is its mark: who listens there owns the others. */
const BLOCK = 16;

/** Ports of our blocks that were never given out. */
const left = [];

async function nextPort() {
  for (;;) {
    if (left.length === 0) left.push(...(await block()));
    // Another call may have been quicker, and another program may be there already.
    const port = left.shift();
    if (port !== undefined && (await isFree(port))) return port;
  }
}

/** The ports of a block that is ours from now on. */
async function block() {
  const begin = randomInt(BLOCKS);
  for (let tried = 0; tried < BLOCKS; tried += 1) {
    const mark = FIRST + BLOCK * ((begin + tried) % BLOCKS);
    const server = await listen(mark).catch(() => undefined);
    if (server === undefined) continue;
    // It is held until the process ends, and does not keep it from ending.
    server.unref();
    return Array.from({ length: BLOCK - 1 }, (_, n) => mark + 1 + n);
  }
  throw new Trouble(`No port from ${FIRST} to ${FIRST + BLOCKS * BLOCK - 1} is free.`, { hint: 'end programs that tests have left.' });
}

function listen(port) {
  return new Promise((settle, refuse) => {
    const server = createServer();
    server.once('error', refuse);
    server.listen(port, HOST, () => settle(server));
  });
}

function close(server) {
  return new Promise((settle) => {
    server.close(settle);
  });
}
