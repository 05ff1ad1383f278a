// Runs on any Node from 20.9, before anything is installed: no dependencies.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

/**
 * How node_modules differs from package-lock.json, as a sentence; null when it does not. npm keeps a record of what it
 * installed beside the packages, so an `npm ci` by hand counts too. The lock file also lists packages for other
 * platforms and places that npm then merges away, so being listed alone does not make a package missing.
 */
export function missingPackages(root) {
  const lockFile = path.join(root, "package-lock.json");
  if (!existsSync(lockFile)) return "package-lock.json is missing: this is no complete copy of the project";
  const record = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return "nothing is installed yet";
  const locked = read(lockFile).packages;
  const installed = read(record).packages ?? {};
  const { dependencies, devDependencies } = locked[""];
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (!installed[`node_modules/${name}`]) return `${name} is not installed`;
  }
  for (const [place, { version }] of Object.entries(installed)) {
    const name = place.replace(/^.*node_modules\//, "");
    if (!locked[place]) return `${name} is installed and no longer wanted`;
    if (locked[place].version !== version)
      return `${name} is installed as ${version}, and ${locked[place].version} is wanted`;
  }
  return null;
}

/** Runs `npm ci` with its output shown. @throws Error with what to do when it fails. */
export async function install(root) {
  const cli = process.env.npm_execpath;
  const viaNode = cli && /\.c?js$/.test(cli);
  const [command, first] = viaNode
    ? [process.execPath, [cli]]
    : [process.platform === "win32" ? "npm.cmd" : "npm", []];
  // A production environment would leave out what the build needs.
  const child = spawn(
    command,
    [...first, "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      shell: !viaNode && process.platform === "win32",
    },
  );
  const code = await new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (exit, signal) => resolve(exit ?? signal));
  });
  if (code === 0) return;
  throw new Error(
    `npm ci failed (${code}); its own words are above. Check that the package registry can be reached `
      + "(npm ping), that the disk has 2 GB free, and that this folder is yours to write; then try again.",
  );
}
