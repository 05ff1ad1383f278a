import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { followReviewSwitch, recallUnreviewed } from "#server/drafts/step-switch";
import { holds, yieldUntil } from "#server/drivers/mutations";
import { lost, type Slice, type SliceResult } from "#server/enrollments/slice";
import { loadGraph, stepOf } from "#server/enrollments/steps";
import { queueMessages } from "#server/messages/queue";
import { askMessagesAgain, askPeopleAgain } from "#server/messages/replan";
import { letMessagesGoOfDays, letPlacesGoOfDays, skipUnsorted } from "#server/messages/skips";
import { releaseHeld } from "./conclude.ts";
import { driveTest } from "./drive.ts";
import { findLiveTest, live } from "./queries.ts";
import { askedBefore } from "./sample.ts";
import { holdForSendTime, leavesAtTimes } from "./send-time.ts";

type Standing = {
  active: boolean;
  upTo: string | null;
  sendTime: string | null;
  tested: boolean;
  due: boolean;
};

/**
 * The work of an email step: what it tests is brought on and who waits for a winner or a time of day is seen to, then the
 * next messages are written. A step that does neither goes straight to its messages.
 */
export async function driveEmailStep(tx: TenantTx, slice: Slice): Promise<SliceResult> {
  const { stepId, campaignId, fence } = slice;
  const decides = await isDecisionDue(tx, stepId);
  // Whoever changes a campaign locks it before its drivers, and a decision changes it.
  if (decides)
    await tx.execute(sql`select 1 from campaigns where id = ${campaignId}::uuid for no key update`);
  const driver = { table: "step_drivers", id: stepId } as const;
  if (!(await holds(tx, driver, fence))) return lost;
  // Behind the lock: whoever leaves a note that the people here are to be gone through wakes nobody who is at work.
  const standing = await standingOf(tx, stepId);
  const plain = !standing || (!standing.tested && standing.upTo === null && standing.sendTime === null);
  if (plain || !standing.active) return queueMessages(tx, slice);
  if (standing.due && !decides) return { ...lost, held: true, more: true };
  if (standing.upTo !== null) {
    await goThrough(tx, slice, { upTo: standing.upTo, decided: !standing.tested });
    return { ...lost, held: true, acted: 1, more: true };
  }
  const test = standing.tested ? await findLiveTest(tx, stepId) : null;
  const graph = await loadGraph(tx, campaignId);
  // Whoever is passed over for the day of their turn is in no sample. Where that has a time of day, it is seen to at that time.
  if (test && !leavesAtTimes(test, standing.sendTime)) {
    const asked = await askedBefore(tx, { graph, test });
    const context = { ...slice, graph, step: stepOf(graph, stepId) };
    const skipped = await skipUnsorted(tx, context, { testId: test.id, asked });
    if (skipped.acted > 0) return { ...lost, held: true, ...skipped, more: true };
  }
  const driven = test ? await driveTest(tx, { slice, graph, test }) : { acted: 0, until: null, shut: false };
  if (driven.acted > 0) return { ...lost, held: true, acted: driven.acted, more: true };
  if (driven.shut) {
    await yieldUntil(tx, driver, fence, { until: driven.until, notBefore: driven.until });
    return { ...lost, held: true, until: driven.until };
  }
  const put = await holdForSendTime(tx, { slice, graph, test, sendTime: standing.sendTime });
  if (put > 0) return { ...lost, held: true, acted: put, more: true };
  return wakeBy(tx, { slice, until: driven.until, result: await queueMessages(tx, slice) });
}

/** So many are gone through at a time. */
const pageSize = 5_000;

/**
 * Goes through the next ones who stand at a step, in the order of the contacts, after a change: lets those go who waited
 * for a winner that there is by now, for days that are none on which nothing is sent any more, or for a limit that is another
 * one, and brings those on whose email is reviewed from now on, or no more. The place reached is written down in the same
 * transaction, so that nobody is passed over; another slice always follows. Locks limits, then messages, then places.
 */
export async function goThrough(
  tx: TenantTx,
  { scope, campaignId, stepId }: Slice,
  { upTo, decided, size = pageSize }: { upTo: string; decided: boolean; size?: number },
): Promise<void> {
  const rows = await tx.execute<{ id: string; contact_id: string }>(sql`
    select id, contact_id from campaign_contacts
    where tenant_id = ${scope.tenantId}::uuid and campaign_id = ${campaignId}::uuid and contact_id > ${upTo}::uuid
      and current_step_id = ${stepId}::uuid and status in ('enrolled', 'active', 'paused')
    order by contact_id limit ${size}`);
  const ids = rows.map(({ id }) => id);
  const step = stepOf(await loadGraph(tx, campaignId), stepId);
  const timed = leavesAtTimes(await findLiveTest(tx, stepId), step.sendTime);
  const recalled = await recallUnreviewed(tx, step, ids);
  const messageIds = await letMessagesGoOfDays(tx, ids);
  const moreMessages = await askMessagesAgain(tx, { stepId, messagesMax: size });
  await letPlacesGoOfDays(tx, { enrollmentIds: ids, messageIds, timed });
  await askPeopleAgain(tx, ids);
  if (decided) await releaseHeld(tx, ids);
  await followReviewSwitch(tx, step, { enrollmentIds: ids, recalled });
  const last = rows.length < size && !moreMessages ? null : (rows.at(-1)?.contact_id ?? upTo);
  await tx.execute(sql`update campaign_steps set retimed_up_to = ${last}::uuid where id = ${stepId}::uuid`);
}

/** Whether the time of a test is over, before anything is locked. */
async function isDecisionDue(tx: TenantTx, stepId: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    select from ab_tests t where t.step_id = ${stepId}::uuid and t.${live} and t.ends_at <= app_now()`);
  return rows.length > 0;
}

async function standingOf(tx: TenantTx, stepId: string): Promise<Standing | undefined> {
  const [row] = await tx.execute<Standing>(sql`
    select s.is_active and k.status = 'active' as active, s.retimed_up_to as "upTo", left(s.send_time::text, 5) as "sendTime",
      t.id is not null as tested, coalesce(t.ends_at <= app_now(), false) as due
    from campaign_steps s join campaigns k on k.id = s.campaign_id
    left join ab_tests t on t.step_id = s.id and t.${live}
    where s.id = ${stepId}::uuid`);
  return row;
}

/** The step comes back when the test wants it, if nothing else calls it earlier. */
async function wakeBy(
  tx: TenantTx,
  { slice, until, result }: { slice: Slice; until: Date | null; result: SliceResult },
): Promise<SliceResult> {
  if (!until || !result.held || result.more || (result.until && result.until <= until)) return result;
  await yieldUntil(tx, { table: "step_drivers", id: slice.stepId }, slice.fence, { until });
  return { ...result, until };
}
