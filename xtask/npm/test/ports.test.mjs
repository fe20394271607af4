import assert from 'node:assert/strict';
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
