import { defineConfig } from "vitest/config";

const databaseTests = ["**/*.db.test.ts"];
const elsewhere = ["node_modules/**", ".next*/**", ".data/**", ".verify/**", "e2e/**"];

export default defineConfig({
  test: {
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 30_000,
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
        test: { name: "unit", include: ["**/*.test.ts"], exclude: [...databaseTests, ...elsewhere] },
      },
      {
        extends: true,
        test: {
          name: "database",
          // Far from where anybody sits and from UTC, so that whatever takes the machine's zone for the workspace's shows.
          env: { TZ: "Pacific/Kiritimati" },
          include: databaseTests,
          exclude: elsewhere,
          globalSetup: ["db/testing-setup.ts"],
          setupFiles: ["db/testing-worker.ts"],
          provide: { testPgPort: Number(process.env.TEST_PG_PORT ?? 25440) },
        },
      },
    ],
  },
});
