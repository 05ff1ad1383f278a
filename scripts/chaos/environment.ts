import path from "node:path";
import { variablesApart } from "../apart.ts";
import { root } from "../runtime.mjs";

/** Everything of the harness: a running `up` or `verify` is never disturbed. */
export const chaosDir = path.join(root, ".data", "chaos");

const place = { variable: "CHAOS_PORT", firstPort: 20_700, ports: "six", folder: chaosDir };

// Before any other module of ours reads it: whoever imports the harness sees its installation and no other. The mailboxes of
// the sandbox send to its port: it is the sink that listens there.
Object.assign(process.env, variablesApart(process.env, place).variables, {
  LOG_LEVEL: "info",
  SANDBOX: "off",
  DEMO: "off",
});
