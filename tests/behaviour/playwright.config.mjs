import { defineConfig } from "@playwright/test";

import base from "../playwright.config.mjs";

// The widget alone, against servers that each test opens for itself: no stack, no order between tests.
export default defineConfig({
  ...base,
  testMatch: "*.spec.mjs",
  outputDir: "../results/behaviour",
  globalSetup: undefined,
  workers: 2,
  fullyParallel: true,
  timeout: 30_000,
  expect: { timeout: 5_000 },
});
