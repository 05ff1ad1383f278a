import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { cancelMessages, wakeEmailSteps } from "#server/messages/slots";
import { recordDecision, takeDrafts } from "./decide.ts";
import { judge } from "./judge.ts";
import type { Choice, Decided, Refusal } from "./schema.ts";

type Message = { id: string; draft_id: string; delivery_status: string };

/**
 * Takes approvals back: the emails wait for a review again, for as many days as at first. One that is being handed over
 * at this moment cannot be called back. Send the events after the commit.
 */
export async function takeBackDrafts(
  tx: TenantTx,
  { scope, choices, userId }: { scope: EventScope; choices: readonly Choice[]; userId: string },
): Promise<Decided & { events: DriverEvent[] }> {
  const ids = choices.map(({ id }) => id);
  // Steps, then messages, then enrollments and drafts.
  const steps = await tx.execute<{ id: string }>(sql`
    select distinct step_id as id from email_drafts where id = any(${sql.param(ids)}::uuid[]) and step_id is not null`);
  const woken = await wakeEmailSteps(tx, { scope, stepIds: steps.map(({ id }) => id), dueAt: null });
  const messages = await writtenFor(tx, ids);
  await recall(tx, messages);
  const { rows, events } = await takeDrafts(tx, { scope, choices, dueAt: null });
  const leaving = new Set((await writtenFor(tx, ids)).flatMap((row) => (isGone(row) ? row.draft_id : [])));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const done: string[] = [];
  const refused: Refusal[] = [];
  for (const { id } of choices) {
    const row = byId.get(id);
    const reason = !row
      ? "There is no such draft."
      : leaving.has(id)
        ? "It is leaving at this moment, and cannot be called back."
        : judge.takeBack(row);
    if (reason === null) done.push(id);
    else refused.push({ id, email: row?.email ?? null, reason });
  }
  if (done.length > 0) {
    await reopen(tx, done);
    await recordDecision(tx, userId, "draft.taken_back", { drafts: done });
  }
  return { done, refused, events: [...woken, ...events] };
}

const isGone = ({ delivery_status: status }: Message) => status !== "queued" && status !== "deferred";

const writtenFor = async (tx: TenantTx, draftIds: readonly string[]): Promise<Message[]> => [
  ...(await tx.execute<Message>(sql`
    select m.id, m.draft_id, m.delivery_status from email_drafts d
    join content.email_messages m on m.contact_id = d.contact_id and m.draft_id = d.id
    where d.id = any(${sql.param([...draftIds])}::uuid[]) and m.delivery_status <> 'cancelled' order by m.id`)),
];

/** Cancels what is queued. The key is given up with it: the approved email is written anew, under the same one. */
async function recall(tx: TenantTx, messages: readonly Message[]): Promise<void> {
  const queued = messages.filter((row) => !isGone(row)).map(({ id }) => id);
  await cancelMessages(
    tx,
    queued.map((id) => ({ id, reason: "waiting_for_review" })),
  );
  await tx.execute(sql`
    update content.email_messages set idempotency_key = null
    where id = any(${sql.param(queued)}::uuid[]) and delivery_status = 'cancelled'`);
}

async function reopen(tx: TenantTx, ids: readonly string[]): Promise<void> {
  const these = sql`${sql.param([...ids])}::uuid[]`;
  await tx.execute(sql`
    update scheduled_emails set status = 'cancelled', updated_at = app_now()
    where draft_id = any(${these}) and status in ('pending', 'claimed')`);
  await tx.execute(sql`
    with open as (
      update email_drafts d
      set status = 'draft', approved_at = null, approved_by = null, version = d.version + 1, updated_at = app_now(),
        expires_at = app_now() + coalesce(d.expires_at - d.created_at, interval '14 days')
      where d.id = any(${these}) returning d.enrollment_id, d.expires_at
    )
    update campaign_contacts e
    set wait_reason = 'waiting_for_review', next_email_scheduled_at = o.expires_at, awaiting_message_id = null, updated_at = app_now()
    from open o where e.id = o.enrollment_id`);
}
