import path from "node:path";
import { variableNames } from "#server/env";
import type { Variables } from "./child-env.ts";
import { root } from "./runtime.mjs";

/** Where `verify` and the browser tests keep everything: a running `up` is never disturbed. */
export const verifyDir = path.join(root, ".verify");
/** The build of the browser tests, relative to the project. */
export const verifyDist = ".next-verify";

/**
 * The environment of the browser tests: seven ports from VERIFY_PORT (4100) on, data of its own, and nothing of what the
 * shell or `.env` sets for the product.
 */
export function verifyVariables(source: Variables): Variables {
  const first = Number(source.VERIFY_PORT || 4100);
  if (!Number.isInteger(first) || first < 1024 || first > 65_000) {
    throw new Error(
      `VERIFY_PORT is ${source.VERIFY_PORT}: set it to the first of seven free ports, or leave it out for 4100.`,
    );
  }
  // Empty and not absent: a `.env` file must not put them back.
  const unset = Object.fromEntries(variableNames.map((name) => [name, ""]));
  return {
    ...unset,
    NODE_ENV: "production",
    DATA_DIR: path.join(verifyDir, "data"),
    PORT: String(first),
    WORKER_PORT: String(first + 1),
    ENGINE_PORT: String(first + 2),
    SANDBOX_PORT: String(first + 3),
    SANDBOX_SMTP_PORT: String(first + 4),
    PG_PORT: String(first + 5),
    // Tests of domains say there what the name service says.
    DNS_SERVERS: `127.0.0.1:${first + 6}`,
    // Tests send through mail servers of their own on this machine.
    ALLOW_PRIVATE_HOSTS: "on",
  };
}
