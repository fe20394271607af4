import { defineConfig } from "@playwright/test";

// No browser and no shared stack: each file starts Workers of its own, in plain workerd.
export default defineConfig({
  testDir: ".",
  outputDir: "../results/proof",
  reporter: "list",
  // They wait more than they work.
  workers: 4,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
});
