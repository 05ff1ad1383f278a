import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { withApprovalKept } from "#server/approvals/keep";
import { recordCampaignAct } from "#server/campaigns/acts";
import { nobodyYet } from "#server/enrollments/retime";
import { freezeVersions } from "#server/enrollments/versions";
import { notify } from "#server/notifications/mutations";
import { countVariants } from "./numbers.ts";
import { live, type Test } from "./queries.ts";
import { compareVariants, type VerdictOutcome } from "./verdict.ts";

export type TestOutcome = VerdictOutcome | "picked" | "stopped" | "campaign_ended";

type Ending = { test: Test; winnerId: string; outcome: TestOutcome; decidedBy: string | null };

/**
 * Ends a test: its numbers are frozen, what the winner says becomes what the email says, and whoever waits is let go to
 * get it. From then on the step is an email like any other, so that nobody can be left standing at it. Emails of the
 * sample that have not been tried yet become the winner's too. One transaction; hold the campaign and the step's driver,
 * and wake the driver. False when somebody was faster.
 */
export async function concludeTest(tx: TenantTx, ending: Ending): Promise<boolean> {
  const { test, winnerId, outcome, decidedBy } = ending;
  const status = outcome === "stopped" ? "cancelled" : "winner_deployed";
  if (!(await close(tx, { test, status, outcome, winnerId, decidedBy }))) return false;
  await retarget(tx, test);
  const winner = test.variants.find(({ id }) => id === winnerId);
  await withApprovalKept(tx, test.campaignId, async () => {
    await writeWinner(tx, test.stepId, winner?.changes ?? {});
  });
  await tx.execute(sql`
    update campaigns set version = version + 1, updated_at = app_now() where id = ${test.campaignId}::uuid`);
  await freezeVersions(tx, { campaignId: test.campaignId });
  await recordCampaignAct(tx, { id: test.campaignId, userId: decidedBy }, "campaign.test_decided", {
    testId: test.id,
    stepId: test.stepId,
    winner: winner?.name ?? null,
    outcome,
  });
  if (decidedBy === null) await tellOwner(tx, test, winner?.name ?? "A");
  return true;
}

type Closing = {
  test: Test;
  status: "winner_deployed" | "completed" | "cancelled";
  outcome: TestOutcome;
  winnerId: string | null;
  decidedBy: string | null;
};

async function close(
  tx: TenantTx,
  { test, status, outcome, winnerId, decidedBy }: Closing,
): Promise<boolean> {
  const counts = (await countVariants(tx, [test.id])).get(test.id) ?? [];
  const results = { metric: test.metric, variants: compareVariants(counts, test.metric) };
  const closed = await tx.execute(sql`
    update ab_tests set status = ${status}, outcome = ${outcome}, winner_variant_id = ${winnerId}::uuid,
      decided_by = ${decidedBy}::uuid, decided_at = app_now(), results = ${JSON.stringify(results)}::jsonb, updated_at = app_now()
    where id = ${test.id}::uuid and ${live} returning 1`);
  return closed.length > 0;
}

/** Who has a variant that has not left for them yet is no part of the sample any more. */
async function retarget(tx: TenantTx, { id, stepId, variants }: Test): Promise<void> {
  await tx.execute(sql`
    with unsent as (
      update content.email_messages m set variant_id = null, updated_at = app_now()
      where m.id = any(array(
          select id from content.email_messages
          where variant_id = any(${sql.param(variants.map((variant) => variant.id))}::uuid[]) and delivery_status = 'queued'
            and attempts = 0 order by id for no key update))
      returning m.contact_id
    )
    delete from ab_test_assignments a
    where a.test_id = ${id}::uuid and (a.contact_id in (select contact_id from unsent) or exists (
      select from campaign_contacts e where e.contact_id = a.contact_id and e.current_step_id = ${stepId}::uuid
        and e.status in ('enrolled', 'active', 'paused') and e.awaiting_message_id is null))`);
}

/** The step takes on what the winner changes, tests nothing any more, and lets those go who wait (`releaseHeld`). */
async function writeWinner(tx: TenantTx, stepId: string, changes: Test["variants"][number]["changes"]) {
  await tx.execute(sql`
    update campaign_steps s set test = null, retimed_up_to = ${nobodyYet}::uuid, updated_at = app_now(),
      subject_line = case when c.changes ? 'subjectLine' then c.changes ->> 'subjectLine' else s.subject_line end,
      preview_text = case when c.changes ? 'previewText' then c.changes ->> 'previewText' else s.preview_text end,
      email_content = case when c.changes ? 'emailContent' then c.changes ->> 'emailContent' else s.email_content end,
      email_text = case when c.changes ? 'emailText' then c.changes ->> 'emailText' else s.email_text end,
      sender = case when c.changes ? 'sender' then c.changes -> 'sender' else s.sender end,
      send_time = case when c.changes ? 'sendTime' then (c.changes ->> 'sendTime')::time else s.send_time end
    from (select ${JSON.stringify(changes)}::jsonb as changes) c where s.id = ${stepId}::uuid`);
}

async function tellOwner(tx: TenantTx, { campaignId }: Test, winner: string): Promise<void> {
  const [campaign] = await tx.execute<{ name: string; launchedBy: string | null }>(sql`
    select name, launched_by as "launchedBy" from campaigns where id = ${campaignId}::uuid`);
  await notify(tx, {
    userId: campaign?.launchedBy ?? null,
    type: "campaign.test_decided",
    title: `The test of “${campaign?.name ?? ""}” is decided: variant ${winner}`,
    body: "Everybody who waited for it gets this one now.",
    path: `/campaigns/${campaignId}#tests`,
  });
}

/** Ends what is still tested when its campaign ends or its step is deleted: there is nobody left to send a winner to. */
export async function abandonTests(
  tx: TenantTx,
  where: { campaignId: string; stepIds?: readonly string[] },
  outcome: "stopped" | "campaign_ended",
): Promise<void> {
  const steps = where.stepIds ? sql`and t.step_id = any(${sql.param([...where.stepIds])}::uuid[])` : sql``;
  const rows = await tx.execute<Test>(sql`
    select t.id, t.campaign_id as "campaignId", t.step_id as "stepId", t.metric from ab_tests t
    where t.campaign_id = ${where.campaignId}::uuid and t.${live} ${steps} order by t.id for no key update`);
  for (const test of rows) {
    await close(tx, { test, status: "cancelled", outcome, winnerId: null, decidedBy: null });
    await tx.execute(
      sql`update campaign_steps set test = null, updated_at = app_now() where id = ${test.stepId}::uuid`,
    );
  }
}

/** Lets those of them go who waited for a winner. */
export async function releaseHeld(tx: TenantTx, enrollmentIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update campaign_contacts set wait_reason = null, next_email_scheduled_at = app_now(), updated_at = app_now()
    where id = any(${sql.param([...enrollmentIds])}::uuid[]) and status in ('enrolled', 'active', 'paused')
      and wait_reason = 'waiting_for_winner'`);
}
