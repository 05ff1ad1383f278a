import { sql } from "drizzle-orm";
import { type Scope, withTenant } from "#db/tenancy";
import { env } from "#server/env";
import { type SystemMail, sendSystemMail } from "#server/mail/system";
import { type ExportMail, getExportMail } from "./queries.ts";
import { fileDays } from "./schema.ts";

/**
 * Writes to the person who asked that the file is there, once. The link leads to the page and not to the file: mails are
 * forwarded and kept, and a link to the file works for minutes. A run that dies between the mail server's yes and the
 * row that says so sends it again under the same Message-ID. False when there is nobody to write to, or it was sent.
 */
export async function mailExport(scope: Scope, id: string): Promise<boolean> {
  const found = await withTenant(scope, (tx) => getExportMail(tx, id));
  if (!found) return false;
  await sendSystemMail({ ...readyMail(found), id });
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update export_jobs set mailed_at = app_now() where id = ${id}::uuid and mailed_at is null`,
    ),
  );
  return true;
}

export function readyMail({ email, name, slug, workspace, what, contacts }: ExportMail): SystemMail {
  return {
    to: { name, email },
    subject: `Your export of ${what} is ready`,
    text:
      `Hello ${name},\n\nthe export of ${what} from ${workspace} is ready: ${contacts.toLocaleString("en")} contacts. `
      + `The file is kept for ${fileDays} days.\n\nIf you did not ask for it, tell an administrator of ${workspace}.`,
    action: { label: "Open the exports page", url: `${env.APP_URL}/${slug}/exports` },
  };
}
