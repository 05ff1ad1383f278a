import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { type SQL, sql } from "drizzle-orm";
import { v7 } from "uuid";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { AppError } from "#server/errors";
import { storage } from "#server/storage";
import { pictureAddress, pictureKey } from "./address.ts";
import { imageHead } from "./image-head.ts";
import { type Picture, pictureColumns } from "./queries.ts";
import { pictureBytesMax, pictureSideMax } from "./schema.ts";

type Upload = { filename: string; bytes: Uint8Array; userId: string };
type Row = Omit<Picture, "url">;

/**
 * Keeps a picture, and gives the one that is here already when its bytes are the same. The file comes before its row: one
 * without the other is found by the nightly collector. Call outside a transaction.
 * @throws AppError invalid for what is no picture that inboxes show, or too large
 */
export async function addPicture(scope: Scope, { filename, bytes, userId }: Upload): Promise<Picture> {
  const { mime, width, height } = readPicture(bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  // Counted as referred to from now: the collector looks again before it removes what it took for unused.
  const [known] = await withTenant(scope, (tx) =>
    tx.execute<Row>(sql`
      update pictures set referred_at = app_now() where sha256 = ${sha256} returning ${pictureColumns}`),
  );
  if (known) return { ...known, url: pictureAddress(scope, known.id) };
  const id = v7();
  await storage.put(pictureKey(scope, id), Readable.from([Buffer.from(bytes)]));
  const [row] = await withTenant(scope, (tx) =>
    tx.execute<Row>(sql`
      insert into pictures as p (id, filename, mime, width, height, size_bytes, sha256, created_by)
      values (${id}::uuid, ${nameOf(filename, mime)}, ${mime}, ${width}, ${height}, ${bytes.byteLength}, ${sha256},
        ${userId}::uuid)
      on conflict (tenant_id, workspace_id, sha256) do update set referred_at = app_now()
      returning ${qualified}`),
  );
  if (!row) throw new Error("A picture was neither written nor found.");
  // Somebody else was first with the same bytes.
  if (row.id !== id) await storage.remove(pictureKey(scope, id));
  return { ...row, url: pictureAddress(scope, row.id) };
}

const qualified: SQL = sql`p.id, p.filename, p.alt, p.width, p.height, p.size_bytes as "sizeBytes"`;

/** Without what no file name holds; one that was pasted has none. */
function nameOf(given: string, mime: string): string {
  const name = given
    .replace(/[\p{Cc}/\\]/gu, " ")
    .trim()
    .slice(-200);
  return name || `Picture.${mime.slice("image/".length).replace("jpeg", "jpg")}`;
}

const formats = "Emails show PNG, JPEG and GIF pictures.";

function readPicture(bytes: Uint8Array) {
  if (bytes.byteLength === 0) throw new AppError("invalid", "This file is empty. Choose another one.");
  if (bytes.byteLength > pictureBytesMax)
    throw new AppError(
      "invalid",
      `This picture has ${(bytes.byteLength / 1e6).toFixed(1)} MB, and one in an email may have 1 MB. Save it smaller.`,
    );
  const head = imageHead(bytes);
  if (!head) throw new AppError("invalid", refusalOf(bytes));
  if (head.width > pictureSideMax || head.height > pictureSideMax)
    throw new AppError(
      "invalid",
      `This picture is ${head.width} × ${head.height} pixels, and neither side may have more than ${pictureSideMax}. Save it smaller.`,
    );
  return head;
}

function refusalOf(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 1_000)).toString("latin1");
  if (/<svg[\s>]/i.test(start))
    return `This is an SVG drawing, which most inboxes do not show. ${formats} Export it as PNG.`;
  if (start.startsWith("RIFF") && start.slice(8, 12) === "WEBP")
    return `This is a WebP picture, which not every inbox shows. ${formats} Save it as PNG or JPEG.`;
  return `This file is not a picture, or it is damaged. ${formats}`;
}

/** Remembers what a picture says where pictures are off, when it is put into an email. @throws AppError not_found */
export async function describePicture(tx: TenantTx, { id, alt }: { id: string; alt: string }): Promise<void> {
  const rows = await tx.execute(sql`
    update pictures set alt = case when ${alt}::text = '' then alt else ${alt}::text end, referred_at = app_now(), updated_at = app_now()
    where id = ${id}::uuid returning id`);
  if (rows.length === 0)
    throw new AppError("not_found", "This picture is no longer kept. Upload it again, or choose another.");
}
