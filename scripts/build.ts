import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Variables } from "./child-env.ts";
import { openLogFile } from "./log-file.ts";

/** Everything that the built pages are made of. */
const sources = [
  "{app,components,server,db,inngest}/**/*.{ts,tsx,css,sql}",
  "public/**/*.*",
  "{next.config,postcss.config}.mjs",
  "{package-lock,tsconfig}.json",
];
const notBuilt = /\.test\.ts$/;
const stamp = "postroad-sources";

/** Changes when a source of the build does. */
export function sourcesDigest(root: string): string {
  const digest = createHash("sha256");
  for (const file of globSync(sources, { cwd: root }).sort()) {
    if (notBuilt.test(file)) continue;
    digest
      .update(file)
      .update("\0")
      .update(readFileSync(path.join(root, file)))
      .update("\0");
  }
  return digest.digest("hex");
}

export function isBuilt(root: string, distDir: string): boolean {
  const file = path.join(root, distDir, stamp);
  return existsSync(file) && readFileSync(file, "utf8") === sourcesDigest(root);
}

export type BuildOptions = {
  root: string;
  distDir: string;
  logFile: string;
  env: Variables;
  signal: AbortSignal;
};

/** Builds the pages for production into `distDir`. @throws Error with the end of the build's own words. */
export async function build({ root, distDir, logFile, env, signal }: BuildOptions): Promise<void> {
  const digest = sourcesDigest(root);
  const kept = keepTypeScriptSetup(root);
  const log = openLogFile(logFile);
  const recent: string[] = [];
  try {
    const next = path.join(root, "node_modules", "next", "dist", "bin", "next");
    const child = spawn(process.execPath, [next, "build"], {
      cwd: root,
      env: { ...env, NODE_ENV: "production", NEXT_DIST_DIR: distDir, NEXT_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        log.write(text.trimEnd());
        recent.push(...text.trimEnd().split("\n"));
        recent.splice(0, recent.length - 40);
      });
    }
    const how = await new Promise<string>((resolve) => {
      // One that is told to stop goes on writing until it has ended.
      child.once("error", (error) => {
        if (child.pid === undefined) resolve(error.message);
      });
      child.once("close", (code, by) => resolve(by ? `signal ${by}` : `exit code ${code}`));
    });
    if (how !== "exit code 0")
      throw new Error(`The build failed (${how}); all of it is in ${logFile}:\n${recent.join("\n")}`);
  } finally {
    log.close();
    kept.restore();
  }
  mkdirSync(path.join(root, distDir), { recursive: true });
  writeFileSync(path.join(root, distDir, stamp), digest);
}

/** A build writes the path of its output into these files; they are the project's, not this build's. */
function keepTypeScriptSetup(root: string) {
  const files = ["tsconfig.json", "next-env.d.ts"]
    .map((name) => path.join(root, name))
    .filter((file) => existsSync(file));
  const before = files.map((file) => ({ file, text: readFileSync(file, "utf8") }));
  return {
    restore: () => {
      for (const { file, text } of before) if (readFileSync(file, "utf8") !== text) writeFileSync(file, text);
    },
  };
}
