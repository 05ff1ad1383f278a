import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { duesOf, type Plan, planMoves, wakeSteps } from "#server/enrollments/advance";
import { applyMoves } from "#server/enrollments/moves";
import { settleDrafts } from "#server/drafts/standing";
import { drainedAmong } from "#server/enrollments/drained";
import { type Exit, exitEnrollments } from "#server/enrollments/exits";
import { loadGraph } from "#server/enrollments/steps";
import type { SendResult } from "#server/mail/smtp-result";
import { recordBounces } from "./bounces.ts";
import { lockLimits, slotsBack } from "./limits.ts";
import { type Verdict, verdictOf } from "./outcomes.ts";
import { limitsOf, wakeEmailSteps } from "./slots.ts";

/** Nobody has decided about a message of unknown fate for so long: it counts as sent, and the contact moves on. */
const unknownMs = 24 * 3_600_000;

type Row = {
  id: string;
  campaign_id: string | null;
  email_account_id: string | null;
  enrollment_id: string | null;
  contact_id: string | null;
  step_id: string | null;
  draft_id: string | null;
  attempts: number;
  first_attempt_at: Date;
  delivery_status: string;
};
type Settled = { row: Row; verdict: Verdict; result: SendResult };

/** How many messages ended which way. */
export type SettleCounts = { sent: number; again: number; bounced: number; failed: number; unknown: number };

/**
 * Writes down what became of claimed messages and moves their contacts on from the moment of sending. Accepts the
 * claim's token late: an expired lease has made them `unknown` meanwhile, which the reply now settles. A second
 * settling of the same claim finds nothing to do.
 */
export async function settleMessages(
  tx: TenantTx,
  {
    scope,
    token,
    results,
    subjects = new Map(),
    gaps = new Map(),
  }: {
    scope: EventScope;
    token: string;
    results: readonly SendResult[];
    subjects?: ReadonlyMap<string, string>;
    /** The fields that were empty for whoever got it. */
    gaps?: ReadonlyMap<string, readonly string[]>;
  },
): Promise<{ counts: SettleCounts; events: DriverEvent[]; drained: string[] }> {
  const now = (await appNow(tx)).getTime();
  const open = await openMessages(tx, { token, ids: results.map((result) => result.id) });
  const byId = new Map(results.map((result) => [result.id, result]));
  const settled = open.flatMap((row): Settled[] => {
    const result = byId.get(row.id);
    if (!result) return [];
    const elapsedMs = now - row.first_attempt_at.getTime();
    const verdict = verdictOf(result, { attempts: row.attempts, elapsedMs });
    return [{ row, result, verdict }];
  });
  // Drivers are locked first, then limits, messages and enrollments: everybody takes them in this order.
  const plans = await planAfterSending(tx, { settled, now });
  const events: DriverEvent[] = [];
  for (const plan of plans)
    events.push(...(await wakeSteps(tx, { scope, graph: plan.graph, dues: duesOf(plan) })));
  events.push(...(await wakeForRetries(tx, { scope, settled, now })));
  await lockLimits(tx, limitsOf(settled.filter(givesSlotBack).map(({ row }) => row)));
  await countSent(tx, { settled, subjects, now });
  let ended = 0;
  for (const plan of plans) ended += (await applyMoves(tx, plan)).ended;
  await holdEnrollments(tx, { settled, now });
  // Late, since the day's counters are one row of the workspace, and whoever settles next waits for it from here on.
  await writeResults(tx, { settled, subjects, gaps, now });
  await recordBounces(tx, settled);
  await settleDrafts(
    tx,
    settled.flatMap(({ row }) => row.draft_id ?? []),
  );
  ended += await exitEnrollments(tx, settled.flatMap(exitOf));
  return {
    counts: countsOf(settled),
    events,
    drained:
      ended > 0
        ? await drainedAmong(
            tx,
            settled.flatMap(({ row }) => row.campaign_id ?? []),
          )
        : [],
  };
}

function openMessages(
  tx: TenantTx,
  { token, ids }: { token: string; ids: readonly string[] },
): Promise<Row[]> {
  return tx.execute<Row>(sql`
    select id, campaign_id, email_account_id, enrollment_id, contact_id, step_id, draft_id, attempts, first_attempt_at,
      delivery_status
    from content.email_messages
    where id = any(${sql.param(ids)}::uuid[]) and claim_token = ${token}::uuid and delivery_status in ('sending', 'unknown')
    order by id for no key update`);
}

/** Contacts whose email left go on from the moment it did. A message sent again by hand moves nobody a second time. */
async function planAfterSending(
  tx: TenantTx,
  { settled, now }: { settled: readonly Settled[]; now: number },
): Promise<Plan[]> {
  const sent = settled.filter(({ verdict }) => verdict.kind === "sent");
  const plans: Plan[] = [];
  for (const [campaignId, ofCampaign] of Map.groupBy(sent, ({ row }) => row.campaign_id)) {
    if (campaignId === null) continue;
    const graph = await loadGraph(tx, campaignId);
    for (const [stepId, ofStep] of Map.groupBy(ofCampaign, ({ row }) => row.step_id)) {
      const step = stepId === null ? undefined : graph.steps.get(stepId);
      if (!step) continue;
      const moves = ofStep.flatMap(({ row }) =>
        row.enrollment_id === null
          ? []
          : [
              {
                enrollmentId: row.enrollment_id,
                outcome: "sent",
                edge: "next" as const,
                at: now,
                messageId: row.id,
              },
            ],
      );
      plans.push(planMoves(graph, step, moves));
    }
  }
  return plans;
}

/** Steps whose messages want another slot later, or an answer about an unknown fate. */
async function wakeForRetries(
  tx: TenantTx,
  { scope, settled, now }: { scope: EventScope; settled: readonly Settled[]; now: number },
): Promise<DriverEvent[]> {
  const events: DriverEvent[] = [];
  for (const [stepId, some] of Map.groupBy(settled, ({ row }) => row.step_id)) {
    const waits = some.flatMap(({ verdict }) => waitOf(verdict));
    if (stepId === null || waits.length === 0) continue;
    events.push(
      ...(await wakeEmailSteps(tx, { scope, stepIds: [stepId], dueAt: new Date(now + Math.min(...waits)) })),
    );
  }
  return events;
}

function waitOf(verdict: Verdict): number[] {
  if (verdict.kind === "again") return [verdict.delayMs];
  return verdict.kind === "unknown" ? [unknownMs] : [];
}

/** An email that was not taken gives its place in the day back. One of unknown fate keeps it: it may have left. */
const givesSlotBack = ({ verdict }: Settled) => verdict.kind !== "sent" && verdict.kind !== "unknown";

const statusOf: Record<Verdict["kind"], string> = {
  sent: "sent",
  again: "deferred",
  bounced: "bounced",
  failed: "failed",
  unknown: "unknown",
};

type Written = { settled: readonly Settled[]; subjects: ReadonlyMap<string, string>; now: number };

async function writeResults(
  tx: TenantTx,
  { settled, subjects, gaps, now }: Written & { gaps: ReadonlyMap<string, readonly string[]> },
): Promise<void> {
  if (settled.length === 0) return;
  const column = <T>(of: (one: Settled) => T) => sql.param(settled.map(of));
  const again = ({ verdict }: Settled) => (verdict.kind === "again" ? verdict : null);
  await tx.execute(sql`
    with results as materialized (
      select * from unnest(
        ${column(({ row }) => row.id)}::uuid[],
        ${column((one) => (again(one)?.reached === false ? "queued" : statusOf[one.verdict.kind]))}::text[],
        ${column((one) => (again(one) ? new Date(now + (again(one)?.delayMs ?? 0)).toISOString() : null))}::timestamptz[],
        ${column(({ verdict }) => (verdict.kind === "bounced" ? verdict.type : null))}::text[],
        ${column(({ result }) => result.code?.toString() ?? null)}::text[],
        ${column(({ result }) => (result.outcome === "sent" ? null : (result.text ?? null)))}::text[],
        ${column(({ result }) => result.text ?? null)}::text[],
        ${column((one) => (givesSlotBack(one) ? 1 : 0))}::int[],
        ${column(({ row }) => subjects.get(row.id) ?? null)}::text[],
        ${column(({ row }) => gaps.get(row.id)?.join(" ") || null)}::text[]
      ) as r(id, status, again_at, bounce_type, code, error, response, given_back, subject, gaps)
    ), before as materialized (
      select m.* from content.email_messages m join results r on r.id = m.id and r.given_back = 1
    ), written as (
      update content.email_messages m
      set delivery_status = r.status, lease_until = null, updated_at = app_now(), error = r.error,
        smtp_response = coalesce(r.response, m.smtp_response), subject = coalesce(r.subject, m.subject),
        empty_fields = string_to_array(r.gaps, ' '),
        sent_at = case when r.status = 'sent' then app_now() end,
        bounced_at = case when r.status = 'bounced' then app_now() end,
        bounce_type = r.bounce_type, bounce_code = case when r.status in ('bounced', 'failed') then r.code end,
        reason_code = case when r.status in ('queued', 'deferred') then 'deferred' when r.status = 'unknown' then 'outcome_unknown'
          when r.status = 'sent' then null else 'send_failed' end,
        next_attempt_at = r.again_at,
        scheduled_for = case when r.again_at is null then m.scheduled_for end,
        campaign_day = case when r.given_back = 0 then m.campaign_day end,
        mailbox_day = case when r.given_back = 0 then m.mailbox_day end,
        recipient_day = case when r.given_back = 0 then m.recipient_day end,
        claim_token = case when r.again_at is null then m.claim_token end
      from results r where m.id = r.id and m.id = any(${column(({ row }) => row.id)}::uuid[])
    ), ${slotsBack(sql`before`, "sent")}
    select 1`);
}

/**
 * Counts what left where moving on does not: at contacts, in their timeline, and at enrollments that are no longer
 * waiting for the message because they have left, or were sent it again later.
 */
async function countSent(tx: TenantTx, { settled, subjects, now }: Written): Promise<void> {
  const sent = settled.filter(({ verdict }) => verdict.kind === "sent").map(({ row }) => row);
  if (sent.length === 0) return;
  const at = new Date(now).toISOString();
  await tx.execute(sql`
    with sent as materialized (
      select m.id, m.enrollment_id, m.contact_id, m.campaign_id, m.step_id, coalesce(s.subject, m.subject) as subject
      from unnest(${sql.param(sent.map(({ id }) => id))}::uuid[],
        ${sql.param(sent.map(({ id }) => subjects.get(id) ?? null))}::text[]) as s(id, subject)
      cross join lateral (select * from content.email_messages m where m.id = s.id limit 1) m
    ), places as materialized (
      -- Locked, so that whoever leaves at this moment is counted here or moved on below, and not passed over by both.
      select e.id, e.awaiting_message_id from campaign_contacts e
      where e.id = any(array(select enrollment_id from sent)) order by e.id for no key update
    ), elsewhere as (
      update campaign_contacts e
      set total_emails_sent = e.total_emails_sent + 1, last_email_sent_at = ${at}::timestamptz,
        last_message_id = coalesce(e.last_message_id, s.id)
      from places p join sent s on s.enrollment_id = p.id
      where e.id = p.id and e.id = any(array(select enrollment_id from sent)) and p.awaiting_message_id is distinct from s.id
    ), people as (
      update contacts c set last_emailed_at = ${at}::timestamptz, soft_bounce_count = 0
      where c.id = any(array(select contact_id from sent))
    )
    insert into contact_events (contact_id, type, ref_type, ref_id, data)
    select contact_id, 'email.sent', 'email_message', id,
      jsonb_build_object('campaignId', campaign_id, 'stepId', step_id, 'subject', subject)
    from sent where contact_id is not null`);
}

/** Contacts whose message has not left stay on the step, with the reason and, where there is one, the deadline. */
async function holdEnrollments(
  tx: TenantTx,
  { settled, now }: { settled: readonly Settled[]; now: number },
): Promise<void> {
  const held = settled.filter(({ verdict }) => verdict.kind === "again" || verdict.kind === "unknown");
  if (held.length === 0) return;
  await tx.execute(sql`
    update campaign_contacts e
    set wait_reason = h.reason, next_email_scheduled_at = h.due, updated_at = app_now()
    from unnest(${sql.param(held.map(({ row }) => row.id))}::uuid[],
      ${sql.param(held.map(({ verdict }) => (verdict.kind === "unknown" ? "outcome_unknown" : "deferred")))}::text[],
      ${sql.param(held.map(({ verdict }) => (verdict.kind === "unknown" ? new Date(now + unknownMs).toISOString() : null)))}::timestamptz[]
    ) as h(message_id, reason, due)
    where e.awaiting_message_id = h.message_id and e.id = any(${sql.param(held.flatMap(({ row }) => row.enrollment_id ?? []))}::uuid[])`);
}

function exitOf({ row, verdict }: Settled): Exit[] {
  if (row.enrollment_id === null) return [];
  if (verdict.kind === "bounced") {
    return [
      {
        enrollmentId: row.enrollment_id,
        reason: verdict.type === "hard" ? "bounced_hard" : "bounced_soft_limit",
      },
    ];
  }
  return verdict.kind === "failed" ? [{ enrollmentId: row.enrollment_id, reason: "send_failed" }] : [];
}

function countsOf(settled: readonly Settled[]): SettleCounts {
  const counts: SettleCounts = { sent: 0, again: 0, bounced: 0, failed: 0, unknown: 0 };
  for (const { verdict } of settled) counts[verdict.kind] += 1;
  return counts;
}
