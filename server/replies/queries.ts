import { eq } from "drizzle-orm";
import { emailAccounts } from "#db/schema/email-accounts";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { imapPasswordPlace, passwordPlace } from "#server/mailboxes/queries";
import { open } from "#server/seal";
import type { ImapServer } from "./imap-source.ts";

/**
 * How to reach the inbox of a mailbox, with its password opened: its own, or the one for sending.
 * @throws AppError not_found, invalid; SealError when the password cannot be opened
 */
export async function imapServerOf(tx: TenantTx, emailAccountId: string): Promise<ImapServer> {
  const [account] = await tx.select().from(emailAccounts).where(eq(emailAccounts.id, emailAccountId));
  if (!account) throw new AppError("not_found", "This mailbox does not exist.");
  const { tenantId, id, imapHost, imapPort, imapSecurity, imapUsername, smtpUsername, email } = account;
  if (!imapHost || !imapPort || !imapSecurity)
    throw new AppError("invalid", "Replies of this mailbox are not read: it has no IMAP server.");
  const password = account.imapSecretSealed
    ? open(account.imapSecretSealed, imapPasswordPlace(tenantId, id))
    : account.secretSealed
      ? open(account.secretSealed, passwordPlace(tenantId, id))
      : "";
  return {
    host: imapHost,
    port: imapPort,
    security: imapSecurity,
    user: imapUsername ?? smtpUsername ?? email,
    password,
    trusted: false,
  };
}
