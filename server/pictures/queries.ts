import { type SQL, sql } from "drizzle-orm";
import type { Scope, TenantTx } from "#db/tenancy";
import { pictureAddress } from "./address.ts";
import { picturePageSize } from "./schema.ts";

/** `alt`: what it said last where pictures are off. */
export type Picture = {
  id: string;
  url: string;
  filename: string;
  alt: string;
  width: number;
  height: number;
  sizeBytes: number;
};

export const pictureColumns: SQL = sql`id, filename, alt, width, height, size_bytes as "sizeBytes"`;

/** The pictures of a workspace, the newest first. `next` is null on the last page. */
export async function listPictures(
  tx: TenantTx,
  { scope, cursor }: { scope: Scope; cursor?: string | undefined },
): Promise<{ rows: Picture[]; next: string | null }> {
  const rows = await tx.execute<Omit<Picture, "url">>(sql`
    select ${pictureColumns} from pictures
    ${cursor ? sql`where id < ${cursor}::uuid` : sql``}
    order by id desc limit ${picturePageSize + 1}`);
  const shown = rows.slice(0, picturePageSize);
  return {
    rows: shown.map((row) => ({ ...row, url: pictureAddress(scope, row.id) })),
    next: rows.length > picturePageSize ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** What is told of a picture with its bytes; null when it is gone. */
export async function findPictureFile(
  tx: TenantTx,
  id: string,
): Promise<{ mime: string; sha256: string } | null> {
  const [row] = await tx.execute<{ mime: string; sha256: string }>(
    sql`select mime, sha256 from pictures where id = ${id}::uuid`,
  );
  return row ?? null;
}
