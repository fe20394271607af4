#!/usr/bin/env node
// Starts the shop from its environment: see README.md for the settings.

import { createShop } from "./shop.mjs";
import { readEnvironment } from "./environment.mjs";

try {
  const settings = readEnvironment(process.env);
  const server = createShop(settings).listen(settings.port, "127.0.0.1");
  server.once("listening", () => console.log(`listening on http://127.0.0.1:${settings.port}`));
  server.once("error", (error) =>
    stop(error.code === "EADDRINUSE" ? `port ${settings.port} is in use` : error.message),
  );
} catch (error) {
  stop(error.message);
}

// Every acknowledged event is on disk already, so there is nothing to wait for.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(0));

function stop(reason) {
  console.error(`shop: ${reason}`);
  process.exit(1);
}
