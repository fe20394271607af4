import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Opens the one JSON file that holds all orders and events.
 *
 * `state` is changed in memory and then written with `save()`, which returns only when the file is
 * on disk: an event is acknowledged after that, never before. In a real shop this is your database,
 * with a unique index on `webhook_id`.
 */
export function openStore(file) {
  mkdirSync(dirname(file), { recursive: true });
  const state = readState(file);

  const save = () => {
    // A reader, or a crash half way, sees the old file or the new one and never a part of either.
    const next = `${file}.next`;
    writeFileSync(next, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(next, file);
    // The rename itself lives in the folder, so the folder is what must reach the disk.
    const folder = openSync(dirname(file), "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  };

  save();
  return { state, save };
}

function readState(file) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return { orders: [], events: [] };
    throw error;
  }
  // A file that cannot be read stops the shop: starting empty would overwrite what was paid.
  try {
    const { orders, events } = JSON.parse(text);
    if (Array.isArray(orders) && Array.isArray(events)) return { orders, events };
  } catch {
    // Falls through to the one message below; JSON.parse would quote the file's content.
  }
  throw new Error(`${file} is not a state file of this shop`);
}
