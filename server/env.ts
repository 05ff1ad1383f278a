import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { checkTogether, EnvError, isDev, isEmbeddedEngine, shown } from "./env-checks.ts";
import type { EnvProblem } from "./env-checks.ts";
import * as kind from "./env-kinds.ts";
import { ensureSecrets, secretsFile, throwawaySecrets } from "./secrets.ts";
import type { Secrets } from "./secrets.ts";

const shape = {
  NODE_ENV: kind.choice("NODE_ENV", ["development", "production", "test"], "development"),
  LOG_LEVEL: kind.choice("LOG_LEVEL", ["fatal", "error", "warn", "info", "debug", "trace", "silent"], "info"),
  HOST: kind.help(
    z
      .string()
      .regex(/^[A-Za-z0-9.:[\]-]+$/)
      .default("127.0.0.1"),
    {
      expected: "the address or name that the servers listen on",
      fix: "Leave HOST out to be reachable from this machine only, or set HOST=0.0.0.0 for everyone.",
    },
  ),
  PORT: kind.port("PORT", 3000),
  WORKER_PORT: kind.port("WORKER_PORT", 3001),
  ENGINE_PORT: kind.port("ENGINE_PORT", 8288),
  SANDBOX_PORT: kind.port("SANDBOX_PORT", 8025),
  SANDBOX_SMTP_PORT: kind.port("SANDBOX_SMTP_PORT", 2525),
  PG_PORT: kind.port("PG_PORT", 5433),
  APP_URL: kind.origin("Set APP_URL to the address people type to reach the product.").optional(),
  DATA_DIR: kind
    .text("a folder for data and files", "Set DATA_DIR to a folder, or leave it out for .data.")
    .default(".data"),
  SANDBOX: kind.flag("SANDBOX", true, "start the mail sandbox"),
  DEMO: kind.flag("DEMO", true, "seed a demo tenant into an empty database"),

  DATABASE_URL: kind.postgresUrl("DATABASE_URL", "the database as the app role").optional(),
  DATABASE_OWNER_URL: kind
    .postgresUrl("DATABASE_OWNER_URL", "the same database as the role that migrates")
    .optional(),
  ENGINE_DATABASE_URL: kind
    .postgresUrl("ENGINE_DATABASE_URL", "the same database as the engine's role")
    .optional(),
  DATABASE_PREPARE: kind.flag("DATABASE_PREPARE", true, "use prepared statements (off behind PgBouncer)"),

  SESSION_SECRET: kind.secretText("SESSION_SECRET", "the sign-in cookies"),
  TOKEN_SECRET: kind.secretText("TOKEN_SECRET", "the links in mails"),
  SEALING_KEY: kind.sealingKeys,

  INNGEST_SERVE: kind.choice("INNGEST_SERVE", ["worker", "web"], "worker"),
  INNGEST_BASE_URL: kind
    .origin("Set INNGEST_BASE_URL to the Inngest server, or leave it out for the embedded one.")
    .optional(),
  INNGEST_EVENT_KEY: kind
    .password("the event key of the Inngest server", "Copy it from the server's settings.")
    .optional(),
  INNGEST_SIGNING_KEY: kind
    .help(z.string().regex(/^(signkey-[a-z0-9]+-)?[0-9a-fA-F]+$/), {
      expected: "a signing key: signkey-prod- and an even number of hexadecimal digits",
      fix: "Copy INNGEST_SIGNING_KEY from the Inngest server's settings.",
      secret: true,
    })
    .optional(),
  INNGEST_SIGNING_KEY_FALLBACK: kind
    .help(z.string().regex(/^(signkey-[a-z0-9]+-)?[0-9a-fA-F]+$/), {
      expected: "the signing key that is being replaced",
      fix: "Set INNGEST_SIGNING_KEY_FALLBACK to the former INNGEST_SIGNING_KEY, or leave it out.",
      secret: true,
    })
    .optional(),
  INNGEST_EVENT_KEY_FALLBACK: kind
    .password(
      "further event keys that the embedded server takes, separated by commas",
      "Set INNGEST_EVENT_KEY_FALLBACK to the former INNGEST_EVENT_KEY, or leave it out.",
    )
    .optional(),
  INNGEST_APP_ID: kind
    .help(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), {
      expected: "a name of small letters, digits and hyphens, 40 at most",
      fix: "Set INNGEST_APP_ID to a name that no other installation has on the Inngest server, or leave it out.",
    })
    .default("postroad"),
  INNGEST_SERVE_ORIGIN: kind
    .origin("Set INNGEST_SERVE_ORIGIN to the address at which the Inngest server reaches the functions.")
    .optional(),
  INNGEST_DEV: kind
    .help(
      z.string().refine((text) => /^(0|1|true|false)$/.test(text) || URL.canParse(text)),
      {
        expected: "1, 0, or the address of an Inngest Dev Server",
        fix: "Set INNGEST_DEV=1 to use a Dev Server, or leave it out.",
      },
    )
    .optional(),

  SMTP_URL: kind.smtpUrl("Correct SMTP_URL, or leave it out to keep mail in the sandbox.").optional(),
  ALLOW_PRIVATE_HOSTS: kind.flag(
    "ALLOW_PRIVATE_HOSTS",
    false,
    "let mailboxes and webhooks point into your own network",
  ),

  DNS_SERVERS: kind.nameServers.optional(),
  DNS_BLOCK_LISTS: kind.blockLists.optional(),
  SPAMD_ADDRESS: kind.spamdAddress.optional(),

  STORAGE_DRIVER: kind.choice("STORAGE_DRIVER", ["folder", "s3"], "folder"),
  STORAGE_S3_ENDPOINT: kind
    .origin("Set STORAGE_S3_ENDPOINT only for a store other than Amazon's.")
    .optional(),
  STORAGE_S3_REGION: kind.text("a region, as eu-central-1", "Set STORAGE_S3_REGION.").default("us-east-1"),
  STORAGE_S3_BUCKET: kind.text("the name of a bucket", "Set STORAGE_S3_BUCKET.").optional(),
  STORAGE_S3_ACCESS_KEY_ID: kind.password("an access key id", "Set both S3 keys, or neither.").optional(),
  STORAGE_S3_SECRET_ACCESS_KEY: kind
    .password("a secret access key", "Set both S3 keys, or neither.")
    .optional(),
  STORAGE_S3_FORCE_PATH_STYLE: kind.flag(
    "STORAGE_S3_FORCE_PATH_STYLE",
    false,
    "put the bucket into the path (MinIO wants it)",
  ),

  METRICS_TOKEN: kind
    .help(z.string().min(16), {
      expected: "at least 16 characters, which Prometheus sends as a bearer token",
      fix: "Set METRICS_TOKEN to the output of: openssl rand -hex 24, or leave it out.",
      secret: true,
    })
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: kind.webUrl.optional(),

  REDIS_URL: kind
    .text("the address of a Redis server", "Leave REDIS_URL out: nothing needs it yet.")
    .optional(),
  ANTHROPIC_API_KEY: kind
    .password(
      "an API key of Anthropic",
      "Copy it from the provider's console, or leave it out: then drafts are written from templates only.",
    )
    .optional(),
  ANTHROPIC_BASE_URL: kind
    .origin("Set ANTHROPIC_BASE_URL to a server that speaks the Messages API, or leave it out.")
    .default("https://api.anthropic.com"),
  ANTHROPIC_MODEL: kind
    .text("the name of a model", "Set ANTHROPIC_MODEL to a model of your account, or leave it out.")
    .default("claude-sonnet-4-5"),
  AI_PRICES: kind.prices.optional(),
  OUTLOOK_CLIENT_ID: kind.password("an application id", "Leave it out: nothing uses it yet.").optional(),
  OUTLOOK_CLIENT_SECRET: kind.password("a client secret", "Leave it out: nothing uses it yet.").optional(),
  OUTLOOK_TENANT_ID: kind.password("a directory id", "Leave it out: nothing uses it yet.").optional(),
};
const schema = z.object(shape);
type Variable = keyof typeof shape;
type Given = Partial<Record<Variable, string>>;
type Parsed = z.infer<typeof schema>;

/** Where the functions run: our own engine, a Dev Server, or an Inngest server elsewhere (self-hosted or Cloud). */
export type InngestMode = "embedded" | "dev" | "server";

type Filled = "APP_URL" | "DATABASE_URL" | "DATABASE_OWNER_URL" | "ENGINE_DATABASE_URL";
export type Env = Omit<Parsed, Filled>
  & Record<Filled, string> & {
    inngestMode: InngestMode;
    /** Whether Postgres is the one from the npm package, which `npm run up` starts. */
    embeddedPostgres: boolean;
  };

export const variableNames = Object.keys(shape) as Variable[];

/**
 * Checks every variable and fills in the embedded defaults.
 * @param secretsOf gives the generated secrets of a data folder; used where the source brings none.
 * @throws EnvError naming every wrong variable at once; Error when the secrets file is unreadable.
 */
export function parseEnv(
  source: NodeJS.ProcessEnv,
  secretsOf: (dataDir: string) => Secrets = ensureSecrets,
): Env {
  const given: Given = {};
  for (const name of variableNames) if (source[name]?.trim()) given[name] = source[name].trim();

  const embeddedEngine = isEmbeddedEngine(given);
  const problems = [...checkEach(given), ...checkTogether(given, embeddedEngine)];
  if (problems.length > 0) throw new EnvError(problems);

  const secrets = secretsOf(path.resolve(given.DATA_DIR ?? ".data"));
  const { SESSION_SECRET, TOKEN_SECRET, SEALING_KEY, INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY } = secrets;
  const own = {
    SESSION_SECRET,
    TOKEN_SECRET,
    SEALING_KEY,
    ...(embeddedEngine && { INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY }),
  };
  const parsed = schema.safeParse({ ...own, ...given });
  if (!parsed.success) {
    const found = parsed.error.issues.map((issue) => problemWith(issue.path[0] as Variable, undefined));
    throw new EnvError(
      found.map((problem) => ({ ...problem, found: `a wrong one in ${secretsFile} of the data folder` })),
    );
  }
  return complete(parsed.data, secrets, embeddedEngine);
}

function checkEach(given: Given): EnvProblem[] {
  const wrong = variableNames.filter(
    (name) => given[name] !== undefined && !shape[name].safeParse(given[name]).success,
  );
  return wrong.map((name) => problemWith(name, given[name]));
}

function problemWith(name: Variable, value: string | undefined): EnvProblem {
  const { expected, fix, secret } = kind.helpOf(shape[name]);
  return { name, expected, found: shown(value, secret), fix };
}

function complete(parsed: Parsed, secrets: Secrets, embeddedEngine: boolean): Env {
  const at = (role: string, password: string) =>
    `postgres://${role}:${password}@127.0.0.1:${parsed.PG_PORT}/postroad`;
  const dev = isDev(parsed.INNGEST_DEV);
  const devUrl = dev && URL.canParse(parsed.INNGEST_DEV ?? "") ? parsed.INNGEST_DEV : undefined;
  const local = embeddedEngine || dev ? (devUrl ?? `http://127.0.0.1:${parsed.ENGINE_PORT}`) : undefined;
  const embeddedPostgres = parsed.DATABASE_URL === undefined;
  return {
    ...parsed,
    APP_URL: parsed.APP_URL ?? `http://127.0.0.1:${parsed.PORT}`,
    DATABASE_URL: parsed.DATABASE_URL ?? at("postroad_app", secrets.APP_PASSWORD),
    // Asked for only by those who need them: a web server is not given the owner's password.
    get DATABASE_OWNER_URL() {
      if (embeddedPostgres) return at("postgres", secrets.PG_PASSWORD);
      return parsed.DATABASE_OWNER_URL ?? missing("DATABASE_OWNER_URL");
    },
    get ENGINE_DATABASE_URL() {
      if (embeddedPostgres) return at("postroad_engine", secrets.ENGINE_PASSWORD);
      return parsed.ENGINE_DATABASE_URL ?? missing("ENGINE_DATABASE_URL");
    },
    INNGEST_BASE_URL: parsed.INNGEST_BASE_URL ?? local,
    inngestMode: dev ? "dev" : embeddedEngine ? "embedded" : "server",
    embeddedPostgres,
  };
}

function missing(name: Variable): never {
  throw new EnvError([problemWith(name, undefined)]);
}

/** Reads process.env, and `.env` beside it (never in tests); the first use of `env` does this once. */
function loadEnv(): Env {
  if (process.env.NODE_ENV !== "test" && existsSync(".env")) process.loadEnvFile(".env");
  // A build must not write keys that would then travel inside its output.
  const building = process.env.NEXT_PHASE === "phase-production-build";
  return parseEnv(process.env, building ? throwawaySecrets : ensureSecrets);
}

let loaded: Env | undefined;

/**
 * Makes the environment an object like any other. The SDK goes through every variable several times per call, and each
 * look at the process's own asks the operating system: an eighth of what a worker did. What libraries in C read,
 * such as TZ, cannot be changed afterwards.
 */
export function copyEnvironment(): void {
  loaded ??= loadEnv();
  process.env = { ...process.env };
}

/** The checked environment. Reading it throws EnvError when something is wrong; importing it never does. */
export const env: Env = new Proxy({} as Env, {
  get: (_, name) => Reflect.get((loaded ??= loadEnv()), name) as unknown,
  has: (_, name) => Reflect.has((loaded ??= loadEnv()), name),
  ownKeys: () => Reflect.ownKeys((loaded ??= loadEnv())),
  getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor((loaded ??= loadEnv()), name),
});
