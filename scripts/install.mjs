// Runs on any Node from 20.9, before anything is installed: no dependencies.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

/**
 * What of package-lock.json is not in node_modules: a sentence, or null when all is there. npm keeps its own record
 * of what it installed beside the packages, so a hand-made `npm ci` counts too.
 */
export function missingPackages(root) {
  const lockFile = path.join(root, "package-lock.json");
  if (!existsSync(lockFile)) return "package-lock.json is missing: this is no complete copy of the project";
  const record = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return "nothing is installed yet";
  const installed = read(record).packages ?? {};
  for (const [place, wanted] of Object.entries(read(lockFile).packages)) {
    if (place === "" || wanted.optional || wanted.peer) continue;
    const name = place.replace(/^.*node_modules\//, "");
    if (!installed[place]) return `${name} is not installed`;
    if (installed[place].version !== wanted.version) {
      return `${name} is installed as ${installed[place].version}, and ${wanted.version} is wanted`;
    }
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
