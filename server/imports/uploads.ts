import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { storage } from "#server/storage";
import { folderOf, partCount, partKey, partSize } from "./file.ts";
import { getImportJob } from "./queries.ts";

type Upload = { key: string; fileName: string; sizeBytes: number; fingerprint?: string | undefined };

/**
 * Begins an upload. Asked again with the same key, it gives the same import; asked for a file with the fingerprint of
 * one of which not all parts came, it gives that one, which goes on where it stopped.
 */
export async function createImport(
  tx: TenantTx,
  { key, fileName, sizeBytes, fingerprint }: Upload,
  scope: Scope,
): Promise<{ id: string; partsReceived: number }> {
  const begun = fingerprint && (await findBegun(tx, { key, fileName, sizeBytes, fingerprint }, scope.userId));
  if (begun) return begun;
  const state = { parts: 0, ...(fingerprint && { fingerprint }) };
  const made = await tx.execute(sql`
    insert into import_jobs (id, file_name, file_size, file_url, file_format, created_by)
    values (${key}::uuid, ${fileName}, ${sizeBytes}, ${folderOf(scope, key)}, ${JSON.stringify(state)}::jsonb, ${scope.userId ?? null}::uuid)
    on conflict (id) do nothing returning id`);
  if (made.length > 0) {
    await recordAct(tx, {
      actorId: scope.userId ?? null,
      action: "import.created",
      resourceType: "import",
      resourceId: key,
      after: { fileName, sizeBytes },
    });
    return { id: key, partsReceived: 0 };
  }
  const job = await getImportJob(tx, key);
  const before = job.file_format.fingerprint;
  const changed = before !== undefined && fingerprint !== undefined && before !== fingerprint;
  if (job.file_size !== sizeBytes || job.file_name !== fileName || changed) {
    throw new AppError(
      "conflict",
      changed && job.file_name === fileName
        ? `"${fileName}" was changed since its upload began. Start a new import.`
        : `This import already began with another file ("${job.file_name}"). Start a new one.`,
    );
  }
  return { id: key, partsReceived: job.file_format.parts };
}

/** An upload of the same file by the same person that broke off, unless the key names one already. */
async function findBegun(
  tx: TenantTx,
  { key, fileName, sizeBytes, fingerprint }: Upload,
  userId: string | undefined,
): Promise<{ id: string; partsReceived: number } | undefined> {
  const [begun] = await tx.execute<{ id: string; partsReceived: number }>(sql`
    select id, (file_format ->> 'parts')::int as "partsReceived" from import_jobs
    where status = 'pending' and file_size = ${sizeBytes} and file_name = ${fileName}
      and file_format ->> 'fingerprint' = ${fingerprint}
      and created_by = ${userId ?? null}::uuid and (file_format ->> 'parts')::int < ${partCount(sizeBytes)}
      and not exists (select from import_jobs named where named.id = ${key}::uuid)
    order by id desc limit 1`);
  return begun;
}

/**
 * Takes one part of a file; one that came before is fine and changes nothing. `sha256` is what its sender counted.
 * @throws AppError conflict for one out of turn, invalid for one of another size, unavailable for one that was damaged on the way
 */
export async function takePart(
  scope: Scope,
  { id, part, bytes, sha256 }: { id: string; part: number; bytes: Uint8Array; sha256?: string | undefined },
): Promise<{ part: number }> {
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== undefined && sha256 !== digest)
    throw new AppError("unavailable", `Part ${part + 1} was damaged on its way. It is sent again.`);
  const { folder, known } = await withTenant(scope, (tx) => expectPart(tx, id, part, bytes.byteLength));
  if (known) return { part };
  await storage.put(partKey(folder, part), Readable.from([Buffer.from(bytes)]));
  await withTenant(scope, (tx) => receivePart(tx, id, part, digest));
  return { part };
}

/** Refuses a part that is not the next one, or not of its size. */
async function expectPart(
  tx: TenantTx,
  id: string,
  part: number,
  bytes: number,
): Promise<{ folder: string; known: boolean }> {
  const job = await getImportJob(tx, id);
  if (job.status !== "pending") throw new AppError("conflict", "The upload of this import has ended.");
  const parts = partCount(job.file_size);
  if (part >= parts)
    throw new AppError("invalid", `This file has ${parts} parts; there is no part ${part + 1}.`);
  if (part > job.file_format.parts) {
    throw new AppError("conflict", `Part ${job.file_format.parts + 1} must come before part ${part + 1}.`);
  }
  const expected = partSize(job.file_size, part);
  if (bytes !== expected)
    throw new AppError(
      "invalid",
      `Part ${part + 1} must have ${expected} bytes; it has ${bytes}. Choose the file again.`,
    );
  return { folder: job.file_url, known: part < job.file_format.parts };
}

/**
 * Notes that a part is in storage. The hash of the file is one of the hashes of its parts, each taken in with the ones
 * before it: so it is known at the last part without reading the file again.
 */
export async function receivePart(tx: TenantTx, id: string, part: number, digest: string): Promise<void> {
  await tx.execute(sql`
    update import_jobs set updated_at = app_now(), file_hash = chained.hash, file_format = file_format
      || jsonb_build_object('parts', ${part + 1}::int)
    from (select encode(sha256(convert_to(coalesce(file_hash, '') || ${digest}, 'UTF8')), 'hex') as hash
      from import_jobs where id = ${id}::uuid) chained
    where id = ${id}::uuid and status = 'pending' and (file_format ->> 'parts')::int = ${part}`);
}
