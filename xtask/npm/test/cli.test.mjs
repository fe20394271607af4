import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith, lives, until } from './scratch.mjs';

const FOLDER = join(import.meta.dirname, '..');
const at = (name) => JSON.stringify(join(FOLDER, name));
// A command that runs a child for ever and writes the child's number to a file.
const FOR_EVER = `
  import { cli } from ${at('cli.mjs')};
  import { spawnGroup } from ${at('children.mjs')};
  import { renameSync, writeFileSync } from 'node:fs';
  await cli(async () => {
    const child = spawnGroup(process.execPath, ['-e', process.argv[2] + "process.stdout.write('up'); setInterval(() => {}, 1000)"]);
    child.stdout.once('data', () => {
      writeFileSync(process.argv[1] + '.new', String(child.pid));
      renameSync(process.argv[1] + '.new', process.argv[1]);
    });
    await new Promise(() => {});
  }, { stoppedCode: 7 });
`;

function node(source, ...args) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, ...args]);
  const result = { child, out: '', err: '' };
  child.stdout.on('data', (text) => { result.out += text; });
  child.stderr.on('data', (text) => { result.err += text; });
  result.closed = new Promise((settle) => {
    child.once('close', (code, signal) => settle(signal ?? code));
  });
  return result;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  test(`${signal} ends the children, says so and exits with the code for it`, async (t) => {
    const file = join(folderWith(t), 'pid');
    const command = node(FOR_EVER, file, '');
    await until(() => existsSync(file), 'the child');
    command.child.kill(signal);
    assert.equal(await command.closed, 7);
    assert.equal(lives(Number(readFileSync(file, 'utf8'))), false);
    assert.equal(command.out, '\nStopping … (Ctrl-C again to force)\nStopped; nothing is left running.\n');
    assert.equal(command.err, '');
  });
}

test('a second Ctrl-C does not wait for a child that ignores the first', async (t) => {
  const file = join(folderWith(t), 'pid');
  const command = node(FOR_EVER, file, "process.on('SIGTERM', () => {});");
  await until(() => existsSync(file), 'the child');
  command.child.kill('SIGINT');
  await until(() => command.out.includes('Stopping'), 'the first answer');
  command.child.kill('SIGINT');
  assert.equal(await command.closed, 7);
  await until(() => !lives(Number(readFileSync(file, 'utf8'))), 'the end of the child');
  assert.equal(command.out.includes('Stopped'), false);
});

test('trouble is told in words, without a stack trace, and is a failure', async () => {
  const command = node(`
    import { cli } from ${at('cli.mjs')};
    import { Trouble } from ${at('run.mjs')};
    await cli(async () => { throw new Trouble('Port 8789 (shop) is taken.', { hint: 'choose another.', lines: ['last words'] }); });
  `);
  assert.equal(await command.closed, 1);
  assert.equal(command.err, '\nPort 8789 (shop) is taken.\n\n    last words\n\nWhat to do: choose another.\n');
});

test('what the command returns is the exit code', async () => {
  const command = node(`
    import { cli } from ${at('cli.mjs')};
    await cli(async () => 3);
  `);
  assert.equal(await command.closed, 3);
  assert.equal(command.err, '');
});
