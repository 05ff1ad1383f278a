import { expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { triggeredDraft } from "#server/triggers/testing";
import type { Goal } from "./schema.ts";

test("lists and campaigns of others are not found by goals and triggers, whatever there is of one's own", async () => {
  const [tenant, stranger] = [await newTenant(), await newTenant()];
  const { campaigns, lists } = tenant.caller;
  const theirs = await stranger.caller.campaigns.create({ name: "Theirs", type: "drip" });
  const theirList = await stranger.caller.lists.create({ name: "Theirs" });
  const ours = await lists.create({ name: "Ours" });
  const goal: Goal = {
    name: "Bought",
    event: { type: "segment_entered", segmentId: ours.id },
    action: "stay",
    targetId: "",
    attributionDays: 7,
  };
  const { campaignId: id, version } = await triggeredDraft(tenant, { triggers: [{ type: "manual" }] });
  const foreign: Goal[] = [
    { ...goal, action: "move", targetId: theirs.id },
    { ...goal, event: { type: "segment_entered", segmentId: theirList.id } },
  ];
  const notFound = { code: "NOT_FOUND" };
  for (const one of foreign)
    await expect(campaigns.updateGoals({ id, version, goals: [one] })).rejects.toMatchObject(notFound);
  for (const trigger of [
    { type: "segment_entered" as const, segmentId: theirList.id },
    { type: "link_clicked" as const, campaignId: theirs.id, urlContains: "" },
  ])
    await expect(campaigns.updateTriggers({ id, version, triggers: [trigger] })).rejects.toMatchObject(
      notFound,
    );
  const saved = await campaigns.updateGoals({ id, version, goals: [goal] });
  expect((await campaigns.byId({ id })).goals).toMatchObject([goal]);
  await campaigns.updateTriggers({
    id,
    version: saved.version,
    triggers: [{ type: "segment_entered", segmentId: ours.id }],
  });
});
