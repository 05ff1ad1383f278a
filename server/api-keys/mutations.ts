import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { newSecret } from "./secret.ts";

/** Makes a key of the workspace. This is the only time anybody sees it. */
export async function createApiKey(
  tx: TenantTx,
  { name, userId }: { name: string; userId: string },
): Promise<{ id: string; key: string }> {
  const { key, prefix, digest } = newSecret();
  const [made] = await tx.execute<{ id: string }>(sql`
    insert into api_keys (workspace_id, name, prefix, key_hash, scopes, created_by)
    values ((select nullif(current_setting('app.current_workspace_id', true), '')::uuid), ${name}, ${prefix}, ${digest},
      '{events:write}', ${userId}::uuid) returning id`);
  if (!made) throw new Error("insert into api_keys returned no row.");
  await recordAct(tx, {
    actorId: userId,
    action: "api_key.created",
    resourceType: "api_key",
    resourceId: made.id,
    after: { name, prefix },
  });
  return { id: made.id, key };
}

/** Shuts a key for good: calls with it are refused from now on. Throws `not_found`. */
export async function revokeApiKey(
  tx: TenantTx,
  { id, userId }: { id: string; userId: string },
): Promise<void> {
  const [key] = await tx.execute<{ name: string; was: string }>(sql`
    update api_keys k set status = 'revoked', updated_at = app_now()
    from (select id, status from api_keys where id = ${id}::uuid
      and workspace_id = (select nullif(current_setting('app.current_workspace_id', true), '')::uuid) for update) before
    where k.id = before.id returning k.name, before.status as was`);
  if (!key) throw new AppError("not_found", "There is no such key.");
  if (key.was === "revoked") return;
  await recordAct(tx, {
    actorId: userId,
    action: "api_key.revoked",
    resourceType: "api_key",
    resourceId: id,
    before: { name: key.name },
  });
}

/** Notes that a key was used, once a minute at most. */
export async function noteKeyUse(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(sql`
    update api_keys set last_used_at = app_now()
    where id = ${id}::uuid and (last_used_at is null or last_used_at < app_now() - interval '1 minute')`);
}
