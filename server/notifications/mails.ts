import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { type Scope, withTenant } from "#db/tenancy";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { sendSystemMail } from "#server/mail/system";

type Due = { tenant_id: string; workspace_id: string; user_id: string; id: string };
type Mail = {
  title: string;
  body: string | null;
  path: string | null;
  name: string;
  email: string;
  slug: string;
};

/** A mail server that is away is asked again so much later; after so many tries the mail is given up. */
const againAfter = sql`interval '10 minutes'`;
const triesMax = 5;

/**
 * Sends the notifications that go by mail, each once. Whoever dies between the mail server's yes and the row that says so
 * leaves one that is sent again later, under the same Message-ID. Returns how many left.
 */
export async function mailNotifications(): Promise<number> {
  const due = await withoutTenant((tx) =>
    tx.execute<Due>(sql`select * from due_notification_mails(${triesMax})`),
  );
  let sent = 0;
  for (const { tenant_id, workspace_id, user_id, id } of due) {
    const scope = { tenantId: tenant_id, workspaceId: workspace_id, userId: user_id };
    if (await mailNotification(scope, id)) sent += 1;
  }
  return sent;
}

async function mailNotification(scope: Scope, id: string): Promise<boolean> {
  const mail = await claim(scope, id);
  if (!mail) return false;
  try {
    await sendSystemMail({
      id,
      to: { name: mail.name, email: mail.email },
      subject: mail.title,
      text: `Hello ${mail.name},\n\n${mail.title}${mail.body ? `\n\n${mail.body}` : ""}`,
      action: { label: "Open in Postroad", url: `${env.APP_URL}/${mail.slug}${mail.path ?? ""}` },
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error, notificationId: id }, "a notification could not be mailed");
    return false;
  }
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update notify.notifications set sent_at = app_now(), updated_at = app_now() where id = ${id}::uuid`,
    ),
  );
  return true;
}

/** The mail, when it is this call's to send; who has left the workspace is not written to. */
function claim(scope: Scope, id: string): Promise<Mail | undefined> {
  return withTenant(scope, async (tx) => {
    const [mail] = await tx.execute<Mail>(sql`
      with claimed as (
        update notify.notifications set attempts = attempts + 1, next_attempt_at = app_now() + ${againAfter}, updated_at = app_now()
        where id = ${id}::uuid and sent_at is null and (next_attempt_at is null or next_attempt_at <= app_now())
        returning *
      )
      select n.title, n.body, n.data ->> 'path' as path, u.name, u.email, w.slug
      from claimed n join users u on u.id = n.user_id join workspaces w on w.id = n.workspace_id
        join tenant_users t on t.tenant_id = n.tenant_id and t.user_id = n.user_id`);
    return mail;
  });
}
