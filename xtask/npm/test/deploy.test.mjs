import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { asked, deploy } from '../deploy.mjs';
import { environment as toolsEnvironment } from '../project.mjs';
import { Progress } from '../progress.mjs';
import { folderWith, page } from './scratch.mjs';

const pem = (key, type) => key.export({ type, format: 'pem' });
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const alipays = generateKeyPairSync('rsa', { modulusLength: 2048 });

const VARS = {
  EDGE_ORIGIN: 'https://pay.shop.test',
  GATEWAY_URL: 'https://intlmapi.alipay.com/gateway.do',
  PARTNER: '2088101122136241',
  SIGN_TYPE: 'RSA2',
  ALIPAY_PUBLIC_KEY: pem(alipays.publicKey, 'spki'),
  ALLOWED_ORIGINS: 'https://shop.test',
  FORWARD_URL: 'https://shop.test/alipay/events',
};
const SECRETS = {
  ORDER_SECRET: 'test key of orders, thirty-two bytes',
  STATUS_SECRET: 'test key of statuses, thirty-two bytes',
  FORWARD_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  MERCHANT_PRIVATE_KEY: pem(ours.privateKey, 'pkcs8'),
};
const VERSION = /^version = "(.*)"$/m.exec(readFileSync(join(import.meta.dirname, '../../../Cargo.toml'), 'utf8'))[1];

// Writes down its arguments and what the file of secrets holds, and does what `state.json` says.
const WRANGLER = `#!/usr/bin/env node
const { appendFileSync, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');
const state = JSON.parse(readFileSync(join(__dirname, 'state.json'), 'utf8'));
const args = process.argv.slice(2);
const file = args[args.indexOf('--secrets-file') + 1];
const secrets = args.includes('--secrets-file') ? { mode: statSync(file).mode & 0o777, names: Object.keys(JSON.parse(readFileSync(file, 'utf8'))) } : undefined;
appendFileSync(join(__dirname, 'calls.jsonl'), JSON.stringify({ args, secrets }) + '\\n');
if (args[0] === '--version') { if (state.broken) process.exit(1); console.log('4.155.0'); }
if (args[0] === 'whoami') process.exit(state.loggedIn ? 0 : 1);
if (args[0] === 'secret') {
  if (state.listFails) { console.error('Authentication error [code: 10000]'); process.exit(1); }
  if (state.secrets === null) { console.error('This Worker does not exist on your account. [code: 10007]'); process.exit(1); }
  console.log('banner\\n' + JSON.stringify(state.secrets.map((name) => ({ name, type: 'secret_text' }))));
}
if (args[0] === 'deploy' && state.fails) { console.error('no route to the zone'); process.exit(1); }
`;

/** A merchant's checkout, machine and world, all of it made up; each part can be another. */
async function scene(t, { vars = {}, secrets = {}, routes = '[{ pattern = "pay.shop.test", custom_domain = true }]', databaseId, state = {}, workersDev = 'workers_dev = false\n', answers = {}, now = () => Date.now(), resolve = {} } = {}) {
  const given = Object.entries({ ...VARS, ...vars }).filter(([, value]) => value !== undefined);
  const held = Object.entries({ ...SECRETS, ...secrets }).filter(([, value]) => value !== undefined);
  const folder = folderWith(t, {
    'edge/wrangler.toml': `name = "w"\nmain = "index.js"\ncompatibility_date = "2026-10-23"\n[env.production]\nname = "w"\n${workersDev}${routes ? `routes = ${routes}\n` : ''}
[env.production.vars]\n${given.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join('\n')}
[[env.production.d1_databases]]\nbinding = "INDEX"\ndatabase_name = "index"\n${databaseId ? `database_id = "${databaseId}"\n` : ''}`,
    'edge/index.js': '',
    'bin/wrangler': WRANGLER,
    'bin/state.json': JSON.stringify({ loggedIn: true, secrets: [], ...state }),
    'deploy/production/.keep': '',
  });
  chmodSync(join(folder, 'bin/wrangler'), 0o700);
  for (const [name, value] of held) writeFileSync(join(folder, 'deploy/production', name), `${value}\n`, { mode: 0o600 });
  // One server stands for all hosts, which come as the first part of the path.
  const said = {
    'api.cloudflare.com': () => ({ status: 200 }),
    'shop.test': () => ({ status: 405 }),
    'pay.shop.test/healthz': () => ({ status: 200, json: { ok: true } }),
    'pay.shop.test/version': () => ({ status: 200, json: { version: VERSION } }),
    ...answers,
  };
  const requests = [];
  const server = createServer((request, response) => {
    const path = request.url.slice(1);
    requests.push(`${request.method} ${path}`);
    const answer = (said[path] ?? said[path.split('/')[0]])();
    if (answer === undefined) {
      request.socket.destroy();
      return;
    }
    const { status, json, headers = {} } = answer;
    response.writeHead(status, { ...(json && { 'content-type': 'application/json' }), ...headers });
    response.end(json && JSON.stringify(json));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  const local = `http://127.0.0.1:${server.address().port}`;
  const world = {
    ask: (url, options) => fetch(url.replace('https:/', local), { redirect: 'manual', ...options }),
    resolve: async (host) => resolve[host] ?? ['8.8.8.8'],
    now,
  };
  const tools = toolsEnvironment();
  const out = page();
  const options = {
    edge: join(folder, 'edge'),
    home: join(folder, 'deploy'),
    env: { ...tools, PATH: [join(folder, 'bin'), tools.PATH].join(delimiter), WRANGLER_SEND_METRICS: 'false' },
    progress: new Progress(out),
    make: async () => {},
    world,
    patienceMs: 100,
  };
  const calls = () => readFileSync(join(folder, 'bin/calls.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const run = (checkOnly) => deploy({ environment: 'production', checkOnly }, options);
  return { run, calls, out, requests, folder };
}

/** The faults of a preflight, without what to do about each. */
async function faultsOf(scene_) {
  const trouble = await scene_.run(true).then(() => assert.fail('nothing was wrong'), (error) => error);
  assert.equal(trouble.name, 'Trouble', trouble.stack);
  assert.equal(trouble.hint, 'mend them and start again; nothing was deployed.');
  const faults = [...trouble.message.matchAll(/^ {2}\d+\. (.*)$/gm)].map(([, says]) => says);
  // Each comes with what to do.
  assert.equal([...trouble.message.matchAll(/^ {5}\S/gm)].length, faults.length);
  for (const secret of Object.values(SECRETS)) assert.equal(trouble.message.includes(secret.slice(0, 20)), false);
  return faults;
}

test('arguments are read, and anything else is refused with the usage', () => {
  assert.deepEqual(asked([]), { environment: 'production', checkOnly: false });
  assert.deepEqual(asked(['--check', '--env', 'staging']), { environment: 'staging', checkOnly: true });
  for (const args of [['--env'], ['--env', '--check'], ['--force'], ['--env', 'a b']]) {
    assert.throws(() => asked(args), { name: 'Trouble', message: `${args.join(' ')} is not understood.` });
  }
});

test('a preflight where all is well changes nothing', async (t) => {
  const ready = await scene(t);
  await ready.run(true);
  assert.deepEqual(ready.calls().map(({ args }) => args.slice(0, 2).join(' ')), ['--version', 'whoami --json', 'secret list']);
  assert.deepEqual(ready.requests, ['HEAD api.cloudflare.com/client/v4/', 'HEAD shop.test/alipay/events']);
  assert.equal(ready.out.text.includes('✗'), false);
  assert.match(ready.out.text, /✓ settings {15}all read by the Worker's own parser/);
});

test('what is wrong with domain, places and login is told at once', async (t) => {
  const bad = await scene(t, {
    vars: { EDGE_ORIGIN: 'https://checkout.workers.dev', STATUS_SECRET: 'test key that git would keep for ever', FORWARD_SECERT: 'x', DEVELOPMENT: 'true' },
    secrets: { STATUS_SECRET: undefined, PARTNER: '2088101122136241' },
    routes: '["other.shop.test/*"]',
    state: { loggedIn: false },
  });
  chmodSync(join(bad.folder, 'deploy/production/ORDER_SECRET'), 0o644);
  const faults = await faultsOf(bad);
  const place = faults.find((says) => says.endsWith('can be read by others.'));
  assert.match(place, /deploy\/production\/ORDER_SECRET can be read by others\.$/);
  assert.deepEqual(faults.filter((says) => says !== place).map((says) => says.replace(/lies in .*/, 'lies in …')), [
    'wrangler is not logged in at Cloudflare.',
    'EDGE_ORIGIN is at workers.dev, which cannot be reached from mainland China.',
    'EDGE_ORIGIN is checkout.workers.dev, but the routes are other.shop.test/*.',
    'STATUS_SECRET is a secret, but stands in edge/wrangler.toml.',
    'PARTNER is no secret, but lies in …',
    'FORWARD_SECERT is no setting of the Worker.',
    'DEVELOPMENT is true: the Worker would send events and keys to plain http.',
  ]);
});

test('example hosts, absent routes and values that the Worker would refuse are told', async (t) => {
  const bad = await scene(t, {
    vars: { EDGE_ORIGIN: 'https://pay.example.com', ALIPAY_PUBLIC_KEY: pem(ours.publicKey, 'spki') },
    secrets: { ORDER_SECRET: 'short', FORWARD_SECRET: undefined },
    routes: '',
    answers: {
      'shop.test': () => ({ status: 302, headers: { location: '/login' } }),
      'api.cloudflare.com': () => ({ status: 200, headers: { date: 'Sun, 22 Nov 2026 00:00:00 GMT' } }),
    },
    now: () => Date.parse('2026-11-22T00:01:40Z'),
  });
  assert.deepEqual((await faultsOf(bad)).map((says) => says.replace(/; expected .*|: expected .*/, '')), [
    'EDGE_ORIGIN is still the example, pay.example.com.',
    'no custom domain or route is set.',
    'ALIPAY_PUBLIC_KEY: this is your own public key, which Alipay gets; Alipay\'s public key belongs here',
    'ORDER_SECRET is malformed',
    'FORWARD_SECRET is absent',
    'this machine\'s clock is 100 s ahead of Cloudflare\'s.',
    'FORWARD_URL redirects (302), and a redirect is never followed.',
  ]);
});

test('a public key in the place of the private one, and endpoints that are not there, are told', async (t) => {
  const bad = await scene(t, {
    vars: { FORWARD_URL: 'https://inside.test/', FORWARD_URL_2: 'https://nowhere.test/', FORWARD_URL_3: 'https://down.test/' },
    secrets: { MERCHANT_PRIVATE_KEY: pem(ours.publicKey, 'spki'), FORWARD_SECRET_2: SECRETS.FORWARD_SECRET, FORWARD_SECRET_3: SECRETS.FORWARD_SECRET },
    answers: { 'down.test': () => ({ status: 503 }), 'api.cloudflare.com': () => ({ status: 200, headers: { date: 'never' } }) },
    resolve: { 'inside.test': ['10.1.2.3', '8.8.8.8'], 'nowhere.test': [] },
  });
  assert.deepEqual((await faultsOf(bad)).map((says) => says.replace(/; expected .*/, '')), [
    'MERCHANT_PRIVATE_KEY: this is a public key, a private one belongs here',
    'this machine\'s clock cannot be compared.',
    'FORWARD_URL: inside.test resolves to 10.1.2.3, which is not public.',
    'FORWARD_URL_2: nowhere.test does not resolve.',
    'FORWARD_URL_3 answers 503.',
  ]);
});

test('what answers nobody, a clock that is behind, and a second address at workers.dev are told', async (t) => {
  const silent = () => undefined;
  const bad = await scene(t, {
    vars: { FORWARD_URL: 'https://silent.test/', FORWARD_URL_2: 'https://pay.shop.test/events' },
    secrets: { FORWARD_SECRET_2: SECRETS.FORWARD_SECRET },
    workersDev: '',
    state: { listFails: true },
    answers: {
      'silent.test': silent,
      'api.cloudflare.com': () => ({ status: 200, headers: { date: 'Sun, 22 Nov 2026 00:01:40 GMT' } }),
      'pay.shop.test': () => ({ status: 404 }),
    },
    now: () => Date.parse('2026-11-22T00:00:00Z'),
  });
  assert.deepEqual((await faultsOf(bad)).map((says) => says.replace(/: expected .*/, '')), [
    'the Worker would also answer at workers.dev.',
    'FORWARD_URL_2 is at EDGE_ORIGIN, where this Worker is itself',
    'wrangler could not list the secrets.',
    'this machine\'s clock is 100 s behind Cloudflare\'s.',
    'FORWARD_URL: silent.test does not answer (UND_ERR_SOCKET).',
  ]);
  const offline = await scene(t, { state: { broken: true }, answers: { 'api.cloudflare.com': silent } });
  assert.deepEqual(await faultsOf(offline), ['wrangler does not start.', 'api.cloudflare.com does not answer (UND_ERR_SOCKET).']);
});

test('secrets that only Cloudflare has are taken as they are, and one that nobody has is not', async (t) => {
  const later = await scene(t, {
    secrets: Object.fromEntries(Object.keys(SECRETS).map((name) => [name, undefined])),
    state: { secrets: ['ORDER_SECRET', 'FORWARD_SECRET', 'MERCHANT_PRIVATE_KEY'] },
  });
  assert.deepEqual(await faultsOf(later), ['STATUS_SECRET is absent: expected at least 32 random bytes as text.']);
});

test('a deployment migrates, uploads the secrets in a file that is gone afterwards, and looks at the result', async (t) => {
  const ready = await scene(t, { databaseId: '0d1', state: { secrets: null } });
  await ready.run(false);
  const calls = ready.calls();
  const file = join(ready.folder, 'deploy/production.json');
  assert.deepEqual(calls.slice(3), [
    { args: ['d1', 'migrations', 'apply', 'INDEX', '--remote', '--env', 'production'] },
    { args: ['deploy', '--env', 'production', '--secrets-file', file], secrets: { mode: 0o600, names: Object.keys(SECRETS).sort() } },
  ]);
  assert.equal(existsSync(file), false);
  assert.deepEqual(ready.requests.slice(2).sort(), ['GET pay.shop.test/healthz', 'GET pay.shop.test/version']);
  assert.equal(ready.out.text.includes('To go back to the version before: cd edge && npx wrangler rollback --env production'), true);
  for (const secret of Object.values(SECRETS)) {
    assert.equal(`${ready.out.text}${JSON.stringify(calls)}`.includes(secret.slice(0, 20)), false);
  }
});

test('a deployment that fails leaves no file of secrets and says that the version before serves', async (t) => {
  const bad = await scene(t, { state: { fails: true } });
  await assert.rejects(bad.run(false), {
    name: 'Trouble',
    message: 'wrangler-deploy: wrangler failed with exit code 1.',
    lines: ['no route to the zone'],
    hint: 'the version before still serves; mend what the lines above name, then start again.',
  });
  assert.equal(existsSync(join(bad.folder, 'deploy/production.json')), false);
  assert.equal(bad.calls().some(({ args }) => args[0] === 'd1'), false);
});

test('a Worker that does not answer as it should is trouble, with the way back', async (t) => {
  const bad = await scene(t, { answers: { 'pay.shop.test/healthz': () => ({ status: 503, json: { code: 'misconfigured' } }) } });
  await assert.rejects(bad.run(false), {
    name: 'Trouble',
    message: `https://pay.shop.test does not answer as it should: /healthz 503 misconfigured, /version 200; expected ${VERSION}.`,
    hint: 'npx wrangler tail shows why (a line "misconfigured" names the setting). To go back: cd edge && npx wrangler rollback --env production',
  });
});
