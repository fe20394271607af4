// `npm start`: builds what has changed, starts everything and says where to click.

import { cli, isMain } from './cli.mjs';
import { build } from './build.mjs';
import { expectFree, portsFrom } from './ports.mjs';
import { LOCAL } from './project.mjs';
import { Progress } from './progress.mjs';
import { setup } from './setup.mjs';
import { startStack } from './stack.mjs';

async function start() {
  const ports = portsFrom(process.env);
  // Before the minutes of a first build, not after them.
  await expectFree(ports);
  const progress = new Progress();
  await setup({ progress });
  await build({ progress });
  let stack;
  await progress.step('start', async (note) => {
    stack = await startStack({ home: LOCAL, ports, log: note });
  });
  process.stdout.write(guide(stack.origins));
  throw await stack.died;
}

/** What people read when all is up. */
export function guide({ shop, alipay, edge }) {
  return `
  Open the shop           ${shop}/
  What the shop received  ${shop}/orders
  The button's playground ${shop}/playground
  The button's states     ${shop}/states
  A signature's doctor    ${shop}/doctor
  Documentation           ${shop}/docs/
  Stand-in for Alipay     ${alipay}/   (no real money anywhere)
  Edge (the Worker)       ${edge}/version
  The merchant's side     ${edge}/dashboard/   (sign in with the token in .local/secrets/admin.token:
                          cat .local/secrets/admin.token)

  Pay as the test shopper: account shopper@example.com, login password 111111,
  payment password 246810.

  Orders are kept in .local/state; delete that folder to begin afresh. Logs: .local/logs
  Ctrl-C stops everything.
`;
}

// Being stopped is how this command ends, so that is no failure.
if (isMain(import.meta)) await cli(start, { stoppedCode: 0 });
