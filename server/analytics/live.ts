import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { CampaignStatus } from "#server/campaigns/schema";
import { AppError } from "#server/errors";
import type { WrittenForecast } from "#server/messages/forecasts";
import { loadSending } from "#server/messages/sending";
import { tallyGoals, type GoalTally } from "#server/goals/queries";
import { countWaiting, tallyTriggers, type TriggerTally } from "#server/triggers/queries";
import type { Numbers } from "./numbers.ts";
import {
  branchCounts,
  listUnknown,
  liveNumbers,
  stepPlaces,
  variantNames,
  type Branches,
  type StepPlace,
  type UnknownMessage,
} from "./queries.ts";
import { countReasons, type ReasonCount } from "./reasons.ts";
import { answerForCampaign, type Answer, type CampaignState } from "./why-campaign.ts";

/** A campaign as it stands this moment, every number counted from rows. Texts are on the wall clock of `zone`. */
export type Live = State & {
  numbers: Numbers;
  steps: (StepPlace & {
    numbers: Numbers;
    branches: Branches | null;
    /** Of an email that is or was tested: what each variant did. */
    variants: { variantId: string; name: string; numbers: Numbers }[];
  })[];
  /** People by status. */
  enrollments: Record<string, number>;
  /** The same people by what they wait for or why they left. */
  reasons: ReasonCount[];
  people: number;
  lastEventAt: Date | null;
  /** When all of this was counted. */
  countedAt: Date;
  unknown: UnknownMessage[];
  /** For the emails due at this moment; null when none is. `holdText` says what keeps the first one. */
  forecast: WrittenForecast | null;
  /** Why nothing is being sent, or when the next email leaves. */
  answer: Answer;
  /** Of a campaign that goes on taking people in: what brought them, and who waits at its door. Null for others. */
  arrivals: { triggers: TriggerTally[]; waiting: number } | null;
  goals: GoalTally[];
};

/** `frozen`: the audience is complete. `goesOn`: it takes people in until it is ended. */
type State = CampaignState & { status: CampaignStatus; completedAt: Date | null };

export async function loadLive(tx: TenantTx, campaignId: string): Promise<Live> {
  const state = await loadState(tx, campaignId);
  const numbers = await liveNumbers(tx, [campaignId]);
  const places = await stepPlaces(tx, campaignId);
  const branches = await branchCounts(tx, campaignId);
  const reasons = await countReasons(tx, campaignId);
  const names = await variantNames(tx, campaignId);
  const sending = await loadSending(tx, campaignId);
  const { answer, forecast } = await answerForCampaign(tx, {
    campaignId,
    state,
    sending,
    reasons,
  });
  return {
    ...state,
    numbers: numbers.of(campaignId),
    steps: places.map((place) => ({
      ...place,
      numbers: numbers.ofStep(place.stepId),
      branches: branches.find((each) => each.stepId === place.stepId) ?? null,
      variants: numbers
        .ofVariants(place.stepId)
        .map((each) => ({ ...each, name: names.get(each.variantId) ?? "Another variant" }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    })),
    enrollments: byStatus(reasons),
    reasons,
    people: reasons.reduce((sum, { count }) => sum + count, 0),
    lastEventAt: numbers.lastAt,
    countedAt: await appNow(tx),
    unknown: await listUnknown(tx, campaignId),
    forecast,
    answer,
    arrivals: state.goesOn
      ? { triggers: await tallyTriggers(tx, campaignId), waiting: await countWaiting(tx, campaignId) }
      : null,
    goals: await tallyGoals(tx, campaignId),
  };
}

function byStatus(reasons: readonly ReasonCount[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, count } of reasons) counts[status] = (counts[status] ?? 0) + count;
  return counts;
}

/** Throws `not_found`. */
export async function loadState(tx: TenantTx, campaignId: string): Promise<State> {
  const [state] = await tx.execute<State>(sql`
    select k.status, k.pause_reason as "pauseReason", k.completed_at as "completedAt", k.start_date as "startsAt", k.end_date as "endsAt", k.frozen_at is not null as frozen,
      s.timezone as zone, k.campaign_type = 'triggered' or k.auto_enroll as "goesOn"
    from campaigns k join campaign_settings s on s.campaign_id = k.id where k.id = ${campaignId}::uuid and k.deleted_at is null`);
  if (!state) throw new AppError("not_found", "There is no such campaign.");
  return state;
}
