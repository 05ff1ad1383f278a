import path from "node:path";
import { variableNames } from "#server/env";
import type { Variables } from "../child-env.ts";
import { root } from "../runtime.mjs";

/** Everything of the harness: a running `up` or `verify` is never disturbed. */
export const chaosDir = path.join(root, ".data", "chaos");

/** Six ports from CHAOS_PORT (20700) on, and data of its own. */
function chaosVariables(source: Variables): Variables {
  const first = Number(source.CHAOS_PORT || 20_700);
  if (!Number.isInteger(first) || first < 1024 || first > 65_000)
    throw new Error(
      `CHAOS_PORT is ${source.CHAOS_PORT}: set it to the first of six free ports, or leave it out for 20700.`,
    );
  // Empty and not absent: a `.env` file must not put them back.
  const unset = Object.fromEntries(variableNames.map((name) => [name, ""]));
  return {
    ...unset,
    NODE_ENV: "production",
    LOG_LEVEL: "info",
    DATA_DIR: path.join(chaosDir, "data"),
    PORT: String(first),
    WORKER_PORT: String(first + 1),
    ENGINE_PORT: String(first + 2),
    SANDBOX_PORT: String(first + 3),
    // The mailboxes of the sandbox send there: it is the sink that listens.
    SANDBOX_SMTP_PORT: String(first + 4),
    PG_PORT: String(first + 5),
    SANDBOX: "off",
    DEMO: "off",
  };
}

// Before any other module of ours reads it: whoever imports the harness sees its installation and no other.
Object.assign(process.env, chaosVariables(process.env));
