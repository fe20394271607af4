import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { groupLives, spawnGroup, stopGroup } from '../children.mjs';
import { folderWith, lives, until } from './scratch.mjs';

const CHILDREN = JSON.stringify(join(import.meta.dirname, '..', 'children.mjs'));
// Starts a grandchild that ignores SIGTERM, and writes both numbers to the file that it is given.
const STUBBORN = `
  import { spawn } from 'node:child_process';
  import { renameSync, writeFileSync } from 'node:fs';
  process.on('SIGTERM', () => {});
  const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); process.stdout.write('up'); setInterval(() => {}, 1000)"]);
  child.stdout.once('data', () => {
    writeFileSync(process.argv[1] + '.new', JSON.stringify([process.pid, child.pid]));
    renameSync(process.argv[1] + '.new', process.argv[1]);
  });
`;
const stubborn = (file) => ['--input-type=module', '-e', STUBBORN, file];

async function pids(file) {
  await until(() => existsSync(file), 'the numbers of the two processes');
  return JSON.parse(readFileSync(file, 'utf8'));
}

test('a group is ended with grandchildren that ignore SIGTERM', async (t) => {
  const file = join(folderWith(t), 'pids');
  const child = spawnGroup(process.execPath, stubborn(file));
  const [leader, grandchild] = await pids(file);
  assert.deepEqual([lives(leader), lives(grandchild), groupLives(leader)], [true, true, true]);
  await stopGroup(child.pid, 300);
  assert.deepEqual([lives(leader), lives(grandchild), groupLives(leader)], [false, false, false]);
});

test('what a leader leaves behind when it ends by itself is ended too', async (t) => {
  const file = join(folderWith(t), 'pids');
  spawnGroup(process.execPath, ['--input-type=module', '-e', `${STUBBORN}
    child.stdout.once('data', () => process.exit(0));`, file]);
  const [leader, grandchild] = await pids(file);
  await until(() => !lives(grandchild), 'the end of the grandchild');
  // A leader is a zombie a moment before its other threads are gone.
  await until(() => !groupLives(leader), 'the end of their threads');
});

test('kill -9 on the owner leaves nothing running', async (t) => {
  const file = join(folderWith(t), 'pids');
  const owner = spawn(process.execPath, ['--input-type=module', '-e', `
    import { spawnGroup } from ${CHILDREN};
    spawnGroup(process.execPath, ${JSON.stringify(stubborn(file))});
  `]);
  const [leader, grandchild] = await pids(file);
  owner.kill('SIGKILL');
  await until(() => !lives(leader) && !lives(grandchild), 'the end of both');
  // A leader is a zombie a moment before its other threads are gone.
  await until(() => !groupLives(leader), 'the end of their threads');
});
