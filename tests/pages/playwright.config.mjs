import { defineConfig } from "@playwright/test";

import base from "../playwright.config.mjs";

// The demo's pages that need no edge: only the shop's own server runs.
export default defineConfig({
  ...base,
  testMatch: "*.spec.mjs",
  outputDir: "../results/pages",
  globalSetup: undefined,
  workers: 2,
  fullyParallel: true,
  timeout: 30_000,
  expect: { timeout: 10_000 },
});
