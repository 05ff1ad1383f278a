import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { lockLimits, slotsBack } from "./limits.ts";
import { settleMessages } from "./settle.ts";
import { limitsOf, wakeEmailSteps } from "./slots.ts";

/** Messages whose sender fell silent may or may not have left: they are never sent again by themselves. */
export async function expireLeases(
  tx: TenantTx,
  { scope, messageIds }: { scope: EventScope; messageIds: readonly string[] },
): Promise<{ events: DriverEvent[] }> {
  const expired = await tx.execute<{ id: string; claim_token: string }>(sql`
    select id, claim_token from content.email_messages
    where id = any(${sql.param(messageIds)}::uuid[]) and delivery_status = 'sending' and lease_until <= app_now()
    order by id`);
  const events: DriverEvent[] = [];
  for (const [token, rows] of Map.groupBy(expired, (row) => row.claim_token)) {
    const text = "The sender stopped while this message was being handed over: it may have arrived.";
    const results = rows.map(({ id }) => ({ id, outcome: "unknown" as const, text }));
    events.push(...(await settleMessages(tx, { scope, token, results })).events);
  }
  return { events };
}

type Unknown = {
  id: string;
  campaign_id: string | null;
  email_account_id: string | null;
  step_id: string;
  claim_token: string;
};

async function unknownMessages(tx: TenantTx, messageIds: readonly string[]): Promise<Unknown[]> {
  const rows = await tx.execute<Unknown>(sql`
    select id, campaign_id, email_account_id, step_id, claim_token from content.email_messages
    where id = any(${sql.param(messageIds)}::uuid[]) and delivery_status = 'unknown' order by id`);
  if (rows.length < messageIds.length) {
    throw new AppError(
      "conflict",
      "This message is not of unknown fate any more. Reload to see what became of it.",
    );
  }
  return rows;
}

/**
 * Sends messages of unknown fate again, because somebody decided so: the same row, its next attempt, the same
 * Message-ID, in a new slot. @throws AppError conflict when one of them is not unknown
 */
export async function resendMessages(
  tx: TenantTx,
  { scope, messageIds }: { scope: EventScope; messageIds: readonly string[] },
): Promise<{ events: DriverEvent[] }> {
  const rows = await unknownMessages(tx, messageIds);
  const stepIds = [...new Set(rows.map((row) => row.step_id))];
  const events = await wakeEmailSteps(tx, { scope, stepIds, dueAt: null });
  await lockLimits(tx, limitsOf(rows));
  await tx.execute(sql`
    with again as materialized (
      select m.* from content.email_messages m
      where m.id = any(${sql.param(rows.map(({ id }) => id))}::uuid[]) and m.delivery_status = 'unknown'
      order by m.id for no key update of m
    ), released as (
      update content.email_messages m
      set delivery_status = 'queued', claim_token = null, scheduled_for = null, send_before = null, campaign_day = null,
        mailbox_day = null, recipient_day = null, next_attempt_at = app_now(), reason_code = 'awaiting_slot', error = null, updated_at = app_now()
      from again a where m.id = a.id
    ), waiting as (
      update campaign_contacts e
      set wait_reason = 'awaiting_send', next_email_scheduled_at = null, updated_at = app_now()
      from again a where e.id = a.enrollment_id and e.awaiting_message_id = a.id
    ), ${slotsBack(sql`again`, "sent")}
    select 1`);
  return { events };
}

/**
 * Somebody has found messages of unknown fate at their destination: they count as sent, and their contacts move on.
 * @throws AppError conflict when one of them is not unknown
 */
export async function confirmMessages(
  tx: TenantTx,
  { scope, messageIds }: { scope: EventScope; messageIds: readonly string[] },
): Promise<{ events: DriverEvent[] }> {
  const events: DriverEvent[] = [];
  for (const [token, rows] of Map.groupBy(await unknownMessages(tx, messageIds), (row) => row.claim_token)) {
    const results = rows.map(({ id }) => ({ id, outcome: "sent" as const }));
    events.push(...(await settleMessages(tx, { scope, token, results })).events);
  }
  return { events };
}
