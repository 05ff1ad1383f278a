/** A wrong variable, told as where, what was expected, what was found, how to fix it. */
export type EnvProblem = { name: string; expected: string; found: string; fix: string };

/** All that is wrong with the environment, in one message. */
export class EnvError extends Error {
  override name = "EnvError";
  readonly problems: EnvProblem[];
  constructor(problems: EnvProblem[]) {
    const count =
      problems.length === 1
        ? "A variable of the environment is"
        : `${problems.length} variables of the environment are`;
    const lines = problems.map(
      (p) => `  ${p.name}\n    expected  ${p.expected}\n    found     ${p.found}\n    fix       ${p.fix}`,
    );
    super(`${count} wrong:\n\n${lines.join("\n\n")}\n`);
    this.problems = problems;
  }
}

type Given = Record<string, string | undefined>;

/** What was found, without giving a secret away. */
export function shown(value: string | undefined, secret: boolean | undefined): string {
  if (value === undefined) return "nothing";
  if (!secret) return JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}…` : value);
  return `a text of ${value.length} characters (not shown)`;
}

/** True for names and addresses that only this machine can reach. */
export const isLoopback = (host: string) => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(host);

const secretNames = ["SESSION_SECRET", "TOKEN_SECRET", "SEALING_KEY"] as const;

/** What no variable can tell alone: which ones need each other. Values are trimmed and not empty. */
export function checkTogether(given: Given, embeddedEngine: boolean): EnvProblem[] {
  const problems: EnvProblem[] = [];
  const needs: Needs = (name, expected, fix) => {
    if (!given[name]) problems.push({ name, expected, found: "nothing", fix });
  };
  const host = given.HOST;
  if (host && !isLoopback(host)) {
    for (const name of secretNames) {
      needs(
        name,
        `a secret in the environment, because HOST=${host} lets others reach this server`,
        publicFix(name),
      );
    }
    if (embeddedEngine) needEngineKeys(needs, given.ENGINE_PORT ?? "8288", host);
  }
  if (given.STORAGE_DRIVER === "s3") {
    needs(
      "STORAGE_S3_BUCKET",
      "the bucket to keep files in, because STORAGE_DRIVER=s3",
      "Set STORAGE_S3_BUCKET to its name.",
    );
    if (given.STORAGE_S3_ACCESS_KEY_ID || given.STORAGE_S3_SECRET_ACCESS_KEY) {
      const fix =
        "Set both STORAGE_S3_ACCESS_KEY_ID and STORAGE_S3_SECRET_ACCESS_KEY, or neither to use the machine's own role.";
      needs("STORAGE_S3_ACCESS_KEY_ID", "the key id that belongs to STORAGE_S3_SECRET_ACCESS_KEY", fix);
      needs("STORAGE_S3_SECRET_ACCESS_KEY", "the secret that belongs to STORAGE_S3_ACCESS_KEY_ID", fix);
    }
  }
  for (const name of ["DATABASE_OWNER_URL", "ENGINE_DATABASE_URL"]) {
    if (given[name]) {
      needs(
        "DATABASE_URL",
        `the same database as the app role, because ${name} is set`,
        `Set it, or leave ${name} out too.`,
      );
    }
  }
  if (given.INNGEST_BASE_URL && !embeddedEngine && !isDev(given.INNGEST_DEV)) {
    const fix =
      "Copy it from the Inngest server's settings, or leave INNGEST_BASE_URL out for the embedded engine.";
    needs("INNGEST_EVENT_KEY", "the event key of the server at INNGEST_BASE_URL", fix);
    needs("INNGEST_SIGNING_KEY", "the signing key of the server at INNGEST_BASE_URL", fix);
  } else if (!embeddedEngine && !isDev(given.INNGEST_DEV)) {
    const fix = "Set both Inngest keys to use Inngest Cloud, or neither for the embedded engine.";
    needs("INNGEST_EVENT_KEY", "the event key that goes with INNGEST_SIGNING_KEY", fix);
    needs("INNGEST_SIGNING_KEY", "the signing key that goes with INNGEST_EVENT_KEY", fix);
  }
  return firstOfEach(problems);
}

type Needs = (name: string, expected: string, fix: string) => void;

/** Its own address goes with its keys: without it they would be taken for those of Inngest Cloud. */
function needEngineKeys(needs: Needs, port: string, host: string): void {
  const reached = `because HOST=${host} lets others reach this server`;
  needs(
    "INNGEST_BASE_URL",
    `the embedded engine's own address, ${reached} and its keys must come from the environment`,
    `Set INNGEST_BASE_URL=http://127.0.0.1:${port} to keep the embedded engine, or the address of an Inngest server.`,
  );
  needs(
    "INNGEST_EVENT_KEY",
    `the engine's event key in the environment, ${reached}`,
    "Set INNGEST_EVENT_KEY to the output of: openssl rand -hex 24",
  );
  needs(
    "INNGEST_SIGNING_KEY",
    `the engine's signing key in the environment, ${reached}`,
    "Set INNGEST_SIGNING_KEY to signkey-prod- and the output of: openssl rand -hex 32",
  );
}

const publicFix = (name: string) =>
  `Set ${name} to the one in secrets.json of the data folder if this installation has run before, else to the output of: openssl rand -base64 32`;

const firstOfEach = (problems: EnvProblem[]) =>
  problems.filter((problem, at) => problems.findIndex((other) => other.name === problem.name) === at);

/** Whether INNGEST_DEV asks for a Dev Server. */
export const isDev = (value: string | undefined) => value !== undefined && !/^(0|false)$/.test(value);

/** Ours unless another server, its keys, or a Dev Server is named; its own address, handed down by `up`, is ours too. */
export function isEmbeddedEngine(given: Given): boolean {
  if (isDev(given.INNGEST_DEV)) return false;
  if (given.INNGEST_BASE_URL)
    return given.INNGEST_BASE_URL.replace(/\/$/, "") === `http://127.0.0.1:${given.ENGINE_PORT ?? 8288}`;
  return !given.INNGEST_EVENT_KEY && !given.INNGEST_SIGNING_KEY;
}
