import { existsSync, mkdirSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "#server/env";
import type { Env } from "#server/env";
import { EnvError } from "#server/env-checks";
import { secretsFile } from "#server/secrets";
import { complain, say } from "./console.ts";
import { checkDatabase } from "./doctor-database.ts";
import { checkBlockLists, checkEngine, checkMail, checkStorage, checkWeb } from "./doctor-services.ts";
import { asText, note, ok, problem, reasonOf } from "./findings.ts";
import type { Finding } from "./findings.ts";
import { lockHolder } from "./lock.mjs";
import { isTaken } from "./ports.ts";
import { loadDotEnv, nodeToRunOn } from "./runtime.mjs";
import { portsOf } from "./stack.ts";

const bytesWanted = 1_000_000_000;

async function checkDisk(env: Env): Promise<Finding> {
  mkdirSync(env.DATA_DIR, { recursive: true });
  const { bavail, bsize } = await statfs(env.DATA_DIR);
  const free = bavail * bsize;
  const says = `${(free / 1e9).toFixed(1)} GB free for ${path.resolve(env.DATA_DIR)}`;
  return free >= bytesWanted
    ? ok("disk", says)
    : problem("disk", says, "Free some space, or move DATA_DIR: imports and logs want at least 1 GB.");
}

function checkSecrets(env: Env): Finding {
  const file = path.resolve(env.DATA_DIR, secretsFile);
  if (!existsSync(file)) return note("secrets", "all from the environment");
  const mode = statSync(file).mode & 0o777;
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    return problem(
      "secrets",
      `${file} can be read by others (mode ${mode.toString(8)})`,
      `Run: chmod 600 ${file}`,
    );
  }
  return ok("secrets", `${file} is readable, for its owner only`);
}

async function checkPorts(env: Env): Promise<Finding[]> {
  const postgres = { port: env.PG_PORT, variable: "PG_PORT", what: "embedded Postgres", host: "127.0.0.1" };
  const wanted = [...portsOf(env), ...(env.embeddedPostgres ? [postgres] : [])];
  const taken = await Promise.all(wanted.map(({ port, host }) => isTaken(port, host)));
  const problems = wanted.filter((_, at) => taken[at]);
  if (problems.length === 0) return [ok("ports", `${wanted.map(({ port }) => port).join(", ")} are free`)];
  return problems.map(({ port, variable, what }) =>
    problem(
      "ports",
      `${port} of the ${what} is taken, and Postroad is not running`,
      `Stop what listens there, or set ${variable}.`,
    ),
  );
}

async function checkRunning(env: Env, pid: number): Promise<Finding[]> {
  const engine = await checkEngine(env);
  // `npm run dev` has the web server serve the functions, without a variable that the doctor could see.
  const byWeb = engine.some(({ says }) => says.includes(`:${env.PORT}/api/inngest`));
  const hasWorker = env.INNGEST_SERVE === "worker" && !byWeb;
  return [
    ok("running", `npm run up is at work (process ${pid})`),
    ...engine,
    ...(hasWorker ? [await checkWeb("worker", `http://127.0.0.1:${env.WORKER_PORT}/readyz`)] : []),
    await checkWeb("web", `http://127.0.0.1:${env.PORT}/api/ready`),
  ];
}

const checkStopped = async (env: Env): Promise<Finding[]> => [
  note("running", "npm run up is not at work in this folder"),
  ...(await checkPorts(env)),
];

async function examine(): Promise<Finding[]> {
  const first: Finding[] = [
    ok("node", `${process.version} (${nodeToRunOn()})`),
    ok("packages", "as package-lock.json wants them"),
  ];
  let env: Env;
  try {
    env = parseEnv(process.env);
  } catch (error) {
    if (!(error instanceof EnvError))
      return [...first, problem("environment", reasonOf(error), "Then run the doctor again.")];
    const wrong = error.problems.map(({ name, expected, found, fix }) =>
      problem("environment", `${name}: expected ${expected}, found ${found}`, fix),
    );
    return [...first, ...wrong];
  }
  const holder = lockHolder(path.resolve(env.DATA_DIR, "up.lock"));
  const running = holder ? await checkRunning(env, holder.pid) : await checkStopped(env);
  return [
    ...first,
    ok("environment", "every variable makes sense"),
    await checkDisk(env),
    checkSecrets(env),
    ...running,
    ...(await checkDatabase(env, holder !== null)),
    await checkStorage(env),
    await checkMail(env, holder !== null),
    ...(await checkBlockLists(env)),
  ];
}

async function main(): Promise<void> {
  loadDotEnv();
  const findings = await examine();
  for (const finding of findings) say(asText(finding));
  const problems = findings.filter(({ kind }) => kind === "problem").length;
  say(problems === 0 ? "\nNothing is wrong." : `\n${problems} problem${problems === 1 ? "" : "s"}.`);
  process.exit(problems === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  complain(reasonOf(error));
  process.exit(1);
});
