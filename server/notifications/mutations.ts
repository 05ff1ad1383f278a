import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { NotificationType } from "./schema.ts";

type Message = {
  /** Null when nobody asked for what happened: then nobody is told. */
  userId: string | null;
  type: NotificationType;
  title: string;
  body?: string;
  /** Where it leads, below the address of the workspace: `/imports/…`. */
  path: string;
};

/** Tells one person of the workspace something, in the transaction in which it becomes true. It is kept for 90 days. */
export async function notify(tx: TenantTx, { userId, type, title, body, path }: Message): Promise<void> {
  if (userId === null) return;
  await tx.execute(sql`
    insert into notify.notifications (workspace_id, user_id, notification_type, title, body, data, expires_at)
    values (current_setting('app.current_workspace_id')::uuid, ${userId}::uuid, ${type}, ${title},
      ${body ?? null}, ${JSON.stringify({ path })}::jsonb, app_now() + interval '90 days')`);
}

/** Marks what was on the screen as read. */
export async function readNotifications(tx: TenantTx, upTo: string): Promise<void> {
  await tx.execute(sql`
    update notify.notifications set read_at = app_now(), updated_at = app_now()
    where id <= ${upTo}::uuid and read_at is null
      and workspace_id = nullif(current_setting('app.current_workspace_id'), '*')::uuid`);
}
