import { defineConfig } from "@playwright/test";

// As root there is no sandbox of Chromium's own; the rest keeps the browser from asking the world
// for anything, so that every request in a test is one of ours.
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  testDir: ".",
  testMatch: ["journeys/*.spec.mjs", "api/*.spec.mjs", "dashboard/*.spec.mjs"],
  outputDir: "results/failures",
  globalSetup: "./stack/global-setup.mjs",
  reporter: "list",
  // They wait more than they work. Each worker has a stack of its own and does a file's tests one after another.
  workers: 2,
  // A test that passes at the second attempt has not passed.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: process.env.CHROMIUM_BIN || "/usr/bin/chromium", args: CHROMIUM_ARGS },
    locale: "en-US",
    viewport: { width: 1200, height: 860 },
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    // A trace is asked for with `--trace on`: it doubles the work of every test that passes.
    trace: "off",
    screenshot: "only-on-failure",
  },
});
