// Ends process groups whose owner died without ending them (kill -9, a crash). The owner names them
// on our standard input, `+GROUP` and `-GROUP`; the input closes when the owner is gone.

import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const groups = new Set();

function signal(name) {
  for (const group of groups) {
    try {
      process.kill(-group, name);
    } catch {
      groups.delete(group);
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const group = Number(line.slice(1));
  if (line.startsWith('+')) groups.add(group);
  else groups.delete(group);
}
signal('SIGTERM');
for (let waited = 0; waited < 3000 && groups.size > 0; waited += 100) {
  await sleep(100);
  // Signal 0 only asks who is still there.
  signal(0);
}
signal('SIGKILL');
