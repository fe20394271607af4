// Prints what edge/wrangler.toml says of one environment, read by wrangler itself, as one line of JSON.
// A process of its own: wrangler's library needs a newer Node than the one that this folder starts with.

import { unstable_readConfig } from 'wrangler';

const [config, env] = process.argv.slice(2);
const { name, vars, route, routes, workers_dev, d1_databases } = unstable_readConfig({ config, env });
const all = [...(routes ?? []), ...(route === undefined ? [] : [route])];
process.stdout.write(`${JSON.stringify({ name, vars, routes: all, workers_dev, databases: d1_databases })}\n`);
