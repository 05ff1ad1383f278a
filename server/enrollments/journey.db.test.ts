import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { sinks } from "#server/messages/testing-sinks";
import { exitEnrollments } from "./exits.ts";
import { getJourney } from "./journey.ts";
import { loadPlaces } from "./places.ts";
import { createRunner, emailStep, launch, newCampaign, type Started } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const enrollmentOf = ({ scope, campaignId }: Started, email: string) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ id: string }>(sql`
      select e.id from campaign_contacts e join contacts c on c.id = e.contact_id
      where e.campaign_id = ${campaignId}::uuid and c.email = ${email}`);
    return row?.id ?? "";
  });
const journeyOf = async (campaign: Started, email: string) => {
  const enrollmentId = await enrollmentOf(campaign, email);
  return withTenant(campaign.scope, (tx) =>
    getJourney(tx, { campaignId: campaign.campaignId, enrollmentId }),
  );
};
const told = ({ visits }: Awaited<ReturnType<typeof journeyOf>>) =>
  visits.map(({ number, words }) => [number, words]);

test("a journey tells every step somebody came by, what came of it, and why they stand where they stand", async () => {
  const campaign = await newCampaign({
    emails: ["on@example.test", "off@example.test"],
    steps: [
      emailStep({ subjectLine: "First" }),
      { stepType: "wait", waitDuration: { value: 2, unit: "days" } },
      emailStep({ subjectLine: "Second" }),
    ],
  });
  const [, wait = ""] = campaign.stepIds;
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();

  const waiting = await journeyOf(campaign, "on@example.test");
  expect(told(waiting)).toEqual([
    [2, "Stands here now."],
    [1, "Sent: went on with step 2."],
  ]);
  expect(waiting.why).toBe("Waiting for the time of this step.");
  const [here, sent] = waiting.visits;
  expect(waiting.nextAt?.getTime()).toBe((here?.enteredAt.getTime() ?? 0) + 2 * 86_400_000);
  expect(sent).toMatchObject({ version: 1, title: "First", message: { status: "sent", subject: "First" } });
  expect(sent?.message?.sentAt).toBeInstanceOf(Date);
  const places = await withTenant(campaign.scope, (tx) => loadPlaces(tx, campaign.campaignId));
  expect(places[wait]).toMatchObject({ here: 2, waiting: 2, passed: 0 });

  const off = await enrollmentOf(campaign, "off@example.test");
  await withTenant(campaign.scope, (tx) => exitEnrollments(tx, [{ enrollmentId: off, reason: "manual" }]));
  await runner.pass("1 day", 3);
  expect(told(await journeyOf(campaign, "on@example.test"))).toEqual([
    [3, "Sent: that was the end."],
    [2, "Waited: went on with step 3."],
    [1, "Sent: went on with step 2."],
  ]);
  const left = await journeyOf(campaign, "off@example.test");
  expect(told(left)).toEqual([
    [2, "Left the campaign here: taken out by hand."],
    [1, "Sent: went on with step 2."],
  ]);
  expect(left).toMatchObject({ status: "exited", why: "Taken out by hand." });

  const other = await newCampaign({ emails: [] });
  await expect(
    withTenant(campaign.scope, (tx) =>
      getJourney(tx, { campaignId: other.campaignId, enrollmentId: left.id }),
    ),
  ).rejects.toMatchObject({ code: "not_found" });
});
