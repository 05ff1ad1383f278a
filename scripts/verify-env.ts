import path from "node:path";
import { variablesApart } from "./apart.ts";
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
  const place = { variable: "VERIFY_PORT", firstPort: 4100, ports: "seven", folder: verifyDir };
  const { variables, port } = variablesApart(source, place);
  return {
    ...variables,
    // Tests of domains say there what the name service says.
    DNS_SERVERS: `127.0.0.1:${port(6)}`,
    DNS_BLOCK_LISTS: "Example list=dbl.test",
    // Tests send through mail servers of their own on this machine.
    ALLOW_PRIVATE_HOSTS: "on",
  };
}
