import { defineConfig } from "@playwright/test";

import base from "../playwright.config.mjs";

// The documentation as it is built, on a server that serves files and nothing else.
export default defineConfig({
  ...base,
  testDir: ".",
  testMatch: "*.spec.mjs",
  outputDir: "../results/docs",
  globalSetup: undefined,
  workers: 2,
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 5_000 },
});
