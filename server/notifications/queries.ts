import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { NotificationType } from "./schema.ts";

export type Notification = {
  id: string;
  type: NotificationType;
  title: string;
  body: string | null;
  /** Where it leads, below the address of the workspace: `/imports/…`. */
  path: string | null;
  createdAt: Date;
  read: boolean;
};

const listed = 20;

/** The newest notifications of the person in this workspace, and how many of them are unread. */
export async function listNotifications(tx: TenantTx): Promise<{ rows: Notification[]; unread: number }> {
  const rows = await tx.execute<Notification>(sql`
    select id, notification_type as type, title, body, data ->> 'path' as path, created_at as "createdAt",
      read_at is not null as read
    from notify.notifications
    where channel = 'in_app' and workspace_id = nullif(current_setting('app.current_workspace_id'), '*')::uuid
      and (expires_at is null or expires_at > app_now())
    order by id desc limit ${listed}`);
  return { rows: [...rows], unread: rows.filter(({ read }) => !read).length };
}
