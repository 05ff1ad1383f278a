import { rmSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "#server/env";
import { build, isBuilt } from "../scripts/build.ts";
import { root } from "../scripts/runtime.mjs";
import { startStack } from "../scripts/stack.ts";
import { supervise } from "../scripts/supervise.ts";
import { verifyDir, verifyDist } from "../scripts/verify-env.ts";

/** Brings the whole product up on a database made anew, as `npm run up` would; the result stops it. */
export default async function setup(): Promise<() => Promise<void>> {
  const env = parseEnv(process.env);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const supervisor = supervise(say);
  rmSync(path.join(env.DATA_DIR, "files"), { recursive: true, force: true });
  try {
    await startStack({
      env,
      root,
      supervisor,
      pages: { kind: "built", distDir: verifyDist, ready: builtPages() },
      testClock: true,
      freshDatabase: true,
      fast: true,
      say,
      onLine: () => undefined,
      // A former run may just be letting go of them.
      portPatienceMs: 10_000,
    });
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  return () => supervisor.stop();
}

async function builtPages(): Promise<void> {
  if (isBuilt(root, verifyDist)) return;
  const logFile = path.join(verifyDir, "logs", "build.log");
  const { signal } = new AbortController();
  await build({ root, distDir: verifyDist, logFile, env: process.env, signal });
}
