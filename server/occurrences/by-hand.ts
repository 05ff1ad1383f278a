import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { Scope } from "#db/tenancy";
import { startRefusal } from "#server/approvals/start";
import { type Act, recordCampaignAct } from "#server/campaigns/acts";
import { refuseBlocked } from "#server/campaigns/blockers";
import { reviewCampaign } from "#server/campaigns/review";
import { commitThenSend } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { launchRepeat } from "./launch.ts";
import { loadLineage } from "./queries.ts";
import { dateWords } from "./schema.ts";

/**
 * Launches a repeat beside those of the series, whose times stay what they are. `number` is what it is to be of the
 * repeats: asked twice, it is launched once. Throws `not_found`; `conflict` when the campaign does not repeat, or
 * that number is taken; `invalid` with every blocker as a sentence.
 */
export async function launchByHand(
  { scope, act }: { scope: Scope; act: Act },
  number: number,
): Promise<{ id: string }> {
  return commitThenSend(scope, async (tx) => {
    const [campaign] = await tx.execute<{ name: string }>(sql`
      select name from campaigns where id = ${act.id}::uuid and deleted_at is null for update`);
    if (!campaign) throw new AppError("not_found", "There is no such campaign.");
    const { series, occurrences } = await loadLineage(tx, act.id);
    if (!series?.active)
      throw new AppError("conflict", "This campaign does not repeat at the moment: launch it under Review.");
    if (occurrences + 1 !== number)
      throw new AppError(
        "conflict",
        `This would be number ${occurrences + 1}, not number ${number}: another one came meanwhile. Look at that first, then ask again.`,
      );
    const { problems, approvedStart } = await reviewCampaign(tx, act.id);
    refuseBlocked(problems, "sent");
    const at = await appNow(tx);
    const refusal = startRefusal(approvedStart, at, series.timezone);
    if (refusal !== null) throw new AppError("invalid", refusal);
    const child = await launchRepeat(
      tx,
      { ...campaign, ...act },
      { at, ending: `${dateWords(at, series.timezone)}, by hand`, reason: "By hand, beside its times." },
    );
    await recordCampaignAct(tx, act, "campaign.repeated_by_hand", { number, campaignId: child.id });
    return { events: child.events, id: child.id };
  });
}
