import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { pauseCampaign } from "#server/enrollments/launch";
import { createRunner, emailStep, launch, newCampaign, places } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { triggeredCampaign, triggeredDraft } from "#server/triggers/testing";
import { archiveCampaign } from "./mutations.ts";
import { removeCampaign } from "./removal.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("who is in a campaign that was put away keeps nobody out of another; deleted, they have left it", async () => {
  const campaign = await triggeredCampaign({
    triggers: [{ type: "manual" }],
    audience: { leaveOut: { inOtherCampaign: true, emailedWithinHours: 0, stages: [] } },
    emails: ["archived@example.test", "deleted@example.test", "back@example.test"],
  });
  const { caller, scope, campaignId, contactIds } = campaign;
  const putAway = async (contactId: string) => {
    const { campaignId: id, version } = await triggeredDraft(campaign, { triggers: [{ type: "manual" }] });
    await caller.campaigns.launch({ id, version });
    await caller.enrollments.add({ campaignId: id, contactIds: [contactId] });
    await caller.campaigns.pause({ id });
    await caller.campaigns.archive({ id });
    return id;
  };
  const add = async (contactId: string) =>
    (await caller.enrollments.add({ campaignId, contactIds: [contactId] })).admitted.map(
      ({ outcome }) => outcome,
    );
  const [archived = "", deleted = "", back = ""] = contactIds;
  await putAway(archived);
  expect(await add(archived)).toEqual(["enrolled"]);
  const gone = await putAway(deleted);
  await caller.campaigns.remove({ id: gone });
  expect(await add(deleted)).toEqual(["enrolled"]);
  const left = await withTenant(scope, (tx) =>
    tx.execute<{ status: string; exit_reason: string }>(sql`
      select status, exit_reason from campaign_contacts where campaign_id = ${gone}::uuid`),
  );
  expect([...left]).toEqual([{ status: "exited", exit_reason: "campaign_ended" }]);
  const restored = await putAway(back);
  await caller.campaigns.restore({ id: restored });
  expect(await add(back)).toEqual(["excluded"]);
});

test("everybody leaves a campaign that is deleted, however many they are", async () => {
  const campaign = await newCampaign({
    emails: ["a@x.test", "b@x.test", "c@x.test", "d@x.test"],
    steps: [{ stepType: "wait", waitDuration: { value: 2, unit: "days" } }, emailStep()],
  });
  const { scope, campaignId: id } = campaign;
  await launch(scope, id);
  await runner.settle();
  await withTenant(scope, async (tx) => {
    await pauseCampaign(tx, { campaignId: id });
    await archiveCampaign(tx, { id });
  });
  await removeCampaign({ scope, id }, 2);
  expect((await places(campaign)).map(({ status, exit_reason }) => `${status} ${exit_reason}`)).toEqual(
    Array.from({ length: 4 }, () => "exited campaign_ended"),
  );
  await expect(removeCampaign({ scope, id })).rejects.toThrow("no such campaign");
});
