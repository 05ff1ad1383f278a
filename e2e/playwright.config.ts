import path from "node:path";
import { defineConfig, devices } from "@playwright/test";
import { chromiumArgs, installedBrowser } from "../scripts/browser.ts";
import { verifyDir, verifyVariables } from "../scripts/verify-env.ts";

// Every process of a test run loads this file first: they all see the same installation and no other.
Object.assign(process.env, verifyVariables(process.env));

// These move the clock of the whole product, or kill its parts: nothing else may run beside them.
const alone = ["journey.spec.ts", "crash.spec.ts"];

export default defineConfig({
  testDir: ".",
  projects: [
    // Whoever passes at the second try only is named by verify. Those that stand alone have no second one.
    { name: "beside each other", testIgnore: alone, fullyParallel: true, retries: 1 },
    { name: "journey", testMatch: "journey.spec.ts", dependencies: ["beside each other"] },
    { name: "crash", testMatch: "crash.spec.ts", dependencies: ["journey"] },
  ],
  globalSetup: "./global-setup.ts",
  outputDir: path.join(verifyDir, "test-results"),
  workers: 2,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [
    ["list"],
    ["json", { outputFile: process.env.E2E_REPORT ?? path.join(verifyDir, "playwright.json") }],
  ],
  use: {
    ...devices["Desktop Chrome"],
    baseURL: `http://127.0.0.1:${process.env.PORT}`,
    // Costs a third of the time: `--trace retain-on-failure` when one is wanted.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: { executablePath: installedBrowser(), args: chromiumArgs },
  },
});
