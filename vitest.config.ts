import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const databaseTests = ["**/*.db.test.ts"];
const elsewhere = ["node_modules/**", ".next*/**", ".data/**", ".verify/**", "e2e/**"];

/**
 * Tests that change the environment before our modules read it, and so need modules of their own. All others share
 * those of their worker: loading them again for each file took two thirds of the time.
 */
const ownEnvironment = globSync("{app,bench,components,db,inngest,scripts,server}/**/*.test.ts").filter(
  (file) =>
    /vi\.(hoisted|resetModules|stubEnv)\(|process\.env(\.\w+ = |, \{)/.test(readFileSync(file, "utf8")),
);

const database = {
  // Far from where anybody sits and from UTC, so that whatever takes the machine's zone for the workspace's shows.
  env: { TZ: "Pacific/Kiritimati" },
  globalSetup: ["db/testing-setup.ts"],
  setupFiles: ["db/testing-worker.ts", "server/testing-worker.ts"],
  provide: { testPgPort: Number(process.env.TEST_PG_PORT ?? 25440) },
};

export default defineConfig({
  test: {
    pool: "forks",
    // As many as there are cores: by itself vitest leaves one for what watches.
    maxWorkers: availableParallelism(),
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A race that is lost once is a bug: files that begin with "@module-tag race" get no second try, whatever is asked for.
    tags: [{ name: "race", description: "has one outcome, or is wrong", retry: 0 }],
    env: {
      NODE_ENV: "test",
      LOG_LEVEL: "silent",
      DATA_DIR: ".data/test",
      SESSION_SECRET: "session-secret-of-the-tests-0123456789",
      TOKEN_SECRET: "token-secret-of-the-tests-0123456789",
      SEALING_KEY: "dGVzdHMgc2VhbCB3aXRoIHRoaXMga2V5IG9mIDMyIGI=",
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...databaseTests, ...ownEnvironment, ...elsewhere],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          ...database,
          name: "database",
          include: databaseTests,
          exclude: [...ownEnvironment, ...elsewhere],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { ...database, name: "own environment", include: ownEnvironment },
      },
    ],
  },
});
