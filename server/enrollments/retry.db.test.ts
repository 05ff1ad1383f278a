// @module-tag race
import { type SQL, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createSession } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";
import { retryAllFailed } from "./retry.ts";
import { createRunner, launch, ledger, newCampaign, places, type Started, statusOf } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const policy = (count: number) => Array.from({ length: count }, (_, n) => `policy-${n}@x.test`);

/** A campaign that has completed: these addresses have failed, one person got it. */
async function ended(failing: readonly string[]) {
  const campaign = await newCampaign({ emails: ["fine@x.test", ...failing] });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await statusOf(campaign)).toBe("completed");
  const { sessionId } = await createSession(campaign.userId);
  return { ...campaign, caller: callerFor({ sessionId, workspaceSlug: campaign.slug }) };
}

/** The receiver has let itself be talked round: their addresses are taken from now on. */
const mend = ({ scope }: Started) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`
      update contacts set email = 'ok-' || email, email_normalized = 'ok-' || email where email like 'policy-%'`),
  );
const idsOf = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) =>
    (
      await tx.execute<{ id: string }>(sql`
        select id from campaign_contacts where campaign_id = ${campaignId}::uuid order by id`)
    ).map(({ id }) => id),
  );
const sentTo = async (campaign: Started) =>
  (await ledger(campaign)).flatMap((row) => (row.sent_at === null ? [] : [row.to_email])).sort();

test("who failed is tried again after the campaign has completed: it runs for them, and completes once more", async () => {
  const campaign = await ended(policy(1));
  await mend(campaign);
  const { caller, campaignId } = campaign;
  const enrollmentIds = await idsOf(campaign);
  expect(await caller.enrollments.act({ campaignId, enrollmentIds, act: "retry" })).toEqual({ changed: 1 });
  expect(await statusOf(campaign)).toBe("active");
  await runner.settle();
  expect(await sentTo(campaign)).toEqual(["fine@x.test", "ok-policy-0@x.test"]);
  expect(await statusOf(campaign)).toBe("completed");
  // Nobody has failed any more: it stays as it is.
  expect(await caller.enrollments.act({ campaignId, enrollmentIds, act: "retry" })).toEqual({ changed: 0 });
  expect(await caller.enrollments.retryAll({ campaignId })).toEqual({ changed: 0, next: null });
  expect(await statusOf(campaign)).toBe("completed");
});

test("everybody who failed is tried again, a slice at a time, and only those who failed for the reason asked for", async () => {
  const campaign = await ended(policy(5));
  const { caller, campaignId, scope, userId } = campaign;
  const [other = ""] = await withTenant(scope, async (tx) =>
    (
      await tx.execute<{ id: string }>(sql`
        update campaign_contacts set exit_reason = 'call_failed'
        where id = (select id from campaign_contacts where status = 'failed' order by id limit 1) returning id`)
    ).map(({ id }) => id),
  );
  await mend(campaign);
  expect(
    await retryAllFailed({ scope, act: { id: campaignId, userId } }, { reason: "send_failed", size: 2 }),
  ).toEqual({ changed: 4, next: null });
  await runner.settle();
  expect(await sentTo(campaign)).toHaveLength(5);
  const left = (await places(campaign)).filter(({ status }) => status === "failed");
  expect(left.map(({ exit_reason }) => exit_reason)).toEqual(["call_failed"]);
  expect(await caller.enrollments.retryAll({ campaignId })).toEqual({ changed: 1, next: null });
  await runner.settle();
  expect(await idsOf(campaign)).toContain(other);
  expect(await sentTo(campaign)).toHaveLength(6);
  expect(await statusOf(campaign)).toBe("completed");
});

test("of very many some are tried again in one request, which says where to go on, and the history tells it once", async () => {
  const campaign = await ended(policy(7));
  await mend(campaign);
  const { scope, campaignId, userId } = campaign;
  const retry = (after: string | null) =>
    retryAllFailed({ scope, act: { id: campaignId, userId } }, { after, size: 1 });
  const first = await retry(null);
  expect([first.changed, first.next !== null]).toEqual([5, true]);
  expect(await retry(first.next)).toEqual({ changed: 2, next: null });
  const told = await withTenant(scope, (tx) =>
    tx.execute(sql`
      select new_value ->> 'people' as people from audit_log where action = 'campaign.people_retried'`),
  );
  expect(told).toEqual([{ people: "7" }]);
  await runner.settle();
  expect(await sentTo(campaign)).toHaveLength(8);
});

test("asked twice at the same moment, they are tried again once", async () => {
  const campaign = await ended(policy(3));
  await mend(campaign);
  const { caller, campaignId } = campaign;
  const enrollmentIds = await idsOf(campaign);
  const answers = await Promise.all([
    caller.enrollments.retryAll({ campaignId }),
    caller.enrollments.act({ campaignId, enrollmentIds, act: "retry" }),
    caller.enrollments.retryAll({ campaignId }),
  ]);
  expect(answers.map(({ changed }) => changed).sort()).toEqual([0, 0, 3]);
  await runner.settle();
  expect(await sentTo(campaign)).toHaveLength(4);
});

test("a second try whose events are lost is found by the sweeper, and its campaign completes", async () => {
  const campaign = await ended(policy(1));
  await mend(campaign);
  await campaign.caller.enrollments.retryAll({ campaignId: campaign.campaignId });
  runner.forget();
  await runner.pass("10 minutes");
  await runner.sweep();
  await runner.settle();
  expect(await sentTo(campaign)).toEqual(["fine@x.test", "ok-policy-0@x.test"]);
  expect(await statusOf(campaign)).toBe("completed");
});

test("an end that has passed does not stop those who are tried again after it", async () => {
  const campaign = await ended(policy(1));
  await mend(campaign);
  const { scope, campaignId } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update campaigns set end_date = completed_at, completion_reason = 'campaign_ended' where id = ${campaignId}::uuid`,
    ),
  );
  await campaign.caller.enrollments.retryAll({ campaignId });
  await runner.settle();
  expect(await sentTo(campaign)).toEqual(["fine@x.test", "ok-policy-0@x.test"]);
});

test("a campaign that cannot run, or would take others in again, stays ended, and says why", async () => {
  const campaign = await ended(policy(1));
  const { caller, campaignId, scope } = campaign;
  const retry = () => caller.enrollments.retryAll({ campaignId });
  const set = (change: SQL) => withTenant(scope, (tx) => tx.execute(change));
  await set(sql`update email_accounts set status = 'error'`);
  await expect(retry()).rejects.toThrow("cannot be run again");
  await set(sql`update email_accounts set status = 'active'`);
  await set(sql`update campaigns set auto_enroll = true`);
  await expect(retry()).rejects.toThrow("Open it again first");
  await set(sql`update campaigns set auto_enroll = false`);
  await caller.campaigns.archive({ id: campaignId });
  await expect(retry()).rejects.toThrow("restore it first");
  await caller.campaigns.restore({ id: campaignId });
  expect(await statusOf(campaign)).toBe("completed");
  expect((await places(campaign)).map(({ status }) => status).sort()).toEqual(["completed", "failed"]);
});

test("who would be paused, moved on or taken out of a campaign that has ended is not told to clone it", async () => {
  const campaign = await ended([]);
  const { caller, campaignId } = campaign;
  const enrollmentIds = await idsOf(campaign);
  for (const [act, word] of [
    ["pause", "pause"],
    ["resume", "resume"],
    ["skip", "move on"],
    ["exit", "take out"],
  ] as const)
    await expect(caller.enrollments.act({ campaignId, enrollmentIds, act })).rejects.toThrow(
      `has ended and nobody is on the way in it any more: there is nobody to ${word}.`,
    );
});
