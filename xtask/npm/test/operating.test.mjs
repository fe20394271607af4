// docs/operating.md does what it says: its commands are run, and no setting, event or metric is left out.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { judge, secretsIn } from '../deploy/settings.mjs';
import { ROOT, environment } from '../project.mjs';
import { folderWith } from './scratch.mjs';

const read = (...path) => readFileSync(join(ROOT, ...path), 'utf8');
const text = read('docs', 'operating.md');

const block = (name) => new RegExp(`<!-- test: ${name} -->\n\`\`\`sh\n([^]*?)\`\`\``).exec(text)[1];
const shell = (name, cwd) => execFileSync('sh', ['-euc', block(name)], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });

test('secrets made as written are what the Worker takes, and only their owner can read them', async (t) => {
  const folder = folderWith(t);
  shell('secrets', folder);
  const home = join(folder, '.local/deploy');
  const { secrets, open } = secretsIn(join(home, 'production'));
  assert.deepEqual(Object.keys(secrets).sort(), ['ADMIN_TOKENS', 'FORWARD_SECRET', 'MERCHANT_PRIVATE_KEY', 'ORDER_SECRET', 'STATUS_SECRET']);
  assert.deepEqual(open, []);
  assert.deepEqual(readdirSync(home).filter((name) => (statSync(join(home, name)).mode & 0o077) !== 0), []);
  const { faults, unknown } = await judge({ settings: secrets, env: environment() });
  assert.deepEqual(unknown, []);
  // What is not there is a matter of wrangler.toml; what is there is right.
  assert.deepEqual(faults.filter(({ absent }) => !absent), []);
  assert.deepEqual(faults.filter(({ setting }) => setting in secrets), []);

  const before = secrets.FORWARD_SECRET;
  shell('rotation', folder);
  const after = secretsIn(join(home, 'production'));
  assert.deepEqual(after.open, []);
  assert.equal(after.secrets.FORWARD_SECRET_PREVIOUS, before);
  assert.notEqual(after.secrets.FORWARD_SECRET, before);
  const rotated = await judge({ settings: after.secrets, env: environment() });
  assert.deepEqual(rotated.faults.filter(({ setting }) => setting in after.secrets), []);
});

test('every setting of the contracts is explained', () => {
  const [, table] = /### Environment\n([^]*?)\n## 4\./.exec(read('docs', 'contracts.md'));
  const names = [...table.matchAll(/^\| (`[^|]*)\|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([A-Z0-9_]+)`/g)].map(([, name]) => name));
  assert.equal(names.length >= 28, true);
  assert.deepEqual(names.filter((name) => !text.includes(`\`${name}\``)), []);
});

const sources = readdirSync(join(ROOT, 'edge', 'src'), { recursive: true })
  .filter((name) => name.endsWith('.rs')).map((name) => read('edge', 'src', name)).join('\n');

test('every line of the log has its row, and no row is idle', () => {
  const main = read('edge', 'js', 'entry.mjs');
  const written = [...sources.matchAll(/\b(?:line|fault)\(\s*"([a-z_]+)"/g), ...main.matchAll(/"event":"([a-z_]+)"/g)].map(([, name]) => name);
  // What comes of a refund is a line of the trail and of the log under the same name.
  const acts = [...read('edge', 'src', 'order', 'settle_refund.rs').matchAll(/"(refund(?:ed|_[a-z_]+))"/g)].map(([, name]) => name);
  assert.equal(acts.length, 6);
  const [, table] = /\| `event` \|[^\n]*\n\|[-|]+\n([^]*)$/.exec(text);
  const explained = [...table.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual([...explained].sort(), [...new Set([...written, ...acts])].sort());
});

test('every metric with an alarm is one that the Worker has', () => {
  const [, table] = /\| alarm \|[^\n]*\n\|[-|]+\n([^]*?)\n\n/.exec(text);
  const metrics = [...table.matchAll(/^\| `(?!\/)(?:isolate_)?([a-z_]+?)(?:_total)?(?:\{.*?\})?`/gm)].map(([, name]) => name);
  assert.deepEqual(metrics, ['index_up', 'deliveries', 'deliveries', 'quarantined', 'overdue', 'refusals', 'payments', 'refunds', 'held_sources']);
  assert.deepEqual(metrics.filter((name) => !sources.includes(`"${name}"`)), []);
});

test('every environment of wrangler.toml has the objects of a local run', () => {
  const toml = read('edge', 'wrangler.toml');
  const objects = (section) => [...toml.matchAll(new RegExp(`^\\[\\[${section}durable_objects\\.bindings\\]\\]\nname = "(\\w+)"\nclass_name = "(\\w+)"`, 'gm'))]
    .map(([, binding, name]) => `${binding} ${name}`);
  const local = objects('');
  assert.equal(local.includes('ORDER OrderObject'), true);
  for (const environment of ['production', 'staging']) assert.deepEqual(objects(`env\\.${environment}\\.`), local);
});
