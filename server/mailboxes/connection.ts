import { eq, sql } from "drizzle-orm";
import { emailAccounts } from "#db/schema/email-accounts";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { type DriverEvent, type EventScope, queuedEvent, readDueEvent } from "#server/drivers/events";
import { wakeNow } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import type { MailServer } from "#server/mail/smtp-session";
import { replanSteps } from "#server/messages/replan";
import { wakeEmailSteps } from "#server/messages/slots";
import { open, seal } from "#server/seal";
import { passwordPlace } from "./queries.ts";
import { sameSite } from "./reading.ts";
import type { MailboxReconnectInput } from "./schema.ts";

async function accountOf(tx: TenantTx, id: string) {
  const [account] = await tx
    .select()
    .from(emailAccounts)
    .where(eq(emailAccounts.id, id))
    .for("no key update");
  if (!account || account.status === "disabled")
    throw new AppError("not_found", "This mailbox does not exist.");
  if (account.provider !== "smtp")
    throw new AppError("invalid", "Only a mailbox of your own has a connection that can be changed.");
  return account;
}

/**
 * The server that somebody describes for a mailbox that exists, and its address; an empty password is the stored one.
 * @throws AppError not_found, invalid; SealError when the stored password cannot be opened
 */
export async function describedServer(
  tx: TenantTx,
  { id, smtpHost, smtpPort, smtpSecurity, smtpUsername, password }: MailboxReconnectInput,
): Promise<{ server: MailServer; email: string }> {
  const { email, tenantId, secretSealed, smtpHost: knownHost } = await accountOf(tx, id);
  // A stored password goes to no other server than the one it was stored for.
  if (password === "" && secretSealed && !(knownHost && sameSite(knownHost, smtpHost))) {
    const message = "Enter the password: it is another server than before.";
    throw new AppError("invalid", message, { password: message });
  }
  const stored = () => (secretSealed ? open(secretSealed, passwordPlace(tenantId, id)) : "");
  const user = smtpUsername || email;
  const server = { host: smtpHost, port: smtpPort, security: smtpSecurity, user, trusted: false };
  return { server: { ...server, password: password || stored() }, email };
}

/**
 * Gives a mailbox the connection that was just tested: it sends again if an error had stopped it, and what waits for it
 * is looked at at once. `paused`: campaigns of it that somebody has to resume. Send the events after the commit.
 */
export async function reconnect(
  tx: TenantTx,
  { scope, userId }: { scope: EventScope; userId: string },
  { id, smtpHost, smtpPort, smtpSecurity, smtpUsername, password }: MailboxReconnectInput,
): Promise<{ paused: number; events: DriverEvent[] }> {
  const events = [...(await wakeSender(tx, scope, id)), ...(await wakeReader(tx, scope, id))];
  const before = await accountOf(tx, id);
  await tx
    .update(emailAccounts)
    .set({
      smtpHost,
      smtpPort,
      smtpSecurity,
      smtpUsername: smtpUsername || before.email,
      ...(password && { secretSealed: seal(password, passwordPlace(before.tenantId, id)) }),
    })
    .where(eq(emailAccounts.id, id));
  await noteWorking(tx, id);
  await recordAct(tx, {
    actorId: userId,
    action: "mailbox.reconnected",
    resourceType: "mailbox",
    resourceId: id,
    before: { host: before.smtpHost, port: before.smtpPort, user: before.smtpUsername },
    after: { host: smtpHost, port: smtpPort, user: smtpUsername || before.email, password: password !== "" },
  });
  const [campaigns] = await tx.execute<{ paused: number }>(sql`
    select count(*)::int as paused from campaigns k
    where k.status = 'paused' and k.deleted_at is null and k.archived_at is null
      and (k.email_account_id = ${id}::uuid
        or k.rotation_pool_id in (select m.pool_id from pool_members m where m.email_account_id = ${id}::uuid))`);
  return { paused: campaigns?.paused ?? 0, events };
}

/**
 * What a test of a mailbox that exists found: it works again, and what waits for it is looked at at once, or why it
 * does not. Send the events after the commit.
 */
export async function noteMailboxTest(
  tx: TenantTx,
  scope: EventScope,
  id: string,
  problem: string | null,
): Promise<{ events: DriverEvent[] }> {
  if (problem !== null) {
    await tx
      .update(emailAccounts)
      .set({ lastError: problem, updatedAt: sql`app_now()` })
      .where(eq(emailAccounts.id, id));
    return { events: [] };
  }
  const events = await wakeSender(tx, scope, id);
  await noteWorking(tx, id);
  return { events };
}

/** What was put off because the server could not be reached is tried now. */
async function noteWorking(tx: TenantTx, id: string): Promise<void> {
  await tx
    .update(emailAccounts)
    .set({
      status: sql`case when status in ('error', 'pending') then 'active' else status end`,
      // Why it rests, or was paused, stays true.
      statusReason: sql`case when status in ('error', 'pending') then null else status_reason end`,
      lastError: null,
      consecutiveFailures: 0,
      lastVerifiedAt: sql`app_now()`,
      updatedAt: sql`app_now()`,
    })
    .where(eq(emailAccounts.id, id));
  await tx.execute(sql`
    update content.email_messages set next_attempt_at = app_now(), updated_at = app_now() where id in (
      select id from content.email_messages where ${putOff(id)} order by id for no key update)`);
}

/** Its inbox is mostly read with the same password: that is tried at once too, and nobody listens with the old one. */
async function wakeReader(tx: TenantTx, scope: EventScope, id: string): Promise<DriverEvent[]> {
  await tx.execute(sql`
    update mailbox_readers set problem = null, attempts = 0, listener = null, listened_until = null
    where email_account_id = ${id}::uuid`);
  const fence = await wakeNow(tx, { table: "mailbox_readers", id });
  return fence === null ? [] : [readDueEvent(scope, id, fence)];
}

/** Messages of the mailbox that never reached its server, and wait until they are tried again. */
const putOff = (id: string) => sql`email_account_id = ${id}::uuid and delivery_status = 'queued'
  and scheduled_for is null and reason_code = 'deferred' and next_attempt_at > app_now()`;

/** Neither the steps nor the mailbox go on waiting until it was to be tried again. Drivers come before mailboxes. */
async function wakeSender(tx: TenantTx, scope: EventScope, id: string): Promise<DriverEvent[]> {
  const steps = await tx.execute<{ id: string }>(
    sql`select distinct step_id as id from content.email_messages where ${putOff(id)} and step_id is not null`,
  );
  const waiting = await wakeEmailSteps(tx, { scope, stepIds: steps.map((step) => step.id), dueAt: null });
  const events = [...waiting, ...(await replanSteps(tx, scope))];
  const fence = await wakeNow(tx, { table: "mailbox_lanes", id });
  return fence === null ? events : [...events, queuedEvent(scope, id, fence)];
}
