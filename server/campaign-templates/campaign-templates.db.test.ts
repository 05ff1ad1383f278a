import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { createList } from "#db/factories";
import { segments } from "#db/schema/segments";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { email } from "#server/campaigns/testing";
import { triggeredDraft } from "#server/triggers/testing";

test("a campaign made from a template is built like the first one, by ids of its own, for nobody yet", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const [list, gone] = await withTenant(scope, async (tx) => [
    await createList(tx, { contactIds: [] }),
    await createList(tx, { contactIds: [] }),
  ]);
  const { campaignId, stepId, version } = await triggeredDraft(tenant, {
    triggers: [
      { type: "tag_added", tag: "vip" },
      { type: "segment_entered", segmentId: gone },
    ],
    audience: { include: [list], exclude: [list, gone], reenrollment: { mode: "after", days: 30 } },
  });
  const added = await caller.campaigns.addStep({
    id: campaignId,
    version,
    type: "condition",
    position: { kind: "edge", from: stepId, edge: "next" },
  });
  const condition = added.steps.find(({ type }) => type === "condition")?.id ?? "";
  await caller.campaigns.saveStep({
    id: campaignId,
    version: added.version,
    stepId: condition,
    content: {
      type: "condition",
      rules: {
        version: 1,
        match: "all",
        rules: [{ field: "email_opened", operator: "is_true", value: { stepId } }],
      },
    },
  });
  const goal = {
    name: "Came",
    event: { type: "segment_entered", segmentId: gone },
    action: "stay",
    targetId: "",
    attributionDays: 5,
  } as const;
  const { version: current, settings } = await caller.campaigns.byId({ id: campaignId });
  await caller.campaigns.updateGoals({ id: campaignId, version: current, goals: [goal] });
  const ways = {
    timezoneMode: "recipient",
    optimizeSendTime: true,
    priority: 80,
    replyStops: false,
    replyReach: "workspace",
    stopCompanyOnReply: true,
    stopOnAutoReply: true,
    snoozeOnAutoReply: true,
  } as const;
  await caller.campaigns.updateSettings({
    id: campaignId,
    version: current + 1,
    settings: { ...settings, ...ways },
  });
  await caller.approvals.require({ campaignId, version: current + 2, requiresApproval: true });
  const { id } = await caller.campaignTemplates.save({ campaignId, name: "Welcome" });
  await expect(caller.campaignTemplates.save({ campaignId, name: "Welcome" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await caller.campaigns.remove({ id: campaignId });
  await withTenant(scope, (tx) => tx.delete(segments).where(eq(segments.id, gone)));

  const made = await caller.campaignTemplates.use({ id, name: "Second" });
  const second = await caller.campaigns.byId({ id: made.id });
  expect(second).toMatchObject({
    name: "Second",
    type: "triggered",
    status: "draft",
    audience: { include: [], exclude: [list], reenrollment: { mode: "after", days: 30 } },
  });
  expect(second.settings).toMatchObject(ways);
  expect(await caller.approvals.byCampaign({ campaignId: made.id })).toMatchObject({ needed: "campaign" });
  expect(second.triggers).toMatchObject([
    { type: "tag_added", tag: "vip" },
    { type: "segment_entered", segmentId: "" },
  ]);
  expect(second.goals).toMatchObject([{ ...goal, event: { type: "segment_entered", segmentId: "" } }]);
  const [first, fork] = second.steps;
  expect([first?.subjectLine, first?.next, fork?.type]).toEqual([email.subjectLine, fork?.id, "condition"]);
  expect([stepId, condition]).not.toContain(first?.id);
  expect(JSON.stringify(fork?.conditionRules)).toContain(first?.id);

  const stranger = await newTenant();
  await expect(stranger.caller.campaignTemplates.use({ id, name: "Theirs" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});
