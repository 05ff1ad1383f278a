import { buffer } from "node:stream/consumers";
import { v7 } from "uuid";
import { withTenant } from "#db/tenancy";
import type { newTenant } from "#db/testing";
import { openDownload, signDownload } from "./download.ts";
import { createExport } from "./mutations.ts";
import { takeExport, writeExport } from "./run.ts";
import { exportInput, type ExportInput } from "./schema.ts";

/*
 * Exports without an engine: what the durable function does, for tests.
 */

type TestTenant = Awaited<ReturnType<typeof newTenant>>;
export type Asked = Partial<Omit<ExportInput, "key">>;

/** Asks for an export of everybody, unless said otherwise. */
export async function askForExport(tenant: TestTenant, asked: Asked = {}): Promise<string> {
  const input = exportInput.parse({ key: v7(), of: { kind: "all" }, ...asked });
  await withTenant(tenant.scope, (tx) => createExport(tx, input, tenant.scope));
  return input.key;
}

/** Asks for an export and writes it. */
export async function exportFile(tenant: TestTenant, asked: Asked = {}): Promise<string> {
  const id = await askForExport(tenant, asked);
  const fence = await takeExport(tenant.scope, id, v7());
  if (fence === null) throw new Error("The export could not be taken over.");
  await writeExport(tenant.scope, id, fence);
  return id;
}

/** The bytes behind a fresh link. */
export async function download(tenant: TestTenant, id: string): Promise<Buffer> {
  const { path } = await signDownload(tenant.scope, id);
  return buffer((await openDownload(path.replace("/api/exports/", ""))).stream);
}

/** An export, from the question to the bytes. */
export const exported = async (tenant: TestTenant, asked: Asked = {}): Promise<Buffer> =>
  download(tenant, await exportFile(tenant, asked));
