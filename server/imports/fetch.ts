import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { type Scope, withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { storage } from "#server/storage";
import { folderOf, partKey } from "./file.ts";
import { refused } from "./formats/refusal.ts";
import { openRemote, type RemoteOptions } from "./remote.ts";
import { partBytes } from "./schema.ts";

/**
 * A file that has come: as an upload lies in storage, with the hash that an upload of it would have. `folder` is its own,
 * whoever else fetches the same.
 */
export type Fetched = { folder: string; fileName: string; sizeBytes: number; fileHash: string };

/**
 * Fetches a file into a new folder below `parent`, the one of its import, part after part. Two who fetch for one import
 * never write the same file. A failure leaves nothing behind; what a crash leaves, the nightly clean-up finds by the
 * moment in the folder's name.
 */
export async function fetchInto(parent: string, url: string, options: RemoteOptions = {}): Promise<Fetched> {
  const { fileName, content } = await openRemote(url, options);
  const folder = `${parent}/${v7()}`;
  try {
    const { sizeBytes, fileHash } = await store(folder, content);
    if (sizeBytes > 0) return { folder, fileName, sizeBytes, fileHash };
  } catch (error) {
    await storage.removeFolder(folder);
    throw error;
  }
  throw refused(
    `The file at ${new URL(url).hostname} is empty. It needs a header line and at least one contact.`,
  );
}

async function store(folder: string, content: AsyncIterable<Buffer>) {
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
  return { sizeBytes, fileHash };
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
  const fetched = await fetchInto(folderOf(scope, key), url, options);
  if (!(await keepFetched(scope, key, fetched))) await storage.removeFolder(fetched.folder);
  return { id: key };
}

/** Makes the import of a file that was fetched. False when another request came first: its file is the one. */
async function keepFetched(
  scope: Scope,
  key: string,
  { folder, fileName, sizeBytes, fileHash }: Fetched,
): Promise<boolean> {
  const parts = Math.ceil(sizeBytes / partBytes);
  return withTenant(scope, async (tx) => {
    const made = await tx.execute(sql`
      insert into import_jobs (id, file_name, file_size, file_url, file_hash, file_format, created_by)
      values (${key}::uuid, ${fileName}, ${sizeBytes}, ${folder}, ${fileHash}, ${JSON.stringify({ parts })}::jsonb,
        ${scope.userId ?? null}::uuid)
      on conflict (id) do nothing returning id`);
    if (made.length === 0) return false;
    await recordAct(tx, {
      actorId: scope.userId ?? null,
      action: "import.created",
      resourceType: "import",
      resourceId: key,
      after: { fileName, sizeBytes },
    });
    return true;
  });
}
