import path from "node:path";
import { variablesApart } from "../apart.ts";
import { root } from "../runtime.mjs";

/** Everything of the harness: a running `up` or `verify` is never disturbed. */
export const chaosDir = path.join(root, ".data", "chaos");

const place = { variable: "CHAOS_PORT", firstPort: 20_700, ports: "eight", folder: chaosDir };

// Before any other module of ours reads it: whoever imports the harness sees its installation and no other. The mailboxes of
// the sandbox send to its port: it is the sink that listens there.
const { variables, port } = variablesApart(process.env, place);
Object.assign(process.env, variables, {
  LOG_LEVEL: "info",
  SANDBOX: "off",
  DEMO: "off",
  // Most of a start is reading the sources: what is started again and again keeps what it has read.
  NODE_COMPILE_CACHE: path.join(chaosDir, "compiled"),
});

/** Where a second worker and a second engine listen. */
export const secondPorts = { worker: Number(port(6)), engine: Number(port(7)) };
