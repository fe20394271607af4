// `npm run deploy`: a preflight, the build, the index's migrations, the deployment, and a look at the result.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from './build.mjs';
import { cli, isMain } from './cli.mjs';
import { WORLD, preflight } from './deploy/preflight.mjs';
import { LOCAL, ROOT, environment as toolsEnvironment } from './project.mjs';
import { Progress } from './progress.mjs';
import { Trouble, run } from './run.mjs';
import { setup } from './setup.mjs';

const EDGE = join(ROOT, 'edge');
// A custom domain's certificate takes minutes the first time.
const ANSWERS_MS = 180_000;
const USAGE = `npm run deploy                      production: preflight, build, migrations, deployment, checks
npm run deploy -- --env staging     another environment of edge/wrangler.toml
npm run deploy -- --check           the preflight alone; changes nothing`;

/** What the arguments ask for: `{ environment, checkOnly }`. */
export function asked(args) {
  const wanted = { environment: 'production', checkOnly: false };
  for (let at = 0; at < args.length; at += 1) {
    if (args[at] === '--check') wanted.checkOnly = true;
    else if (args[at] === '--env' && /^[a-z][a-z0-9-]*$/.test(args[at + 1] ?? '')) wanted.environment = args[(at += 1)];
    else throw new Trouble(`${args.join(' ')} is not understood.`, { hint: USAGE });
  }
  return wanted;
}

/**
 * Deploys, or with `checkOnly` only looks whether it could. `edge` is the folder with wrangler.toml, `home`
 * the one for secrets; `env` is the environment of children; `make` builds the Worker.
 */
export async function deploy({ environment, checkOnly }, {
  edge = EDGE, home = join(LOCAL, 'deploy'), env = quiet(), progress = new Progress(), make = build, world = WORLD, patienceMs = ANSWERS_MS,
} = {}) {
  const folder = join(home, environment);
  progress.say(`Preflight for ${environment}`);
  const { checks, config, secrets } = await preflight({ environment, edge, folder, env, world });
  for (const { name, note, faults } of checks) {
    await progress.step(name, () => (faults.length > 0 ? { failed: failed(faults) } : { note }));
  }
  const faults = checks.flatMap((check) => check.faults);
  if (faults.length > 0) throw new Trouble(describe(faults), { hint: 'mend them and start again; nothing was deployed.' });
  if (checkOnly) return;
  await make({ progress });
  await migrate({ config, edge, environment, env, progress });
  await progress.step('deployment', (note) => upload({ edge, environment, env, home, secrets, note }));
  const back = `cd edge && npx wrangler rollback --env ${environment}`;
  await progress.step('answers', () => expectAnswers(config.vars.EDGE_ORIGIN, { world, patienceMs, back }));
  progress.say(`\n  ${config.vars.EDGE_ORIGIN} is up to date.\n  To go back to the version before: ${back}\n  What that does and does not undo: docs/operating.md#rollback\n`);
}

const failed = (faults) => (faults.length === 1 ? faults[0].says : `${faults.length} faults, see below`);

function describe(faults) {
  const lines = faults.map(({ says, hint }, n) => `  ${n + 1}. ${says}\n     ${hint}`);
  return `${faults.length === 1 ? 'One thing is' : `${faults.length} things are`} not ready:\n\n${lines.join('\n')}\n`;
}

async function migrate({ config, edge, environment, env, progress }) {
  const index = (config.databases ?? []).find(({ binding }) => binding === 'INDEX');
  await progress.step('index', async (note) => {
    if (index === undefined) return { skipped: 'no D1 binding INDEX; orders work without it' };
    if (index.database_id === undefined) return { skipped: 'the first deployment makes the database, the Worker its tables' };
    await run('d1-migrations', 'wrangler', ['d1', 'migrations', 'apply', 'INDEX', '--remote', '--env', environment], {
      cwd: edge,
      env,
      onLine: note,
      hint: 'the migrations before it are applied and harmless; mend what the lines above name, then start again.',
    });
    return undefined;
  });
}

async function upload({ edge, environment, env, home, secrets, note }) {
  const file = join(home, `${environment}.json`);
  const given = Object.keys(secrets).length > 0;
  const remove = () => rmSync(file, { force: true });
  // Also where Ctrl-C ends this.
  process.once('exit', remove);
  try {
    // A file, because arguments are for everybody to see; gone as soon as it is read.
    if (given) writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    await run('wrangler-deploy', 'wrangler', ['deploy', '--env', environment, ...(given ? ['--secrets-file', file] : [])], {
      cwd: edge,
      env,
      onLine: note,
      hint: 'the version before still serves; mend what the lines above name, then start again.',
    });
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
}

async function expectAnswers(origin, { world, patienceMs, back }) {
  const version = /^version = "(.*)"$/m.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'))[1];
  const deadline = world.now() + patienceMs;
  for (;;) {
    const [health, shown] = await Promise.all(['/healthz', '/version'].map((path) => answerOf(`${origin}${path}`, world)));
    if (health.json?.ok === true && shown.json?.version === version) return { note: `/healthz is ok, /version is ${version}` };
    if (world.now() >= deadline) {
      throw new Trouble(`${origin} does not answer as it should: /healthz ${health.says}, /version ${shown.says}; expected ${version}.`, {
        hint: `npx wrangler tail shows why (a line "misconfigured" names the setting). To go back: ${back}`,
      });
    }
    await sleep(Math.min(2000, patienceMs));
  }
}

async function answerOf(url, world) {
  try {
    const answer = await world.ask(url, {});
    const text = await answer.text();
    const json = /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : undefined;
    return { json, says: `${answer.status}${json?.code ? ` ${json.code}` : ''}` };
  } catch (error) {
    return { says: error.cause?.code ?? error.name };
  }
}

/** The environment of wrangler: no questions, no reports. */
function quiet() {
  return toolsEnvironment({ WRANGLER_SEND_METRICS: 'false', CI: '1', NO_COLOR: '1' });
}

if (isMain(import.meta)) {
  await cli(async () => {
    const args = process.argv.slice(2);
    if (args.includes('--help')) {
      process.stdout.write(`${USAGE}\n`);
      return;
    }
    const wanted = asked(args);
    const progress = new Progress();
    await setup({ progress });
    await deploy(wanted, { progress });
  });
}
