import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { startRefusal } from "#server/approvals/start";
import { AppError } from "#server/errors";
import { beginSeries, forgetSeries, refuseUnfit, stopSeries } from "#server/occurrences/series";
import { recordCampaignAct } from "./acts.ts";
import { refuseBlocked, refuseUnseen } from "./blockers.ts";
import { takeForEdit } from "./edits.ts";
import { reviewCampaign } from "./review.ts";
import type { ScheduleInput } from "./schema.ts";
import { startOf, zoneOf } from "./start-time.ts";

/**
 * Has exactly the version that was reviewed launched at a time on the wall clock of the campaign's zone, or moves
 * the time of one that is scheduled. An hour that the clocks skip means the first minute after it. With `repeat` its
 * first time is the first one from then on that fits, and each of its times becomes a campaign of its own.
 * Throws `invalid` with every blocker, on `at` for a time that has passed, and on `repeat` for a campaign that cannot;
 * `conflict` as edits do, and on `acknowledged` as a launch does. At its time nobody is there to be asked: what is worth
 * a look by then does not keep it.
 */
export async function scheduleLaunch(
  scope: Scope,
  { id, version, at, repeat, acknowledged, userId }: ScheduleInput & { userId: string },
): Promise<{ startsAt: Date }> {
  return withTenant(scope, async (tx) => {
    await takeForEdit(tx, { id, version }, ["draft", "scheduled"]);
    if (repeat) await refuseUnfit(tx, id);
    const { problems, audience, approvedStart } = await reviewCampaign(tx, id);
    refuseBlocked(problems, "scheduled");
    const from = await startOf(tx, { id, at, field: "at" });
    const timezone = await zoneOf(tx, id);
    if (repeat && approvedStart !== null) throw new AppError("invalid", oneStart, { repeat: oneStart });
    const startsAt = repeat ? await beginSeries(tx, { id, at, repeat, timezone }) : from;
    if (!repeat) await forgetSeries(tx, id);
    const refusal = startRefusal(approvedStart, startsAt, timezone);
    if (refusal !== null) throw new AppError("invalid", refusal, { at: refusal });
    refuseUnseen(problems, acknowledged, "scheduled");
    await tx.execute(sql`
      update campaigns set status = 'scheduled', start_date = ${startsAt.toISOString()}::timestamptz,
        send_strategy = 'scheduled', launched_by = ${userId}::uuid
      where id = ${id}::uuid`);
    const after = { startsAt: startsAt.toISOString(), people: audience.count, ...(repeat && { repeat }) };
    await recordCampaignAct(tx, { id, userId }, "campaign.scheduled", after);
    return { startsAt };
  });
}

const oneStart =
  "It is approved for one start only. Ask for an approval without a start, which holds for every time, or do not repeat it.";

/** Makes a draft of a scheduled campaign again, which ends its repeats. Throws `not_found`; `conflict` when it is not scheduled any more. */
export async function unscheduleLaunch(scope: Scope, { id, userId }: { id: string; userId: string }) {
  await withTenant(scope, async (tx) => {
    if (!(await backToDraft(tx, id))) throw await notScheduled(tx, id);
    await recordCampaignAct(tx, { id, userId }, "campaign.unscheduled");
  });
}

async function notScheduled(tx: TenantTx, id: string): Promise<AppError> {
  const [row] = await tx.execute<{ status: string }>(
    sql`select status from campaigns where id = ${id}::uuid and deleted_at is null`,
  );
  if (!row) return new AppError("not_found", "There is no such campaign.");
  return new AppError(
    "conflict",
    `This campaign is ${row.status}, not scheduled. Reload to see where it stands.`,
  );
}

/** Makes a draft of a scheduled campaign. False when it was not scheduled. */
export async function backToDraft(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    update campaigns set status = 'draft', start_date = null, send_strategy = 'immediate', launched_by = null,
      version = version + 1, updated_at = app_now()
    where id = ${id}::uuid and status = 'scheduled' and deleted_at is null returning id`);
  if (rows.length > 0) await stopSeries(tx, id);
  return rows.length > 0;
}
