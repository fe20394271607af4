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
 * Three ports that are free now, all different because they are held until the last one is known.
 * The system would name ports that it also gives to outgoing connections, which may take one before
 * we do; these are below that range.
 */
export async function freePorts() {
  const servers = [];
  while (servers.length < PORTS.length) {
    const server = await listen(randomInt(20_000, 32_000)).catch(() => undefined);
    if (server !== undefined) servers.push(server);
  }
  const ports = Object.fromEntries(PORTS.map(({ part }, i) => [part, servers[i].address().port]));
  await Promise.all(servers.map(close));
  return ports;
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
