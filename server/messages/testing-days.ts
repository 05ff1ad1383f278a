import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import { withTenant } from "#db/tenancy";
import { createBlackout } from "#server/blackout-dates/mutations";
import type { BlackoutAction } from "#server/blackout-dates/schema";
import { commitThenSend } from "#server/drivers/events";
import { ledger, type Started } from "#server/enrollments/testing";
import { dayMs, dayName, startOfDay } from "#server/planner/zone";

export const now = ({ scope }: Started) => withTenant(scope, appNow);

/** Counted from today by UTC, `to` included. */
type Days = { from: number; to?: number; action: BlackoutAction; onlyFor?: string[] | null };
/** Days without sending of the workspace, or of some of its campaigns: their id. */
export async function addDays(
  campaign: Started,
  { from, to = from, action, onlyFor = null }: Days,
): Promise<string> {
  const today = startOfDay((await now(campaign)).getTime());
  const { id } = await commitThenSend(campaign.scope, (tx) =>
    createBlackout(
      tx,
      { scope: campaign.scope, userId: campaign.userId },
      {
        name: "Christmas",
        startsOn: dayName(today + from * dayMs),
        endsOn: dayName(today + to * dayMs),
        onlyFor,
        action,
      },
    ),
  );
  return id;
}

/** What came of the steps that people have left. */
export const log = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => {
    const rows = await tx.execute<{ outcome: string }>(
      sql`select outcome from enrollment_step_log where campaign_id = ${campaignId}::uuid order by id`,
    );
    return rows.map(({ outcome }) => outcome);
  });

export const sent = async (campaign: Started) =>
  (await ledger(campaign)).filter(({ sent_at }) => sent_at !== null).length;
