import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createSession } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { driveEmailStep, goThrough } from "#server/ab-tests/email-step";
import { email } from "#server/campaigns/testing";
import { takeOver } from "#server/drivers/mutations";
import { createRunner, newCampaign, places } from "#server/enrollments/testing";
import { claim, people, queued, statuses } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("a step that is reviewed from now on, or no more, is gone through by slices, and nothing unseen leaves meanwhile", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(5) }));
  const { scope, campaignId, userId, slug } = campaign;
  const [stepId = ""] = campaign.stepIds;
  const { sessionId } = await createSession(userId);
  const { campaigns, drafts } = callerFor({ sessionId, workspaceSlug: slug });
  const save = async (review: { days: number; otherwise: "skip"; instructions: string } | null) => {
    const { version } = await campaigns.byId({ id: campaignId });
    await campaigns.saveStep({ id: campaignId, version, stepId, content: { ...email, review } });
  };
  const slice = () =>
    withTenant(scope, async (tx) => {
      const fence = (await takeOver(tx, { table: "step_drivers", id: stepId }, { runId: "slices" })) ?? -1;
      const work = { scope, campaignId, stepId, fence, limit: 2 };
      const [step] = await tx.execute<{ upTo: string | null }>(
        sql`select retimed_up_to as "upTo" from campaign_steps where id = ${stepId}::uuid`,
      );
      if (typeof step?.upTo !== "string") return driveEmailStep(tx, work);
      await goThrough(tx, work, { upTo: step.upTo, decided: true, size: 2 });
      return { more: true };
    });
  const tally = async () =>
    Object.fromEntries(
      [...Map.groupBy(await statuses(campaign), (status) => status)].map(([status, all]) => [
        status,
        all.length,
      ]),
    );

  await save({ days: 14, otherwise: "skip", instructions: "" });
  expect(await tally()).toEqual({ queued: 5 });
  await slice();
  expect(await tally()).toEqual({ cancelled: 2, queued: 3 });
  expect((await claim(campaign)).messages).toEqual([]);
  for (let more = true; more;) ({ more } = await slice());
  expect(await tally()).toEqual({ cancelled: 5 });
  expect((await drafts.list({ view: "review" })).rows).toHaveLength(5);

  await save(null);
  await slice();
  const waiting = async () =>
    (await places(campaign)).filter(({ wait_reason }) => wait_reason === "waiting_for_review").length;
  expect(await waiting()).toBe(3);
  for (let more = true; more;) ({ more } = await slice());
  expect(await waiting()).toBe(0);
  expect(await tally()).toEqual({ cancelled: 5, queued: 5 });
  expect((await drafts.list({ view: "review" })).rows).toEqual([]);
});
