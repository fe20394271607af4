import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { expectFree, freePorts, isFree, portsFrom } from '../ports.mjs';

async function taken(t) {
  const server = createServer();
  await new Promise((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  t.after(() => server.close());
  return server.address().port;
}

test('without variables the three usual ports are meant', () => {
  assert.deepEqual(portsFrom({}), { edge: 8787, alipay: 8788, shop: 8789 });
});

test('a variable chooses another port, an empty one does not', () => {
  assert.deepEqual(portsFrom({ SHOP_PORT: '9789', EDGE_PORT: '' }), { edge: 8787, alipay: 8788, shop: 9789 });
});

for (const text of ['0', '65536', '80.5', 'eighty', '-1']) {
  test(`SHOP_PORT=${text} is refused`, () => {
    assert.throws(() => portsFrom({ SHOP_PORT: text }), {
      name: 'Trouble',
      message: `SHOP_PORT=${text} is not a port.`,
      hint: 'choose a number from 1 to 65535.',
    });
  });
}

test('one port for two parts is refused', () => {
  assert.throws(() => portsFrom({ SHOP_PORT: '8787' }), {
    name: 'Trouble',
    message: 'Port 8787 is given to both edge and shop.',
  });
});

test('a port that a server listens on is not free', async (t) => {
  assert.equal(await isFree(await taken(t)), false);
});

test('a taken port is named, with the variable that chooses another', async (t) => {
  const ports = { ...(await freePorts()), alipay: await taken(t) };
  await assert.rejects(expectFree(ports), (error) => {
    assert.equal(error.message, `Port ${ports.alipay} (alipay) is taken by another program.`);
    assert.match(error.hint, /^end that program, or choose another port: ALIPAY_PORT=\d+ npm start$/);
    return true;
  });
});

test('free ports are free and differ', async () => {
  const ports = await freePorts();
  assert.equal(new Set(Object.values(ports)).size, 3);
  assert.equal(await expectFree(ports), undefined);
});

test('no port is given out twice, whichever process asks, also where nobody listens yet', async (t) => {
  const program = `
    const { freePorts } = await import(${JSON.stringify(new URL('../ports.mjs', import.meta.url).href)});
    const given = [];
    for (let n = 0; n < 60; n += 1) given.push(...Object.values(await freePorts()));
    console.log(JSON.stringify(given));
    process.stdin.resume();
  `;
  const askers = Array.from({ length: 3 }, () => spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] }));
  t.after(() => askers.forEach((asker) => asker.kill()));
  const given = (await Promise.all(askers.map(({ stdout }) => once(stdout, 'data')))).flatMap(([text]) => JSON.parse(text));
  assert.equal(given.length, 3 * 60 * 3);
  assert.equal(new Set(given).size, given.length);
  // Who has asked ends although its marks are held.
  const ended = askers.map((asker) => once(asker, 'exit'));
  for (const { stdin } of askers) stdin.end();
  assert.deepEqual((await Promise.all(ended)).map(([code]) => code), [0, 0, 0]);
});
