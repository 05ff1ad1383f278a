import { eq, sql } from "drizzle-orm";
import { emailAccounts } from "#db/schema/email-accounts";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { type DriverEvent, type EventScope, readDueEvent } from "#server/drivers/events";
import { wakeNow } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import type { ImapServer } from "#server/replies/imap-source";
import { ensureReader } from "#server/replies/reader";
import { open, seal } from "#server/seal";
import { imapPasswordPlace, passwordPlace } from "./queries.ts";
import type { MailboxReadingInput } from "./schema.ts";

async function accountOf(tx: TenantTx, id: string) {
  const [account] = await tx.select().from(emailAccounts).where(eq(emailAccounts.id, id));
  if (!account || account.status === "disabled")
    throw new AppError("not_found", "This mailbox does not exist.");
  if (account.provider !== "smtp")
    throw new AppError("invalid", "Only a mailbox of your own is read over IMAP; this one is read already.");
  return account;
}

/**
 * The inbox that somebody describes: what they leave empty is what is stored.
 * @throws AppError not_found, invalid; SealError when a stored password cannot be opened
 */
export async function readingServer(tx: TenantTx, input: MailboxReadingInput): Promise<ImapServer> {
  const account = await accountOf(tx, input.id);
  const { tenantId, id, imapSecretSealed, secretSealed } = account;
  const stored = imapSecretSealed
    ? () => open(imapSecretSealed, imapPasswordPlace(tenantId, id))
    : () => (secretSealed ? open(secretSealed, passwordPlace(tenantId, id)) : "");
  // A stored password goes to no other server than the one it was stored for.
  const known = [account.imapHost, account.smtpHost].some((host) => host && sameSite(host, input.imapHost));
  if (input.imapPassword === "" && !known)
    throw new AppError("invalid", "Enter the password: it is another server than the one for sending.", {
      imapPassword: "Enter the password: it is another server than the one for sending.",
    });
  return {
    host: input.imapHost,
    port: input.imapPort,
    security: input.imapSecurity,
    user: input.imapUsername || account.smtpUsername || account.email,
    password: input.imapPassword || stored(),
    trusted: false,
  };
}

/** `imap.example.com` and `smtp.example.com` are one provider's; bare addresses must be the same. */
export function sameSite(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a === b) return true;
  const site = (host: string) => host.split(".").slice(1).join(".");
  return /[a-z]/.test(a) && site(a).includes(".") && site(a) === site(b);
}

/** Has replies of a mailbox read from an inbox that was just tested, from now on and the two weeks before. */
export async function setReading(
  tx: TenantTx,
  scope: EventScope,
  userId: string,
  { id, imapHost, imapPort, imapSecurity, imapUsername, imapPassword, reads }: MailboxReadingInput,
): Promise<{ events: DriverEvent[] }> {
  const before = await accountOf(tx, id);
  await tx
    .update(emailAccounts)
    .set({
      imapHost,
      imapPort,
      imapSecurity,
      imapUsername: imapUsername || null,
      settings: { ...before.settings, reads },
      ...(imapPassword && { imapSecretSealed: seal(imapPassword, imapPasswordPlace(before.tenantId, id)) }),
      updatedAt: sql`app_now()`,
    })
    .where(eq(emailAccounts.id, id));
  await ensureReader(tx, id);
  // Another inbox may give the same numbers to other mails.
  const moved = before.imapHost !== imapHost || before.imapUsername !== (imapUsername || null);
  await tx.execute(sql`
    update mailbox_readers set problem = null, attempts = 0, listener = null, listened_until = null, uid_validity = case when ${moved} then null else uid_validity end,
      folders = case when ${moved} then '{}' else folders end
    where email_account_id = ${id}::uuid`);
  await recordAct(tx, {
    actorId: userId,
    action: "mailbox.reading_set",
    resourceType: "mailbox",
    resourceId: id,
    before: { host: before.imapHost, port: before.imapPort },
    after: { host: imapHost, port: imapPort, reads },
  });
  const fence = await wakeNow(tx, { table: "mailbox_readers", id });
  return { events: fence === null ? [] : [readDueEvent(scope, id, fence)] };
}

/** Replies of the mailbox are not read any more, and its password for that is forgotten. */
export async function stopReading(tx: TenantTx, userId: string, id: string): Promise<void> {
  const before = await accountOf(tx, id);
  await tx
    .update(emailAccounts)
    .set({
      imapHost: null,
      imapPort: null,
      imapSecurity: null,
      imapUsername: null,
      imapSecretSealed: null,
      updatedAt: sql`app_now()`,
    })
    .where(eq(emailAccounts.id, id));
  await tx.execute(sql`delete from mailbox_readers where email_account_id = ${id}::uuid`);
  await recordAct(tx, {
    actorId: userId,
    action: "mailbox.reading_stopped",
    resourceType: "mailbox",
    resourceId: id,
    before: { host: before.imapHost, port: before.imapPort },
  });
}
