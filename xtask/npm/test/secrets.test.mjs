import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { chmodSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECRET_FILES, bareBase64, ensureSecrets } from '../secrets.mjs';
import { folderWith } from './scratch.mjs';

const mode = (path) => (statSync(path).mode & 0o777).toString(8);

test('a complete set is made, for the owner only', (t) => {
  const folder = join(folderWith(t), 'secrets');
  const { made } = ensureSecrets(folder);
  assert.deepEqual([...made].sort(), [...SECRET_FILES].sort());
  assert.deepEqual(readdirSync(folder).sort(), [
    'admin.token', 'alipay-private.pem', 'alipay-public.pem', 'antom-merchant-private.pem', 'antom-merchant-public.pem',
    'antom-private.pem', 'antom-public.pem', 'md5.key', 'merchant-private.pem',
    'merchant-public.pem', 'order.secret', 'status.secret', 'webhook.secret',
  ]);
  assert.equal(mode(folder), '700');
  for (const name of SECRET_FILES) assert.equal(mode(join(folder, name)), '600', name);
});

test('each secret has the form that its reader asks for', (t) => {
  const { secrets } = ensureSecrets(folderWith(t));
  assert.match(secrets['md5.key'], /^[a-z0-9]{32}$/);
  assert.match(secrets['order.secret'], /^[A-Za-z0-9_-]{43}$/);
  assert.match(secrets['status.secret'], /^[A-Za-z0-9_-]{43}$/);
  assert.match(secrets['admin.token'], /^[A-Za-z0-9_-]{43}$/);
  assert.match(secrets['webhook.secret'], /^whsec_[A-Za-z0-9+/]{43}=$/);
  for (const owner of ['merchant', 'alipay', 'antom-merchant', 'antom']) {
    const privateKey = createPrivateKey({ key: Buffer.from(bareBase64(secrets[`${owner}-private.pem`]), 'base64'), format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey({ key: Buffer.from(bareBase64(secrets[`${owner}-public.pem`]), 'base64'), format: 'der', type: 'spki' });
    assert.equal(publicKey.asymmetricKeyDetails.modulusLength, 2048);
    assert.equal(verify('sha256', Buffer.from('text'), publicKey, sign('sha256', Buffer.from('text'), privateKey)), true);
  }
});

test('a second call changes nothing but a mode that is too open', (t) => {
  const folder = folderWith(t);
  const first = ensureSecrets(folder);
  chmodSync(join(folder, 'md5.key'), 0o644);
  const second = ensureSecrets(folder);
  assert.deepEqual(second, { made: [], secrets: first.secrets });
  assert.equal(mode(join(folder, 'md5.key')), '600');
});

test('what is missing is completed around what is there', (t) => {
  const folder = folderWith(t);
  const { secrets } = ensureSecrets(folder);
  rmSync(join(folder, 'merchant-public.pem'));
  rmSync(join(folder, 'status.secret'));
  const again = ensureSecrets(folder);
  assert.deepEqual(again.made, ['merchant-public.pem', 'status.secret']);
  assert.equal(again.secrets['merchant-public.pem'], secrets['merchant-public.pem']);
  assert.equal(again.secrets['merchant-private.pem'], secrets['merchant-private.pem']);
});

test('a public key without its private key is not overwritten', (t) => {
  const folder = folderWith(t);
  ensureSecrets(folder);
  rmSync(join(folder, 'alipay-private.pem'));
  const before = readFileSync(join(folder, 'alipay-public.pem'), 'utf8');
  assert.throws(() => ensureSecrets(folder), {
    name: 'Trouble',
    message: `alipay-private.pem is missing beside alipay-public.pem in ${folder}.`,
  });
  assert.equal(readFileSync(join(folder, 'alipay-public.pem'), 'utf8'), before);
});

test('a file of the owner is used as it is', (t) => {
  const folder = folderWith(t);
  writeFileSync(join(folder, 'md5.key'), 'mykey\n');
  assert.equal(ensureSecrets(folder).secrets['md5.key'], 'mykey');
});
