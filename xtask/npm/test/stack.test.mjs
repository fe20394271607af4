import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { originsOf } from '../configuration.mjs';
import { expectFree, freePorts } from '../ports.mjs';
import { Stack } from '../stack.mjs';
import { guide } from '../start.mjs';
import { folderWith } from './scratch.mjs';

// A part that answers on its port with its own process number, and ends with code 3 when asked to.
const PART = `
  const { createServer } = require('node:http');
  createServer((request, response) => {
    if (request.url === '/die') { console.log('last words'); process.exit(3); }
    response.end(String(process.pid));
  }).listen(Number(process.argv[1]), '127.0.0.1', () => console.log('listening'));
`;
const part = (port, source = PART) => ({ command: process.execPath, args: ['-e', source, String(port)], env: process.env });

async function three(t, replaced = {}) {
  const home = folderWith(t);
  mkdirSync(join(home, 'logs'));
  const ports = await freePorts();
  const parts = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, part(port)]));
  const said = [];
  const stack = new Stack(home, originsOf(ports), { ...parts, ...replaced }, (line) => said.push(line));
  t.after(() => stack.stop());
  return { stack, home, ports, said };
}

const ask = async (origin, path = '/') => (await fetch(origin + path)).text();

test('all three answer after start, and none after stop', async (t) => {
  const { stack, ports, said } = await three(t);
  await stack.start();
  assert.deepEqual([...said].sort(), [
    `alipay answers at ${stack.origins.alipay}`,
    `edge answers at ${stack.origins.edge}`,
    `shop answers at ${stack.origins.shop}`,
  ]);
  assert.equal(new Set(await Promise.all(Object.values(stack.origins).map((origin) => ask(origin)))).size, 3);
  await stack.stop();
  assert.equal(await expectFree(ports), undefined);
});

test('a restarted part is another process; the others stay', async (t) => {
  const { stack } = await three(t);
  await stack.start();
  const [shop, edge] = [await ask(stack.origins.shop), await ask(stack.origins.edge)];
  await stack.restart('shop');
  assert.notEqual(await ask(stack.origins.shop), shop);
  assert.equal(await ask(stack.origins.edge), edge);
});

test('a part that ends by itself is named with its last lines, and the others are stopped', async (t) => {
  const { stack, home, ports } = await three(t);
  await stack.start();
  await ask(stack.origins.alipay, '/die').catch(() => {});
  const trouble = await stack.died;
  assert.equal(trouble.message, 'alipay ended with exit code 3.');
  assert.deepEqual(trouble.lines, ['listening', 'last words']);
  assert.equal(trouble.log, join(home, 'logs', 'alipay.log'));
  assert.equal(readFileSync(trouble.log, 'utf8'), 'listening\nlast words\n');
  assert.equal(await expectFree(ports), undefined);
});

test('a part that cannot start fails the start and leaves nothing running', async (t) => {
  const { stack, ports } = await three(t, { shop: part(0, "console.error('ORDER_SECRET is missing'); process.exit(1)") });
  await assert.rejects(stack.start(), {
    name: 'Trouble',
    message: 'shop ended with exit code 1.',
    lines: ['ORDER_SECRET is missing'],
  });
  assert.equal(await expectFree(ports), undefined);
});

test('a program that is not there is named', async (t) => {
  const { stack } = await three(t, { alipay: { command: '/absent/alipay-sandbox', args: [], env: process.env } });
  await assert.rejects(stack.start(), { name: 'Trouble', message: 'alipay could not be started (ENOENT).' });
});

test('the guide names every origin and the test shopper', () => {
  const text = guide({ shop: 'http://s', alipay: 'http://a', edge: 'http://e' });
  for (const part of ['http://s/\n', 'http://s/orders\n', 'http://a/ ', 'http://e/version\n', 'shopper@example.com', '111111', '246810']) {
    assert.equal(text.includes(part), true, part);
  }
});
