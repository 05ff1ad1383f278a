import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { type Scope, withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { storage } from "#server/storage";
import { folderOf, partKey } from "./file.ts";
import { refused } from "./formats/refusal.ts";
import { openRemote, type RemoteOptions } from "./remote.ts";
import { partBytes } from "./schema.ts";

/** A file that has come: as an upload lies in storage, with the hash that an upload of it would have. */
export type Fetched = { fileName: string; sizeBytes: number; fileHash: string };

/** Fetches a file into the folder of an import, part after part. Done again, it writes the same parts again. */
export async function fetchInto(folder: string, url: string, options: RemoteOptions = {}): Promise<Fetched> {
  const { fileName, content } = await openRemote(url, options);
  let fileHash = "";
  let sizeBytes = 0;
  let part = 0;
  for await (const bytes of inParts(content)) {
    await storage.put(partKey(folder, part), Readable.from([bytes]));
    const digest = createHash("sha256").update(bytes).digest("hex");
    fileHash = createHash("sha256")
      .update(fileHash + digest)
      .digest("hex");
    sizeBytes += bytes.length;
    part += 1;
  }
  if (sizeBytes === 0)
    throw refused(
      `The file at ${new URL(url).hostname} is empty. It needs a header line and at least one contact.`,
    );
  return { fileName, sizeBytes, fileHash };
}

async function* inParts(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const piece of content) {
    held.push(piece);
    size += piece.length;
    if (size < partBytes) continue;
    const whole = Buffer.concat(held);
    let at = 0;
    for (; at + partBytes <= whole.length; at += partBytes) yield whole.subarray(at, at + partBytes);
    held = [whole.subarray(at)];
    size = whole.length - at;
  }
  if (size > 0) yield Buffer.concat(held);
}

/** An import of a file at an address. Asked again with the same key, it gives the same import and fetches nothing. */
export async function fetchImport(
  scope: Scope,
  { key, url }: { key: string; url: string },
  options: RemoteOptions = {},
): Promise<{ id: string }> {
  const known = await withTenant(scope, (tx) =>
    tx.execute(sql`select 1 from import_jobs where id = ${key}::uuid`),
  );
  if (known.length > 0) return { id: key };
  const folder = folderOf(scope, key);
  const fetched = await fetchInto(folder, url, options).catch(async (error: unknown) => {
    await storage.removeFolder(folder);
    throw error;
  });
  await keepFetched(scope, { key, folder, fetched });
  return { id: key };
}

async function keepFetched(
  scope: Scope,
  { key, folder, fetched }: { key: string; folder: string; fetched: Fetched },
): Promise<void> {
  const { fileName, sizeBytes, fileHash } = fetched;
  const parts = Math.ceil(sizeBytes / partBytes);
  await withTenant(scope, async (tx) => {
    const made = await tx.execute(sql`
      insert into import_jobs (id, file_name, file_size, file_url, file_hash, file_format, created_by)
      values (${key}::uuid, ${fileName}, ${sizeBytes}, ${folder}, ${fileHash}, ${JSON.stringify({ parts })}::jsonb,
        ${scope.userId ?? null}::uuid)
      on conflict (id) do nothing returning id`);
    if (made.length === 0) return;
    await recordAct(tx, {
      actorId: scope.userId ?? null,
      action: "import.created",
      resourceType: "import",
      resourceId: key,
      after: { fileName, sizeBytes },
    });
  });
}
