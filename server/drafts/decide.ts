import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { unmailableReason } from "#server/messages/mailable";
import { wakeEmailSteps } from "#server/messages/slots";
import { judge, type Judged, type Standing } from "./judge.ts";
import { listChoices } from "./queries.ts";
import { type Choice, type Decided, decidedMax, type DraftsApproval, type Refusal } from "./schema.ts";
import { cancelDrafts } from "./standing.ts";

type Deciding = { scope: EventScope; choices: readonly Choice[]; userId: string };
/** `userId`: null where the organization lets what AI has written leave unread. */
type Approving = Omit<Deciding, "userId"> & { userId: string | null; sendAt: Date | null };
type Done = Decided & { events: DriverEvent[] };

/**
 * Reads drafts with where their contacts stand, and holds both fast. The steps are woken first, for `dueAt` or now: a
 * step that is at work on these contacts ends its slice, and what is decided is seen by its next one.
 */
export async function takeDrafts(
  tx: TenantTx,
  { scope, choices, dueAt }: { scope: EventScope; choices: readonly Choice[]; dueAt: Date | null },
): Promise<{ rows: Standing[]; events: DriverEvent[] }> {
  const ids = sql`${sql.param(choices.map(({ id }) => id))}::uuid[]`;
  const steps = await tx.execute<{ id: string }>(sql`
    select distinct step_id as id from email_drafts where id = any(${ids}) and step_id is not null order by 1`);
  const events = await wakeEmailSteps(tx, { scope, stepIds: steps.map(({ id }) => id), dueAt });
  // Enrollments, then drafts: the order of everybody who takes people out of a campaign.
  await tx.execute(sql`
    select 1 from campaign_contacts
    where id = any(array(select enrollment_id from email_drafts where id = any(${ids}))) order by id for no key update`);
  await tx.execute(sql`select 1 from email_drafts where id = any(${ids}) order by id for no key update`);
  const rows = await tx.execute<Standing>(sql`
    select d.id, d.version, d.status, d.enrollment_id as "enrollmentId", c.email,
      coalesce(d.edited_subject, d.subject) as subject, coalesce(d.edited_body, d.body) as body, d.expires_at as "expiresAt",
      coalesce(d.writing in ('waiting', 'writing'), false) as "beingWritten",
      coalesce(s.reply_in_thread, false) as "replyInThread", k.status as "campaignStatus",
      k.email_account_id as "emailAccountId", e.exit_reason as "exitReason",
      coalesce(e.status in ('enrolled', 'active', 'paused') and e.current_step_id = d.step_id
        and e.run_number = d.run_number and e.visit = d.visit, false) as here, d.enrollment_id is null as ahead,
      ${unmailableReason} as leaves, app_now() as now
    from email_drafts d join contacts c on c.id = d.contact_id
      left join campaigns k on k.id = d.campaign_id and k.deleted_at is null
      left join campaign_steps s on s.id = d.step_id left join campaign_contacts e on e.id = d.enrollment_id
    where d.id = any(${ids})`);
  return { rows: [...rows], events };
}

/** Those that may be decided about, in the order of the choices, and why the others may not. */
function sorted(
  rows: readonly Standing[],
  choices: readonly Choice[],
  may: (row: Standing) => Judged,
): { chosen: Standing[]; refused: Refusal[] } {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const chosen: Standing[] = [];
  const refused: Refusal[] = [];
  for (const { id, version } of choices) {
    const row = byId.get(id);
    const reason = !row
      ? "There is no such draft."
      : row.version !== version
        ? "Somebody changed this email after you opened it: look at it again."
        : may(row);
    if (row && reason === null) chosen.push(row);
    else refused.push({ id, email: row?.email ?? null, reason: reason ?? "" });
  }
  return { chosen, refused };
}

/**
 * Approves emails as they were seen: each leaves from now on, or not before `sendAt`, through the campaign's window and
 * limits. Who has replied or left meanwhile gets nothing. Send the events after the commit.
 */
export async function approveDrafts(
  tx: TenantTx,
  { scope, choices, userId, sendAt }: Approving,
): Promise<Done> {
  const { rows, events } = await takeDrafts(tx, { scope, choices, dueAt: sendAt });
  const { chosen, refused } = sorted(rows, choices, (row) => judge.approve(row, sendAt));
  const ids = sql`${sql.param(chosen.map(({ id }) => id))}::uuid[]`;
  const at = sendAt === null ? sql`app_now()` : sql`${sendAt.toISOString()}::timestamptz`;
  if (chosen.length > 0) {
    await tx.execute(sql`
      update email_drafts set status = ${sendAt === null ? "approved" : "scheduled"}, approved_at = app_now(),
        approved_by = ${userId}::uuid, updated_at = app_now()
      where id = any(${ids})`);
    await tx.execute(sql`
      update campaign_contacts e
      set next_email_scheduled_at = ${at}, wait_reason = ${sendAt === null ? null : "approved_for_later"}, updated_at = app_now()
      from email_drafts d where d.id = any(${ids}) and e.id = d.enrollment_id`);
    if (sendAt !== null)
      await tx.execute(sql`
        insert into scheduled_emails (draft_id, contact_id, campaign_id, email_account_id, scheduled_for)
        select d.id, d.contact_id, d.campaign_id, k.email_account_id, ${at}
        from email_drafts d join campaigns k on k.id = d.campaign_id where d.id = any(${ids})`);
    await recordDecision(tx, userId, "draft.approved", { drafts: chosen.map(({ id }) => id), sendAt });
  }
  // Whoever is not there any more is not asked about again.
  const gone = rows.filter((row) => row.status === "draft" && !row.here);
  await cancelDrafts(
    tx,
    gone.flatMap((row) => row.enrollmentId ?? []),
  );
  return { done: chosen.map(({ id }) => id), refused, events };
}

/**
 * Approves the next part of what a filter finds to review. `next`: where the next part begins; null behind the last one.
 * Send the events after the commit.
 */
export async function approveFound(
  tx: TenantTx,
  { scope, userId, found }: { scope: EventScope; userId: string; found: DraftsApproval },
): Promise<Done & { next: string | null }> {
  const choices = await listChoices(tx, { ...found, limit: decidedMax });
  if (choices.length === 0) return { done: [], refused: [], events: [], next: null };
  const decided = await approveDrafts(tx, { scope, choices, userId, sendAt: null });
  return { ...decided, next: choices.length < decidedMax ? null : (choices.at(-1)?.id ?? null) };
}

/** Rejects emails: their contacts go on without, or leave the campaign, as `otherwise` or else their step says. */
export async function rejectDrafts(
  tx: TenantTx,
  {
    scope,
    choices,
    userId,
    reason,
    otherwise,
  }: Deciding & { reason: string; otherwise: "skip" | "exit" | null },
): Promise<Done> {
  const { rows, events } = await takeDrafts(tx, { scope, choices, dueAt: null });
  const { chosen, refused } = sorted(rows, choices, judge.reject);
  const ids = sql`${sql.param(chosen.map(({ id }) => id))}::uuid[]`;
  if (chosen.length > 0) {
    await tx.execute(sql`
      update email_drafts set status = 'rejected', rejected_at = app_now(), rejected_by = ${userId}::uuid,
        reject_reason = ${reason}, otherwise = coalesce(${otherwise}, otherwise), updated_at = app_now()
      where id = any(${ids})`);
    await tx.execute(sql`
      update campaign_contacts e set next_email_scheduled_at = app_now(), wait_reason = null, updated_at = app_now()
      from email_drafts d where d.id = any(${ids}) and e.id = d.enrollment_id`);
    await recordDecision(tx, userId, "draft.rejected", { drafts: chosen.map(({ id }) => id), reason });
  }
  return { done: chosen.map(({ id }) => id), refused, events };
}

export const recordDecision = (
  tx: TenantTx,
  userId: string | null,
  action: string,
  after: Record<string, unknown>,
): Promise<void> => recordAct(tx, { actorId: userId, action, resourceType: "email_draft", after });
