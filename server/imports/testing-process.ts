/*
 * Carries out what is asked of an import, in a process of its own that a test can kill:
 * node testing-process.ts <tenant> <workspace>
 * begins with a line "<import> <run>".
 */
import { once } from "node:events";
import { flushCompileCache } from "node:module";
import { createInterface } from "node:readline";
import { carryOut } from "./testing-run.ts";

const [tenantId = "", workspaceId = ""] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin });
// The next process of its kind begins sooner.
flushCompileCache();
const [line] = (await once(lines, "line")) as [string];
const [id = "", runId = ""] = line.split(" ");
await carryOut({ tenantId, workspaceId }, id, runId);
process.exit(0);
