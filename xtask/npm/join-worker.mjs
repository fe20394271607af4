// Puts the Worker's own main module, edge/js/entry.mjs, together with what worker-build left in a folder, in
// the place of its index.js.

import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, environment } from './project.mjs';
import { run } from './run.mjs';

/** `folder` is worker-build's `--out-dir`; `options` are {@link run}'s. */
export async function joinWorker(folder, options = {}) {
  const joined = join(folder, 'joined.js');
  const args = [
    join(ROOT, 'edge', 'js', 'entry.mjs'), `--alias:built-worker=${join(folder, 'index.js')}`, `--outfile=${joined}`,
    '--bundle', '--format=esm', '--minify', '--charset=utf8', '--log-level=warning',
    '--external:cloudflare:workers', '--external:*.wasm',
  ];
  await run('join-worker', environment().ESBUILD_BIN, args, options);
  renameSync(joined, join(folder, 'index.js'));
}
