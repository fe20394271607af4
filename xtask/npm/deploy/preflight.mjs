// What must be true before a deployment. Every check runs, so that all that is wrong is told at once; each
// fault says what it is and what to do, and never a secret.

import { lookup } from 'node:dns/promises';
import { relative } from 'node:path';
import { ROOT } from '../project.mjs';
import { firstLine, run } from '../run.mjs';
import { judge, remoteSecrets, secretsIn, wranglerConfig } from './settings.mjs';

/** More than this, and tokens expire too early or live too long where they are signed by this clock. */
const SKEW_S = 30;
const PATIENCE_MS = 10_000;
/** It has to be reached for the deployment in any case, and tells the time. */
const CLOUDFLARE = 'https://api.cloudflare.com/client/v4/';

/** How the world is asked; tests give their own. `ask` resolves with `{ status, headers }` or throws. */
export const WORLD = {
  ask: (url, options) => fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS), ...options }),
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  now: () => Date.now(),
};

const fault = (says, hint) => ({ says, hint });

/**
 * Runs every check. Resolves with `{ checks, config, secrets }`: `checks` is `[{ name, note, faults }]`,
 * `secrets` what the folder has for the Worker.
 */
export async function preflight({ environment, edge, folder, env, world = WORLD }) {
  const config = await wranglerConfig({ edge, environment, env });
  const { secrets, open } = secretsIn(folder);
  const settings = { ...config.vars, ...secrets };
  const place = { environment, edge, env };
  const shown = relative(ROOT, folder);
  const login = await loggedIn(place);
  const remote = login.faults.length === 0 ? await remoteSecrets(place) : [];
  const servers = serversOf(settings);
  const addresses = await addressesOf(servers, world);
  const judged = await judge({ settings, addresses: addresses.flatMap(({ found }) => found), env });
  const checks = [
    login,
    domain(config, environment),
    places({ environment, config, open, judged, folder: shown, secrets }),
    values({ environment, judged, remote, folder: shown, settings }),
    await clock(world),
    ...(await Promise.all(servers.map((server) => endpoint(server, { addresses, judged, world })))),
  ];
  return { checks, config, secrets };
}

async function loggedIn({ edge, env }) {
  const name = 'login';
  if ((await firstLine('wrangler', ['--version'], env)) === undefined) {
    return { name, faults: [fault('wrangler does not start.', 'npm run build sets it up; then start again.')] };
  }
  const { code } = await run('wrangler-whoami', 'wrangler', ['whoami', '--json'], { cwd: edge, env, mayFail: true });
  if (code === 0) return { name, note: 'wrangler knows the account', faults: [] };
  return {
    name,
    faults: [fault('wrangler is not logged in at Cloudflare.', 'npx wrangler login, or set CLOUDFLARE_API_TOKEN (permissions: Workers Scripts, Workers Routes, D1: edit).')],
  };
}

function domain({ vars, routes, workers_dev: workersDev }, environment) {
  const section = `[env.${environment}] of edge/wrangler.toml`;
  const faults = [];
  const host = URL.canParse(vars.EDGE_ORIGIN) ? new URL(vars.EDGE_ORIGIN).hostname : undefined;
  if (host?.endsWith('.workers.dev')) {
    faults.push(fault('EDGE_ORIGIN is at workers.dev, which cannot be reached from mainland China.', `choose a host of a domain of your own, and put it into EDGE_ORIGIN and routes of ${section}.`));
  }
  if (/(^|\.)example\.(com|net|org)$/.test(host ?? '')) {
    faults.push(fault(`EDGE_ORIGIN is still the example, ${host}.`, 'put your own host there.'));
  }
  if (workersDev !== false) {
    faults.push(fault('the Worker would also answer at workers.dev.', `put workers_dev = false into ${section}.`));
  }
  const patterns = routes.map((route) => (typeof route === 'string' ? route : route.pattern));
  const served = patterns.some((pattern) => pattern.replace(/^https?:\/\//, '').replace(/\/\*$/, '') === host);
  if (patterns.length === 0) {
    faults.push(fault('no custom domain or route is set.', `put routes = [{ pattern = "${host ?? 'your host'}", custom_domain = true }] into ${section}.`));
  } else if (host !== undefined && !served) {
    faults.push(fault(`EDGE_ORIGIN is ${host}, but the routes are ${patterns.join(', ')}.`, 'make one of them serve all of that host: a custom domain of its name, or its name with /*.'));
  }
  return { name: 'domain', note: host, faults };
}

/** Whether each setting is where its kind belongs. */
function places({ environment, config, open, judged, folder, secrets }) {
  const faults = [];
  for (const name of judged.secret.filter((one) => one in config.vars)) {
    faults.push(fault(`${name} is a secret, but stands in edge/wrangler.toml.`, `move it to ${folder}/${name}, and take it for known to others: make a new one.`));
  }
  for (const name of Object.keys(secrets).filter((one) => !judged.secret.includes(one) && !judged.unknown.includes(one))) {
    faults.push(fault(`${name} is no secret, but lies in ${folder}.`, `move it to [env.${environment}.vars] of edge/wrangler.toml.`));
  }
  for (const name of judged.unknown) {
    faults.push(fault(`${name} is no setting of the Worker.`, 'correct its name; docs/contracts.md, section 3 has them all.'));
  }
  for (const name of open) faults.push(fault(`${folder}/${name} can be read by others.`, `chmod 600 ${folder}/${name}`));
  if (config.vars.DEVELOPMENT === 'true') {
    faults.push(fault('DEVELOPMENT is true: the Worker would send events and keys to plain http.', 'take it out of edge/wrangler.toml.'));
  }
  return { name: 'places', note: 'secrets and settings apart', faults };
}

/** Whether each value is what the Worker needs; those that only Cloudflare has are taken as they are. */
function values({ environment, judged, remote, folder, settings }) {
  const unseen = (remote ?? []).filter((name) => !(name in settings));
  const faults = judged.faults
    .filter(({ setting, absent }) => !(absent && unseen.includes(setting)))
    .map(({ setting, secret, detail }) => fault(`${detail}.`, `${secret
      ? `put it into ${folder}/${setting}` : `set it under [env.${environment}.vars] of edge/wrangler.toml`}; docs/operating.md says how to make it.`));
  if (remote === undefined) faults.push(fault('wrangler could not list the secrets.', 'see .local/logs/wrangler-secret-list.log.'));
  const note = unseen.length === 0 ? 'all read by the Worker\'s own parser' : `only Cloudflare has ${unseen.join(', ')}: present, not read`;
  return { name: 'settings', note, faults };
}

async function clock(world) {
  const name = 'clock';
  try {
    const { headers } = await world.ask(CLOUDFLARE, { method: 'HEAD' });
    const skew = Math.round((world.now() - Date.parse(headers.get('date'))) / 1000);
    // A header that is absent or no date makes this no number, which is not within anything.
    if (Math.abs(skew) <= SKEW_S) return { name, note: `${Math.abs(skew)} s from Cloudflare's`, faults: [] };
    const differs = Number.isNaN(skew) ? 'cannot be compared' : `is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} Cloudflare's`;
    return { name, faults: [fault(`this machine's clock ${differs}.`, 'set it by NTP; where order tokens are signed, a wrong clock makes them expire.')] };
  } catch (error) {
    return { name, faults: [fault(`api.cloudflare.com does not answer (${reason(error)}).`, 'check the connection.')] };
  }
}

/** `[{ setting, url }]` of the endpoints that events go to; what is no URL the parser has told. */
function serversOf(settings) {
  return Object.entries(settings)
    .filter(([name, text]) => /^FORWARD_URL(_\d)?$/.test(name) && URL.canParse(text))
    .map(([setting, text]) => ({ setting, url: new URL(text) }));
}

function addressesOf(servers, world) {
  return Promise.all(servers.map(async ({ setting, url }) => {
    const found = await world.resolve(url.hostname.replace(/^\[|\]$/g, '')).catch(() => []);
    return { setting, found };
  }));
}

// HEAD without a signature: it is no event, changes nothing, and shows that name, certificate and server are
// there. What the path makes of a POST is the merchant's; 404 and 405 to HEAD are usual.
async function endpoint({ setting, url }, { addresses, judged, world }) {
  const name = setting.toLowerCase().replaceAll('_', ' ');
  const { found } = addresses.find((one) => one.setting === setting);
  const inside = found.filter((address) => judged.inside.includes(address));
  if (found.length === 0) return { name, faults: [fault(`${setting}: ${url.hostname} does not resolve.`, 'correct the name, or its DNS.')] };
  if (inside.length > 0) return { name, faults: [fault(`${setting}: ${url.hostname} resolves to ${inside.join(', ')}, which is not public.`, 'use a name that the internet can reach.')] };
  try {
    const { status } = await world.ask(url.href, { method: 'HEAD' });
    if (status >= 300 && status < 400) return { name, faults: [fault(`${setting} redirects (${status}), and a redirect is never followed.`, 'set the address that it redirects to.')] };
    if (status >= 500) return { name, faults: [fault(`${setting} answers ${status}.`, 'mend your backend first: events would wait and be sent again.')] };
    return { name, note: `${url.hostname} answers ${status}`, faults: [] };
  } catch (error) {
    return { name, faults: [fault(`${setting}: ${url.hostname} does not answer (${reason(error)}).`, 'start your backend, check its certificate and its firewall.')] };
  }
}

const reason = (error) => error.cause?.code ?? error.name;
