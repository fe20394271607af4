// The settings of an environment, from the three places where they are, and what the Worker's own parser
// thinks of them. Values stay in memory: no log, no argument and no message has one.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TARGET } from '../project.mjs';
import { Trouble, run } from '../run.mjs';

const PARSER = join(TARGET, 'debug', 'alipay-checkout-settings');

/** What `edge/wrangler.toml` says of the environment: `{ name, vars, routes, workers_dev, databases }`. */
export async function wranglerConfig({ edge, environment, env }) {
  const reader = join(import.meta.dirname, 'wrangler-config.mjs');
  const { text } = await run('read-wrangler-config', 'node', [reader, join(edge, 'wrangler.toml'), environment], {
    env,
    hint: `mend edge/wrangler.toml; it must have [env.${environment}].`,
  });
  const config = JSON.parse(text.slice(text.lastIndexOf('\n{') + 1));
  const vars = Object.fromEntries(Object.entries(config.vars ?? {}).map(([name, value]) => [name, String(value)]));
  return { ...config, vars };
}

/**
 * The secrets of a folder: a file each, named like the setting. `{ secrets, open }`; `open` names the files
 * that others can read.
 */
export function secretsIn(folder) {
  if (!existsSync(folder)) return { secrets: {}, open: [] };
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  const secrets = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8').trim()]));
  const open = names.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0);
  return { secrets, open };
}

/** The names of the secrets that Cloudflare has; none before the first deployment. */
export async function remoteSecrets({ edge, environment, env }) {
  const { code, text } = await run('wrangler-secret-list', 'wrangler', ['secret', 'list', '--format', 'json', '--env', environment], {
    cwd: edge,
    env,
    mayFail: true,
  });
  // Cloudflare's code for a Worker that is not there.
  if (code !== 0) return /\b10007\b/.test(text) ? [] : undefined;
  return JSON.parse(text.slice(text.indexOf('['), text.lastIndexOf(']') + 1)).map(({ name }) => name);
}

/** What the Worker says of settings and addresses: `{ faults, unknown, secret, inside }`. */
export async function judge({ settings, addresses = [], env }) {
  await run('build-settings', 'cargo', ['build', '-q', '--locked', '-p', 'alipay-checkout-edge', '--bin', 'alipay-checkout-settings'], {
    env,
    hint: 'mend what the lines above name, then start again.',
  });
  const { text } = await run('judge-settings', PARSER, [], { env, input: JSON.stringify({ settings, addresses }) });
  const answer = text.split('\n').find((line) => line.startsWith('{'));
  if (answer === undefined) throw new Trouble('the settings could not be judged.', { lines: text.split('\n').slice(-5) });
  return JSON.parse(answer);
}
