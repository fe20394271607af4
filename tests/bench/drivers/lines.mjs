// The far end of a driver: reads lines `NAME MILLISECONDS`, answers `COUNT NANOSECONDS`.

import { createInterface } from "node:readline";

/** Between two looks at the clock. */
const BATCH = 8;

/** Serves `cases`, `{ NAME: () => boolean }`, until the input ends. A case that says false ends the process. */
export async function serve(cases) {
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, milliseconds] = line.split(" ");
    const end = process.hrtime.bigint() + BigInt(milliseconds) * 1_000_000n;
    const began = process.hrtime.bigint();
    let [count, now] = [0, began];
    while (now < end) {
      for (let at = 0; at < BATCH; at += 1) {
        if (!cases[name]()) throw new Error(`${name} did not verify`);
      }
      count += BATCH;
      now = process.hrtime.bigint();
    }
    process.stdout.write(`${count} ${now - began}\n`);
  }
}
