// What `npm start`, `npm test` and `npm run build` share: signals, and how trouble is told.

import { realpathSync } from 'node:fs';
import { killAll, stopAll } from './children.mjs';
import { Trouble } from './run.mjs';

/**
 * Runs `main` and exits with what it returns. Ctrl-C and `kill` end all children first and exit with
 * `stoppedCode`; a second Ctrl-C does not wait for them.
 */
export async function cli(main, { stoppedCode = 130 } = {}) {
  let stopping = false;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(name, async () => {
      if (stopping) {
        killAll();
        process.exit(stoppedCode);
      }
      stopping = true;
      process.stdout.write('\nStopping … (Ctrl-C again to force)\n');
      await stopAll();
      process.stdout.write('Stopped; nothing is left running.\n');
      process.exit(stoppedCode);
    });
  }
  // The terminal may be gone while we still end children.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  let code = 1;
  try {
    code = (await main()) ?? 0;
  } catch (error) {
    // Children that were ended on purpose fail; the signal's own branch exits.
    if (stopping) return;
    process.stderr.write(`\n${error instanceof Trouble ? error.describe() : error.stack}\n`);
  }
  if (stopping) return;
  await stopAll();
  process.exit(code);
}

/** Whether the module with this `import.meta` is the script that node was started with. */
export function isMain(meta) {
  // The checkout may be reached through a symbolic link, which only one of the two names keeps.
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === meta.filename;
}
