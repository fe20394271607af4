// Test keys for a local run: made once per folder, never overwritten, readable by the owner only.

import { createPublicKey, generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain } from './cli.mjs';
import { LOCAL } from './project.mjs';
import { Trouble } from './run.mjs';

const MD5_KEY_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

const TEXTS = {
  // Alipay's MD5 keys are 32 lower-case letters and digits.
  'md5.key': () => Array.from({ length: 32 }, () => MD5_KEY_LETTERS[randomInt(MD5_KEY_LETTERS.length)]).join(''),
  'order.secret': () => randomBytes(32).toString('base64url'),
  'status.secret': () => randomBytes(32).toString('base64url'),
  'webhook.secret': () => `whsec_${randomBytes(32).toString('base64')}`,
  // Opens the merchant's side of the Worker; the Worker gets its hash alone.
  'admin.token': () => randomBytes(32).toString('base64url'),
};

// Antom has keys of its own on both sides, as it has accounts of its own.
const PAIRS = ['merchant', 'alipay', 'antom-merchant', 'antom'];

/** Every file of a complete set. */
export const SECRET_FILES = [
  ...PAIRS.flatMap((owner) => [`${owner}-private.pem`, `${owner}-public.pem`]),
  ...Object.keys(TEXTS),
];

/** Completes the set in `folder` and returns `{ made, secrets }`: the names made now, and all texts by name. */
export function ensureSecrets(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const made = [];
  // No trailing newline: whoever reads a file as it is gets the secret and nothing else.
  const write = (name, text) => {
    writeFileSync(join(folder, name), text, { flag: 'wx', mode: 0o600 });
    made.push(name);
  };
  for (const owner of PAIRS) completePair(folder, owner, write);
  for (const [name, make] of Object.entries(TEXTS)) {
    if (!existsSync(join(folder, name))) write(name, make());
  }
  const secrets = {};
  for (const name of SECRET_FILES) {
    chmodSync(join(folder, name), 0o600);
    secrets[name] = readFileSync(join(folder, name), 'utf8').trim();
  }
  return { made, secrets };
}

function completePair(folder, owner, write) {
  const names = { private: `${owner}-private.pem`, public: `${owner}-public.pem` };
  const has = { private: existsSync(join(folder, names.private)), public: existsSync(join(folder, names.public)) };
  if (!has.private && has.public) {
    throw new Trouble(`${names.private} is missing beside ${names.public} in ${folder}.`, {
      hint: `put it back, or delete ${names.public} too to get a new pair.`,
    });
  }
  if (!has.private) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    write(names.private, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  if (!has.public) {
    const publicKey = createPublicKey(readFileSync(join(folder, names.private)));
    write(names.public, publicKey.export({ type: 'spki', format: 'pem' }));
  }
}

/** A PEM text as bare base64 on one line, the form that fits an environment variable. */
export function bareBase64(pem) {
  return pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '');
}

if (isMain(import.meta)) {
  const { made } = ensureSecrets(join(LOCAL, 'secrets'));
  process.stdout.write(made.length === 0 ? 'Secrets are complete.\n' : `Made ${made.join(', ')}.\n`);
}
