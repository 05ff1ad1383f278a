import { v7 } from "uuid";
import { withTenant } from "#db/tenancy";
import type { newTenant } from "#db/testing";
import type { FormatChoice } from "./formats/schema.ts";
import type { Inspection } from "./inspect.ts";
import { requestCheck, startImport } from "./mutations.ts";
import { getImport, type ImportDetail } from "./queries.ts";
import { checkImport } from "./check.ts";
import { noteNotMailed } from "./not-mailed.ts";
import { finishImport, importSlice, takeImport } from "./run.ts";
import { type ImportOptions, importOptions, partBytes } from "./schema.ts";
import { spoolImport } from "./spool.ts";
import { finishUndo, requestUndo } from "./undo.ts";
import { undoSlices } from "./undo-slices.ts";

/*
 * Imports without an engine: what the durable functions do, step by step, for tests.
 */

export type TestTenant = Awaited<ReturnType<typeof newTenant>>;
type Options = Partial<ImportOptions> & { bytes?: number; fileName?: string; format?: FormatChoice };

/** Uploads a file as the browser does, and has it inspected. */
export async function upload(
  tenant: TestTenant,
  content: string | Buffer,
  fileName = "contacts.csv",
  format?: FormatChoice,
): Promise<Inspection> {
  const bytes = Buffer.from(content);
  const { id } = await tenant.caller.imports.create({ key: v7(), fileName, sizeBytes: bytes.length });
  for (let part = 0; part * partBytes < bytes.length; part++) {
    await tenant.caller.imports.putPart({
      id,
      part,
      bytes: bytes.subarray(part * partBytes, (part + 1) * partBytes),
    });
  }
  return tenant.caller.imports.inspect({ id, format });
}

/** Takes the job over as a run of its own would; fails the test when it cannot. */
export async function takeOver(tenant: TestTenant, id: string): Promise<number> {
  const taken = await takeImport(tenant.scope, id, v7());
  if (!taken) throw new Error("The import could not be taken over.");
  return taken.fence;
}

/** Uploads and checks a file; the forecast is in the result. */
export async function check(
  tenant: TestTenant,
  content: string | Buffer,
  { bytes, fileName, format, ...options }: Options = {},
): Promise<ImportDetail> {
  const inspected = await upload(tenant, content, fileName, format);
  const full = importOptions.parse(options);
  await withTenant(tenant.scope, (tx) => requestCheck(tx, inspected.id, inspected.mapping, full));
  const fence = await takeOver(tenant, inspected.id);
  const { outcome } = await spoolImport(tenant.scope, inspected.id, fence);
  if (outcome === "ready") await checkImport(tenant.scope, inspected.id, fence, bytes);
  return detailOf(tenant, inspected.id);
}

/** Imports a file from upload to result, in slices of `bytes`. */
export async function importFile(
  tenant: TestTenant,
  content: string | Buffer,
  options: Options = {},
): Promise<ImportDetail> {
  const { id } = await check(tenant, content, options);
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  while (!(await importSlice(tenant.scope, id, fence, options.bytes)).done);
  await finishImport(tenant.scope, id, fence);
  await noteNotMailed(tenant.scope, id, fence);
  return detailOf(tenant, id);
}

export const begin = (tenant: TestTenant, id: string) =>
  withTenant(tenant.scope, (tx) => startImport(tx, id, tenant.userId));
export const detailOf = (tenant: TestTenant, id: string) =>
  withTenant(tenant.scope, (tx) => getImport(tx, id));

/** Undoes an import, some contacts at a time. */
export async function undoFile(tenant: TestTenant, id: string, size?: number): Promise<ImportDetail> {
  await withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
  const fence = await takeOver(tenant, id);
  while (!(await undoSlices(tenant.scope, id, fence, { size })).done);
  await finishUndo(tenant.scope, id, fence);
  return detailOf(tenant, id);
}
