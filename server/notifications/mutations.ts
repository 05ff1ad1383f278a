import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { NotificationType } from "./schema.ts";

type Message = {
  /** Null when nobody asked for what happened: then nobody is told. */
  userId: string | null;
  type: NotificationType;
  title: string;
  body?: string | undefined;
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

type Together = Pick<Message, "type"> & {
  userId: string;
  channel?: "in_app" | "email";
  /** What nobody has looked at yet is told together, for everything of one type and key. */
  key: string;
  /** Whom it is about: contacts. */
  about: readonly { id: string; name: string }[];
  /** What is said of them all; `who` is `Ada Byron`, or `Ada Byron and 12 others`. */
  words: (told: Told) => Pick<Message, "title" | "body" | "path">;
};
type Told = { who: string; count: number; first: { id: string; name: string } };

/**
 * Tells one person of something that happens with many: while they have not read it (or, of a mail, until it leaves),
 * what comes is added to what they have not read.
 */
export async function notifyTogether(
  tx: TenantTx,
  { userId, type, channel = "in_app", key, about, words }: Together,
): Promise<void> {
  if (about.length === 0) return;
  const [before] = await asPerson(tx, userId, () =>
    tx.execute<{ count: number; first: { id: string; name: string } }>(sql`
      delete from notify.notifications
      where user_id = ${userId}::uuid and notification_type = ${type} and channel = ${channel} and data ->> 'key' = ${key}
        and read_at is null and attempts = 0 and workspace_id = current_setting('app.current_workspace_id')::uuid
      returning (data ->> 'count')::int as count, data -> 'first' as first`),
  );
  const count = (before?.count ?? 0) + about.length;
  const first = before?.first ?? about[0];
  if (!first) return;
  const others = count === 1 ? "" : ` and ${count - 1} ${count === 2 ? "other" : "others"}`;
  const { title, body, path } = words({ who: `${first.name}${others}`, count, first });
  const data = { path, key, count, first };
  await tx.execute(sql`
    insert into notify.notifications (workspace_id, user_id, notification_type, channel, title, body, data, expires_at)
    values (current_setting('app.current_workspace_id')::uuid, ${userId}::uuid, ${type}, ${channel}, ${title},
      ${body ?? null}, ${JSON.stringify(data)}::jsonb, app_now() + interval '90 days')`);
}

/** Forgets what anybody was told about contacts: under these paths, or with one of them named first. */
export async function forgetNotifications(
  tx: TenantTx,
  { contactIds, paths }: { contactIds: readonly string[]; paths: readonly string[] },
): Promise<void> {
  const people = await tx.execute<{ userId: string }>(
    sql`select user_id as "userId" from tenant_users
      where tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid`,
  );
  for (const { userId } of people)
    await asPerson(tx, userId, () =>
      tx.execute(sql`
        delete from notify.notifications
        where data #>> '{first,id}' = any(${sql.param([...contactIds])}::text[])
          or notification_type in ('campaign.replied', 'campaign.complained')
            and data ->> 'path' = any(${sql.param([...paths])}::text[])`),
    );
}

/** Lets a statement see what is one person's own, for the work that concerns it. */
async function asPerson<T>(tx: TenantTx, userId: string, work: () => Promise<T>): Promise<T> {
  const [before] = await tx.execute<{ userId: string }>(
    sql`select coalesce(current_setting('app.current_user_id', true), '') as "userId",
      set_config('app.current_user_id', ${userId}::text, true)`,
  );
  const result = await work();
  await tx.execute(sql`select set_config('app.current_user_id', ${before?.userId ?? ""}::text, true)`);
  return result;
}

/** Marks what was on the screen as read. */
export async function readNotifications(tx: TenantTx, upTo: string): Promise<void> {
  await tx.execute(sql`
    update notify.notifications set read_at = app_now(), updated_at = app_now()
    where id <= ${upTo}::uuid and read_at is null
      and workspace_id = nullif(current_setting('app.current_workspace_id'), '*')::uuid`);
}
