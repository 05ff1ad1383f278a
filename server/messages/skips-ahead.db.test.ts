import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { loadLive } from "#server/analytics/live";
import { reviewCampaign } from "#server/campaigns/review";
import { applyChange } from "#server/contact-edits/apply";
import { commitThenSend } from "#server/drivers/events";
import { snoozeFor } from "#server/enrollments/snooze";
import { createRunner, emailStep, launch, newCampaign, places, statusOf } from "#server/enrollments/testing";
import { dayMs } from "#server/planner/zone";
import { ensureTags } from "#server/tags/mutations";
import { nameUndisturbedTag } from "#server/tags/undisturbed";
import { addDays, log, now, sent } from "./testing-days.ts";
import { sinks } from "./testing-sinks.ts";
import { atOnce, people } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const settings = { ...atOnce, daily_limit: 1000 };

test("a broadcast on such a day says so before it is launched, sends nothing, and ends", async () => {
  const campaign = await newCampaign({ emails: people(3), settings });
  const review = () => withTenant(campaign.scope, (tx) => reviewCampaign(tx, campaign.campaignId));
  const said = async () => (await review()).problems.find(({ code }) => code === "passed_over")?.message;
  expect(await said()).toBeUndefined();
  await addDays(campaign, { from: 0, action: "skip" });
  expect(await said()).toMatch(/Nobody gets the first email: .* The campaign would send nothing at all\./);
  expect(await review()).toMatchObject({ forecast: null, days: [{ name: "Christmas", action: "skip" }] });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  await runner.sweep();
  await runner.settle();
  expect(await statusOf(campaign)).toBe("completed");
  expect(new Set((await places(campaign)).map(({ status }) => status))).toEqual(new Set(["completed"]));
  const live = await withTenant(campaign.scope, (tx) => loadLive(tx, campaign.campaignId));
  expect(live.steps[0]).toMatchObject({ passedOver: 3, numbers: { sent: 0 } });
});

test("who is not written to on such a day anyhow, being not to be disturbed or snoozed beyond it, is not counted as passed over", async () => {
  const campaign = await newCampaign({ emails: people(4), settings });
  const { scope, campaignId, contactIds, workspaceId, userId } = campaign;
  await addDays(campaign, { from: 0, action: "skip" });
  const [bearer = "", away = ""] = contactIds;
  await commitThenSend(scope, async (tx) => {
    const { ids } = await ensureTags(tx, ["quiet"]);
    await nameUndisturbedTag(tx, { tagId: ids.get("quiet") ?? "", workspaceId, userId });
    await applyChange(tx, { action: "tag", tag: "quiet" }, { ids: [bearer], actorId: userId });
    const events = await snoozeFor(tx, { scope, contactIds: [away], days: 2, author: { actorId: null } });
    return { events };
  });
  const { problems, forecast } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  expect(problems.find(({ code }) => code === "passed_over")?.message).toMatch(
    /^2 people do not get the first email: .* They get nothing at all from this campaign\./,
  );
  expect(forecast).toMatchObject({ count: 1, samples: [{ contactId: away, snoozed: true }] });
  await launch(scope, campaignId);
  await runner.settle();
  expect(await log(campaign)).toEqual(["skip_day", "skip_day"]);
  await runner.pass("2 days");
  expect(await log(campaign)).toEqual(["skip_day", "skip_day", "sent"]);
});

test("what is forecast of a campaign with more emails leaves out the one that is passed over", async () => {
  const steps = [
    emailStep(),
    { stepType: "wait" as const, waitDuration: { value: 2, unit: "days" } },
    emailStep({ subjectLine: "Again" }),
  ];
  const campaign = await newCampaign({ emails: people(2), settings, steps });
  await addDays(campaign, { from: 0, action: "skip" });
  const { forecast, problems } = await withTenant(campaign.scope, (tx) =>
    reviewCampaign(tx, campaign.campaignId),
  );
  const began = await now(campaign);
  expect(problems.find(({ code }) => code === "passed_over")?.message).toContain("steps after it");
  expect(forecast?.samples.map(({ emails }) => emails.length)).toEqual([1, 1]);
  expect((forecast?.firstAt.getTime() ?? 0) - began.getTime()).toBeGreaterThan(2 * dayMs - 60_000);
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  await runner.pass("2 days");
  expect(await sent(campaign)).toBe(2);
});

test("a campaign without limits keeps no such days, neither those on which emails wait nor those on which they are passed over", async () => {
  for (const action of ["delay", "skip"] as const) {
    const free = await newCampaign({ emails: people(1, "free"), settings: { ...settings, no_limits: true } });
    await addDays(free, { from: 0, to: 1, action });
    const review = await withTenant(free.scope, (tx) => reviewCampaign(tx, free.campaignId));
    expect(review, action).toMatchObject({ forecast: { count: 1, atOnce: true }, days: [] });
    expect(review.problems.map(({ code }) => code)).not.toContain("passed_over");
    await launch(free.scope, free.campaignId);
    await runner.settle();
    expect([await sent(free), await log(free)], action).toEqual([1, ["sent"]]);
  }
});
