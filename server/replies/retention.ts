import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { log } from "#server/log";
import { type MailRetention, mailRetention } from "./schema.ts";

/** What the transaction's organization keeps; of one that has said nothing, the usual. */
export async function getMailRetention(tx: TenantTx): Promise<MailRetention> {
  const [row] = await tx.execute<{ retention: unknown }>(sql`select retention from tenant_policies`);
  return mailRetention.parse(row?.retention ?? {});
}

/** Holds from the next night on; what it removes is gone for good. Call in the organization's scope. */
export async function updateMailRetention(
  tx: TenantTx,
  { tenantId, userId }: { tenantId: string; userId: string },
  after: MailRetention,
): Promise<void> {
  const before = await getMailRetention(tx);
  const said = JSON.stringify(after);
  await tx.execute(sql`
    insert into tenant_policies as p (retention) values (${said}::jsonb)
    on conflict (tenant_id) do update set retention = p.retention || excluded.retention, updated_at = app_now()`);
  await recordAct(tx, {
    actorId: userId,
    action: "organization.mail_retention_updated",
    resourceType: "organization",
    resourceId: tenantId,
    before,
    after,
  });
}

const slice = 2_000;

/**
 * Removes the texts of received mails that are past their time, in every workspace, by slices; who wrote when, and how it
 * began, stays in the ledger. Run again after it died, it goes on. Returns how many were removed.
 */
export async function expireBodies(): Promise<number> {
  const due = await withoutTenant((tx) =>
    tx.execute<{ tenant_id: string; workspace_id: string }>(sql`select * from expired_bodies()`),
  );
  let removed = 0;
  for (const { tenant_id: tenantId, workspace_id: workspaceId } of due) {
    let count = slice;
    while (count === slice) {
      count = await withTenant({ tenantId, workspaceId }, removeSlice);
      removed += count;
    }
  }
  if (removed > 0) log.info({ removed }, "texts of received mails that are past their time were removed");
  return removed;
}

async function removeSlice(tx: TenantTx): Promise<number> {
  const { bodyMonths } = await getMailRetention(tx);
  const rows = await tx.execute(sql`
    delete from content.email_content where (id, created_at) in (
      select id, created_at from content.email_content
      where message_id is not null and created_at < app_now() - make_interval(months => ${bodyMonths})
      limit ${slice})`);
  return rows.count;
}
