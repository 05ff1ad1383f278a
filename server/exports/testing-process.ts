/*
 * Takes an export over and writes it, in a process of its own that a test can kill:
 * node testing-process.ts <tenant> <workspace> <export> <run>
 */
import { takeExport, writeExport } from "./run.ts";

const [tenantId = "", workspaceId = "", id = "", runId = ""] = process.argv.slice(2);
const scope = { tenantId, workspaceId };
const fence = await takeExport(scope, id, runId);
if (fence !== null) await writeExport(scope, id, fence);
process.exit(0);
