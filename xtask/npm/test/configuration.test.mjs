import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edgeVariables, envFile, originsOf, sandboxCommand, shopVariables } from '../configuration.mjs';
import { environment } from '../project.mjs';

const PORTS = { edge: 1, alipay: 2, shop: 3 };
const ORIGINS = originsOf(PORTS);
const SECRETS = {
  'merchant-private.pem': '-----BEGIN PRIVATE KEY-----\nAA\nBB\n-----END PRIVATE KEY-----\n',
  'merchant-public.pem': 'unused',
  'alipay-private.pem': 'unused',
  'alipay-public.pem': '-----BEGIN PUBLIC KEY-----\nCC\n-----END PUBLIC KEY-----\n',
  'antom-merchant-private.pem': '-----BEGIN PRIVATE KEY-----\nDD\n-----END PRIVATE KEY-----\n',
  'antom-public.pem': '-----BEGIN PUBLIC KEY-----\nEE\n-----END PUBLIC KEY-----\n',
  'md5.key': 'md5',
  'order.secret': 'order',
  'status.secret': 'status',
  'webhook.secret': 'whsec_x',
  'admin.token': 'abc',
};
const COMMON = {
  EDGE_ORIGIN: 'http://127.0.0.1:1',
  GATEWAY_URL: 'http://127.0.0.1:2/gateway.do',
  PARTNER: '2088123412341234',
  ANTOM_URL: 'http://127.0.0.1:2',
  ANTOM_CLIENT_ID: 'SANDBOX_5X0000000LOCAL01',
  ANTOM_PRIVATE_KEY: 'DD',
  ANTOM_PUBLIC_KEY: 'EE',
  ORDER_SECRET: 'order',
  STATUS_SECRET: 'status',
  ALLOWED_ORIGINS: 'http://127.0.0.1:3',
  FORWARD_URL: 'http://127.0.0.1:3/alipay/events',
  FORWARD_SECRET: 'whsec_x',
  FORWARD_LADDER_S: '0,1,2,4,8,15,30,60',
  MERCHANT_URL: 'send',
  // FIPS 180-2, appendix B.1: the hash of "abc".
  ADMIN_TOKENS: 'local:read+operate+refund:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  REFUSALS_PER_MINUTE: '100000',
  DEVELOPMENT: 'true',
};

test('the Worker gets bare keys for RSA2 and no MD5 key', () => {
  assert.deepEqual(edgeVariables(ORIGINS, SECRETS), {
    ...COMMON, SIGN_TYPE: 'RSA2', MERCHANT_PRIVATE_KEY: 'AABB', ALIPAY_PUBLIC_KEY: 'CC',
  });
});

test('the Worker gets the MD5 key and no RSA key for MD5', () => {
  assert.deepEqual(edgeVariables(ORIGINS, SECRETS, { SIGN_TYPE: 'MD5' }), { ...COMMON, SIGN_TYPE: 'MD5', MD5_KEY: 'md5' });
});

test('any variable of the Worker can be replaced', () => {
  const variables = edgeVariables(ORIGINS, SECRETS, { FORWARD_URL: 'http://127.0.0.1:9/' });
  assert.equal(variables.FORWARD_URL, 'http://127.0.0.1:9/');
});

test('the stand-in has the sign type and partner of the Worker', () => {
  const variables = edgeVariables(ORIGINS, SECRETS, { SIGN_TYPE: 'RSA', PARTNER: '2088000000000000' });
  const [, args] = sandboxCommand({ home: '/h', ports: PORTS, variables });
  assert.deepEqual(args, ['serve', '--listen', '127.0.0.1:2', '--partner', '2088000000000000', '--sign-type', 'RSA',
    '--antom-client', 'SANDBOX_5X0000000LOCAL01',
    '--secrets', '/h/secrets', '--state', '/h/state/alipay.json', '--speedup', '60']);
});

test('the shop knows its own two secrets and no others', () => {
  assert.deepEqual(shopVariables({ home: '/h', ports: PORTS, origins: ORIGINS, secrets: SECRETS }), {
    PORT: '3',
    SHOP_ORIGIN: 'http://127.0.0.1:3',
    EDGE_ORIGIN: 'http://127.0.0.1:1',
    ORDER_SECRET: 'order',
    WEBHOOK_SECRET: 'whsec_x',
    PROVIDERS: 'alipay-gateway,antom',
    STAND_IN_ORIGIN: 'http://127.0.0.1:2',
    STATE_FILE: '/h/state/shop.json',
  });
});

test('an env file has one quoted line per variable', () => {
  assert.equal(envFile({ A: 'x=y #z', B_1: '' }), 'A="x=y #z"\nB_1=""\n');
});

for (const value of ['a"b', 'a\nb', 'a\\b', '$HOME']) {
  test(`an env file refuses ${JSON.stringify(value)} instead of altering it`, () => {
    assert.throws(() => envFile({ A: value }), { message: 'A cannot be written to an env file' });
  });
}

test('children find our tools before those of the system', () => {
  const path = environment({}, { PATH: '/usr/bin' }).PATH.split(':');
  assert.match(path[0], /\/node_modules\/\.bin$/);
  assert.match(path[1], /\/\.tools\/bin$/);
  assert.equal(path[2], '/usr/bin');
});
