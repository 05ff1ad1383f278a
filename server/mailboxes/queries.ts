import { desc, eq, sql } from "drizzle-orm";
import { emailAccounts, mailboxReaders } from "#db/schema/email-accounts";
import type { TenantTx } from "#db/tenancy";
import { driverCalledAgainAt } from "#server/drivers/job-waits";
import { AppError } from "#server/errors";
import { relayServer, sandboxServer } from "#server/mail/relay";
import type { MailServer } from "#server/mail/smtp-session";
import { readingSettings } from "#server/replies/schema";
import { open, type SealedPlace } from "#server/seal";
import { healthOf, type Standing, standing } from "./standing.ts";

const row = {
  id: emailAccounts.id,
  email: emailAccounts.email,
  displayName: emailAccounts.displayName,
  provider: emailAccounts.provider,
  status: emailAccounts.status,
  statusReason: emailAccounts.statusReason,
  lastError: emailAccounts.lastError,
  smtpHost: emailAccounts.smtpHost,
  smtpPort: emailAccounts.smtpPort,
  smtpSecurity: emailAccounts.smtpSecurity,
  smtpUsername: emailAccounts.smtpUsername,
  dailyLimit: emailAccounts.dailyLimit,
  hourlyLimit: emailAccounts.hourlyLimit,
  minDelaySeconds: emailAccounts.minDelaySeconds,
  isDefault: emailAccounts.isDefault,
  lastVerifiedAt: emailAccounts.lastVerifiedAt,
  statusUntil: emailAccounts.statusUntil,
  imapHost: emailAccounts.imapHost,
  imapPort: emailAccounts.imapPort,
  imapSecurity: emailAccounts.imapSecurity,
  imapUsername: emailAccounts.imapUsername,
  settings: emailAccounts.settings,
  lastSyncAt: emailAccounts.lastSyncAt,
};

const today = (
  column: "sent" | "bounced",
) => sql<number>`coalesce((select u.${sql.identifier(column)} from mailbox_usage u
  where u.email_account_id = email_accounts.id and u.day = (app_now() at time zone email_accounts.timezone)::date), 0)`;

/**
 * Every mailbox of the workspace, the default one first. `sentToday` and `bouncedToday` count by the mailbox's own day;
 * `readProblem` says why its replies could not be read the last time, `readsNextAt` when that is tried again;
 * `readLateUntil`, when nobody reads it though its time has come, when it is called for again; `reads` names the folders
 * besides the inbox. `health` is that of today and yesterday, of 100.
 */
export async function listMailboxes(tx: TenantTx) {
  const rows = await tx
    .select({
      ...row,
      sentToday: today("sent"),
      bouncedToday: today("bounced"),
      standing: sql<Standing>`(select ${standing} from email_accounts a where a.id = ${emailAccounts.id})`,
      readProblem: mailboxReaders.problem,
      readsNextAt: mailboxReaders.wakesAt,
      readLateUntil: sql<Date | null>`(select ${driverCalledAgainAt} from mailbox_readers d
        where d.email_account_id = email_accounts.id)`.mapWith(mailboxReaders.wakesAt),
    })
    .from(emailAccounts)
    .leftJoin(mailboxReaders, eq(mailboxReaders.emailAccountId, emailAccounts.id))
    .orderBy(desc(emailAccounts.isDefault), emailAccounts.email);
  return rows.map(({ settings, standing: stands, ...mailbox }) => ({
    ...mailbox,
    health: healthOf(stands),
    reads: readingSettings.parse(settings).reads,
  }));
}

/** Where the secret of a mailbox belongs. */
export const passwordPlace = (tenantId: string, id: string): SealedPlace => ({
  tenantId,
  table: "email_accounts",
  rowId: id,
  column: "secret_sealed",
});

/** Where the password for reading belongs, when it is another one. */
export const imapPasswordPlace = (tenantId: string, id: string): SealedPlace => ({
  ...passwordPlace(tenantId, id),
  column: "imap_secret_sealed",
});

/**
 * How to reach the server of a mailbox, with its password opened.
 * @throws AppError not_found; SealError when the password cannot be opened
 */
export async function mailServerOf(tx: TenantTx, emailAccountId: string): Promise<MailServer> {
  const [account] = await tx
    .select({
      id: emailAccounts.id,
      tenantId: emailAccounts.tenantId,
      provider: emailAccounts.provider,
      host: emailAccounts.smtpHost,
      port: emailAccounts.smtpPort,
      security: emailAccounts.smtpSecurity,
      user: emailAccounts.smtpUsername,
      secret: emailAccounts.secretSealed,
    })
    .from(emailAccounts)
    .where(eq(emailAccounts.id, emailAccountId));
  if (!account) throw new AppError("not_found", "This mailbox does not exist.");
  if (account.provider === "sandbox") return sandboxServer(account.id);
  if (account.provider === "relay") return relayServer();
  if (account.provider !== "smtp" || !account.host || !account.port || !account.security)
    throw new AppError(
      "invalid",
      `This mailbox (${account.provider}) cannot send yet: it has no mail server.`,
    );
  const { host, port, security } = account;
  return {
    host,
    port,
    security,
    user: account.user ?? undefined,
    password: account.secret ? open(account.secret, passwordPlace(account.tenantId, account.id)) : undefined,
    trusted: false,
  };
}
