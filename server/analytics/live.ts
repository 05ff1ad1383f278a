import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { loadSending } from "#server/messages/limits";
import { clockText, forecast, type Forecast } from "#server/planner/forecast";
import { addNumbers, type Numbers } from "./numbers.ts";
import {
  branchCounts,
  enrollmentCounts,
  lastEventAt,
  listUnknown,
  liveNumbers,
  stepPlaces,
  type Branches,
  type StepPlace,
  type UnknownMessage,
} from "./queries.ts";

/** A campaign as it stands this moment, every number counted from rows. */
export type Live = {
  numbers: Numbers;
  steps: (StepPlace & { numbers: Numbers; branches: Branches | null })[];
  enrollments: Record<string, number>;
  people: number;
  lastEventAt: Date | null;
  unknown: UnknownMessage[];
  /** For the emails due at this moment; null when none is. */
  forecast: (Forecast & { firstAtText: string; finishesAtText: string | null }) | null;
};

export async function loadLive(tx: TenantTx, campaignId: string): Promise<Live> {
  const numbers = await liveNumbers(tx, [campaignId]);
  const places = await stepPlaces(tx, campaignId);
  const branches = await branchCounts(tx, campaignId);
  const enrollments = await enrollmentCounts(tx, campaignId);
  return {
    numbers: addNumbers([numbers.of(campaignId)]),
    steps: places.map((place) => ({
      ...place,
      numbers: numbers.ofStep(place.stepId),
      branches: branches.find((each) => each.stepId === place.stepId) ?? null,
    })),
    enrollments,
    people: Object.values(enrollments).reduce((sum, count) => sum + count, 0),
    lastEventAt: await lastEventAt(tx, campaignId),
    unknown: await listUnknown(tx, campaignId),
    forecast: await forecastNow(tx, campaignId),
  };
}

type Due = { queued: number; more: number; first_at: Date | null; last_at: Date | null };

/** The emails that are due now: those with a slot leave as planned, the others take the slots after them. */
async function forecastNow(tx: TenantTx, campaignId: string): Promise<Live["forecast"]> {
  const [due] = await tx.execute<Due>(sql`
    select count(m.id)::int as queued, (count(*) filter (where m.id is null))::int as more,
      min(m.scheduled_for) as first_at, max(m.scheduled_for) as last_at
    from campaign_contacts e
    join campaign_steps s on s.id = e.current_step_id and s.step_type = 'email'
    left join content.email_messages m on m.id = e.awaiting_message_id and m.delivery_status in ('queued', 'sending', 'deferred')
    where e.campaign_id = ${campaignId}::uuid and e.status in ('enrolled', 'active') and e.wait_reason is distinct from 'outcome_unknown'`);
  const sending = await loadSending(tx, campaignId);
  if (!due || !sending || due.queued + due.more === 0) return null;
  const rest =
    due.more > 0 ? forecast(sending.rules, sending.usage, { from: sending.now, count: due.more }) : null;
  const firstAt = due.first_at ?? rest?.firstAt;
  if (!firstAt) return null;
  const finishesAt = due.more > 0 ? (rest?.finishesAt ?? null) : due.last_at;
  const { zone } = sending.rules;
  return {
    count: due.queued + due.more,
    firstAt,
    hold: due.first_at ? null : (rest?.hold ?? null),
    perDay: rest?.perDay ?? null,
    days: rest?.days ?? 1,
    finishesAt,
    firstAtText: clockText(zone, firstAt),
    finishesAtText: finishesAt && clockText(zone, finishesAt),
  };
}
