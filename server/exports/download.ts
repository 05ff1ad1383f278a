import { createHmac, timingSafeEqual } from "node:crypto";
import type { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { grants, type Roles } from "#server/permissions";
import { storage } from "#server/storage";
import { recordDownload } from "./mutations.ts";
import { getExportFile } from "./queries.ts";
import { type ExportFormat, linkMinutes } from "./schema.ts";

/*
 * A download link: v1.<export>.<tenant>.<workspace>.<user>.<expires, unix seconds>.<MAC>. It needs no session, so
 * that a download manager or a mail can use it, and lives for minutes.
 */

const contentTypes: Record<ExportFormat, string> = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  json: "application/json; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
};

const macOf = (payload: string) =>
  createHmac("sha256", env.TOKEN_SECRET).update(`export-download:${payload}`).digest("base64url");

/** A path that downloads the file of an export for the next few minutes. Throws `not_found` without a file. */
export async function signDownload(scope: Scope & { userId: string }, id: string): Promise<{ path: string }> {
  const now = await withTenant(scope, async (tx) => {
    await getExportFile(tx, id);
    return appNow(tx);
  });
  const expires = Math.floor(now.getTime() / 1000) + linkMinutes * 60;
  const payload = ["v1", id, scope.tenantId, scope.workspaceId, scope.userId, expires].join(".");
  return { path: `/api/exports/${payload}.${macOf(payload)}` };
}

/**
 * Opens the file behind a link. Throws `not_found` for a link that was changed, has run out, whose file is gone, or
 * whose owner may no longer export.
 */
export async function openDownload(
  token: string,
): Promise<{ stream: Readable; name: string; sizeBytes: number; contentType: string }> {
  const gone = () =>
    new AppError("not_found", "This download link has run out. Open the exports page for a new one.");
  const cut = token.lastIndexOf(".");
  const payload = token.slice(0, cut);
  const [version, id, tenantId, workspaceId, userId, expires] = payload.split(".");
  const given = Buffer.from(token.slice(cut + 1));
  const expected = Buffer.from(macOf(payload));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw gone();
  if (version !== "v1" || !id || !tenantId || !workspaceId || !userId) throw gone();
  const file = await withTenant({ tenantId, workspaceId, userId }, async (tx) => {
    if ((await appNow(tx)).getTime() / 1000 > Number(expires)) throw gone();
    if (!(await mayExport(tx, { workspaceId, userId }))) throw gone();
    const found = await getExportFile(tx, id);
    await recordDownload(tx, id, userId);
    return found;
  });
  const { key, name, sizeBytes, format } = file;
  return { stream: storage.read(key), name, sizeBytes, contentType: contentTypes[format] };
}

async function mayExport(
  tx: TenantTx,
  { workspaceId, userId }: { workspaceId: string; userId: string },
): Promise<boolean> {
  const [roles] = await tx.execute<Roles>(sql`
    select u.roles as "tenantRoles", m.role from tenant_users u
    left join workspace_members m on m.user_id = u.user_id and m.workspace_id = ${workspaceId}::uuid
    where u.user_id = ${userId}::uuid and u.tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)`);
  return roles !== undefined && grants(roles, "contacts:export");
}
