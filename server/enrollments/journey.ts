import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { loadSteps } from "#server/campaigns/steps";
import { AppError } from "#server/errors";
import { nextTry, nextTryJoins } from "#server/analytics/next-try";
import { reasonInWords, whyOf } from "#server/analytics/reasons";
import { outcomeInWords, stepWords } from "./journey-words.ts";
import type { EnrollmentStatus } from "./reasons.ts";

/** What came of the email of a visit. */
export type JourneyMessage = {
  status: string;
  subject: string | null;
  from: string;
  scheduledFor: Date | null;
  sentAt: Date | null;
  openedAt: Date | null;
  clickedAt: Date | null;
  repliedAt: Date | null;
  bouncedAt: Date | null;
  unsubscribedAt: Date | null;
  error: string | null;
};

/** One visit of a step. `number` is null for a step that was deleted since; `version` is what the step said then. */
export type Visit = {
  id: string;
  pass: number;
  stepId: string;
  number: number | null;
  type: string;
  title: string;
  visit: number;
  version: number | null;
  enteredAt: Date;
  /** Null at the step where they stand now. */
  leftAt: Date | null;
  outcome: string | null;
  /** Where the outcome led, by number; null for the end. */
  words: string;
  message: JourneyMessage | null;
};

/** Somebody's way through a campaign, the latest visit first. */
export type Journey = {
  id: string;
  contactId: string;
  email: string;
  name: string | null;
  status: EnrollmentStatus;
  pass: number;
  enrolledAt: Date;
  endedAt: Date | null;
  /** Why they stand where they stand, or left. */
  why: string | null;
  /** When they move next, and when they stop waiting for what they wait for. */
  nextAt: Date | null;
  waitUntil: Date | null;
  visits: Visit[];
  /** There are older visits than these. */
  more: boolean;
  passes: { pass: number; status: EnrollmentStatus; why: string | null; enrolledAt: Date; endedAt: Date }[];
};

/** Steps can lead back to earlier ones; so many visits are shown. */
const visitsShown = 200;

type Head = Omit<Journey, "why" | "visits" | "more" | "passes"> & { reason: string | null };
type Row = Omit<Visit, "number" | "title" | "words"> & {
  name: string | null;
  next: string | null;
  reason: string | null;
};

/** Throws `not_found` for somebody who is not in the campaign. */
export async function getJourney(
  tx: TenantTx,
  { campaignId, enrollmentId }: { campaignId: string; enrollmentId: string },
): Promise<Journey> {
  const [head] = await tx.execute<Head>(sql`
    select e.id, e.contact_id as "contactId", c.email, nullif(concat_ws(' ', c.first_name, c.last_name), '') as name,
      e.status, e.run_number as pass, e.enrolled_at as "enrolledAt", coalesce(e.completed_at, e.exited_at) as "endedAt",
      coalesce(e.exit_reason, e.wait_reason) as reason, ${nextTry} as "nextAt",
      e.wait_until as "waitUntil"
    from campaign_contacts e join contacts c on c.id = e.contact_id ${nextTryJoins}
    where e.id = ${enrollmentId}::uuid and e.campaign_id = ${campaignId}::uuid`);
  if (!head) throw new AppError("not_found", "There is nobody like this in the campaign.");
  const { reason: _reason, ...rest } = head;
  const steps = new Map((await loadSteps(tx, campaignId)).map((step) => [step.id, step]));
  const rows = await listVisits(tx, enrollmentId);
  return {
    ...rest,
    why: whyOf(head),
    visits: rows.slice(0, visitsShown).map(({ name, next, reason: left, ...row }) => {
      const step = steps.get(row.stepId);
      const to = next === null ? null : (steps.get(next) ?? null);
      return {
        ...row,
        number: step?.number ?? null,
        title: step?.headline ?? name ?? stepWords(row.type),
        words: outcomeInWords(row.outcome, { step: step ?? null, to, reason: reasonInWords(left) }),
      };
    }),
    more: rows.length > visitsShown,
    passes: await listPasses(tx, enrollmentId),
  };
}

/** What the log holds, and where they stand now. One statement however many visits there are. */
async function listVisits(tx: TenantTx, enrollmentId: string): Promise<Row[]> {
  const rows = await tx.execute<Row>(sql`
    with visits as (
      select l.id, l.run_number as pass, l.step_id, l.visit, l.entered_at, l.left_at, l.outcome, l.next_step_id,
        l.message_id, l.detail ->> 'reason' as reason
      from enrollment_step_log l where l.enrollment_id = ${enrollmentId}::uuid
      union all
      select e.id, e.run_number, e.current_step_id, e.visit, coalesce(e.entered_step_at, e.enrolled_at), null, null, null,
        e.awaiting_message_id, null
      from campaign_contacts e where e.id = ${enrollmentId}::uuid and e.current_step_id is not null
      order by pass desc, entered_at desc, visit desc limit ${visitsShown + 1}
    )
    select v.id, v.pass, v.step_id as "stepId", s.step_type as type, v.visit, said.version, v.entered_at as "enteredAt",
      v.left_at as "leftAt", v.outcome, v.next_step_id as next, v.reason,
      coalesce(s.name, nullif(said.subject, ''), nullif(s.subject_line, '')) as name,
      case when m.id is not null then jsonb_build_object('status', m.delivery_status, 'subject', m.subject, 'from', m.from_email,
        'scheduledFor', m.scheduled_for, 'sentAt', m.sent_at, 'openedAt', m.first_opened_at, 'clickedAt', m.first_clicked_at,
        'repliedAt', m.replied_at, 'bouncedAt', m.bounced_at, 'unsubscribedAt', m.unsubscribed_at, 'error', m.error) end as message
    from visits v
    join campaign_steps s on s.id = v.step_id
    left join content.email_messages m on m.id = v.message_id
    left join lateral (
      select p.version, p.subject from campaign_step_versions p
      where p.step_id = v.step_id and (p.id = m.step_version_id or m.step_version_id is null
        and p.created_at <= coalesce(v.left_at, app_now()))
      order by p.version desc limit 1
    ) said on true
    order by v.pass desc, v.entered_at desc, v.visit desc, v.left_at desc nulls first`);
  return rows.map((row) => ({ ...row, message: row.message && withDates(row.message) }));
}

/** Moments inside of JSON come as text. */
function withDates(message: JourneyMessage): JourneyMessage {
  const date = (at: Date | string | null) => (at === null ? null : new Date(at));
  return {
    ...message,
    scheduledFor: date(message.scheduledFor),
    sentAt: date(message.sentAt),
    openedAt: date(message.openedAt),
    clickedAt: date(message.clickedAt),
    repliedAt: date(message.repliedAt),
    bouncedAt: date(message.bouncedAt),
    unsubscribedAt: date(message.unsubscribedAt),
  };
}

async function listPasses(tx: TenantTx, enrollmentId: string): Promise<Journey["passes"]> {
  const rows = await tx.execute<Omit<Journey["passes"][number], "why"> & { reason: string | null }>(sql`
    select run_number as pass, status, exit_reason as reason, enrolled_at as "enrolledAt", ended_at as "endedAt"
    from campaign_contact_runs where enrollment_id = ${enrollmentId}::uuid order by run_number desc limit 50`);
  return rows.map(({ reason, ...row }) => ({
    ...row,
    why: whyOf({ status: row.status, reason }),
  }));
}
