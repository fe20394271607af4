// What each part is started with: docs/contracts.md, sections 3, 5 and 6, for a local run.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { SANDBOX_BINARY } from './project.mjs';
import { bareBase64 } from './secrets.mjs';

// Made up; 16 digits beginning with 2088, like every partner number of Alipay.
const PARTNER = '2088123412341234';
// Made up as well; the prefix asks for the paths of Antom's sandbox.
const ANTOM_CLIENT_ID = 'SANDBOX_5X0000000LOCAL01';
// One hour of Alipay's ladder for repeated notifications takes one minute.
const SPEEDUP = '60';
// A merchant's backend that is down is tried again within seconds while people watch.
const FORWARD_LADDER_S = '0,1,2,4,8,15,30,60';

/** Where the three parts answer. */
export function originsOf(ports) {
  return Object.fromEntries(Object.entries(ports).map(([part, port]) => [part, `http://127.0.0.1:${port}`]));
}

/** The Worker's variables; `env` overrides any of them by name. */
export function edgeVariables(origins, secrets, env = {}) {
  const signType = env.SIGN_TYPE ?? 'RSA2';
  return {
    EDGE_ORIGIN: origins.edge,
    GATEWAY_URL: `${origins.alipay}/gateway.do`,
    PARTNER,
    SIGN_TYPE: signType,
    ...signingKeys(signType, secrets),
    ANTOM_URL: origins.alipay,
    ANTOM_CLIENT_ID,
    ANTOM_PRIVATE_KEY: bareBase64(secrets['antom-merchant-private.pem']),
    ANTOM_PUBLIC_KEY: bareBase64(secrets['antom-public.pem']),
    ORDER_SECRET: secrets['order.secret'],
    STATUS_SECRET: secrets['status.secret'],
    ALLOWED_ORIGINS: origins.shop,
    FORWARD_URL: `${origins.shop}/alipay/events`,
    FORWARD_SECRET: secrets['webhook.secret'],
    FORWARD_LADDER_S,
    // The stand-in knows it; at Alipay it is unconfirmed, so that the Worker's own default is to omit it.
    MERCHANT_URL: 'send',
    ADMIN_TOKENS: adminToken('local', 'read+operate+refund', secrets['admin.token']),
    // Without Cloudflare before it, everybody on this machine is one source.
    REFUSALS_PER_MINUTE: '100000',
    DEVELOPMENT: 'true',
    ...env,
  };
}

/** One entry of ADMIN_TOKENS: the Worker is told a token's hash, never the token. */
export function adminToken(name, scopes, token) {
  return `${name}:${scopes}:${createHash('sha256').update(token).digest('hex')}`;
}

// Only the keys that this sign type uses: a Worker that falls back to another one would be found out.
function signingKeys(signType, secrets) {
  if (signType === 'MD5') return { MD5_KEY: secrets['md5.key'] };
  return {
    MERCHANT_PRIVATE_KEY: bareBase64(secrets['merchant-private.pem']),
    ALIPAY_PUBLIC_KEY: bareBase64(secrets['alipay-public.pem']),
  };
}

/** The stand-in's command line, with the same sign type and partner as the Worker's. */
export function sandboxCommand({ home, ports, variables, speedup = SPEEDUP }) {
  return [SANDBOX_BINARY, [
    'serve',
    '--listen', `127.0.0.1:${ports.alipay}`,
    '--partner', variables.PARTNER,
    '--sign-type', variables.SIGN_TYPE,
    ...(variables.ANTOM_CLIENT_ID ? ['--antom-client', variables.ANTOM_CLIENT_ID] : []),
    '--secrets', join(home, 'secrets'),
    '--state', join(home, 'state', 'alipay.json'),
    '--speedup', String(speedup),
  ]];
}

/** The shop's environment; the shop knows its own two secrets and no others. */
export function shopVariables({ home, ports, origins, secrets }) {
  return {
    PORT: String(ports.shop),
    SHOP_ORIGIN: origins.shop,
    EDGE_ORIGIN: origins.edge,
    ORDER_SECRET: secrets['order.secret'],
    WEBHOOK_SECRET: secrets['webhook.secret'],
    PROVIDERS: 'alipay-gateway,antom',
    STAND_IN_ORIGIN: origins.alipay,
    STATE_FILE: join(home, 'state', 'shop.json'),
  };
}

/** Variables as the text of an env file. Values are quoted, and may hold neither a quote nor a line break. */
export function envFile(variables) {
  return Object.entries(variables).map(([name, value]) => {
    if (!/^[A-Z0-9_]+$/.test(name) || /["\n\r\\$]/.test(value)) throw new Error(`${name} cannot be written to an env file`);
    return `${name}="${value}"\n`;
  }).join('');
}
