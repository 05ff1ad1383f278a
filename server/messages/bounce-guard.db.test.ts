import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { createRunner, launch, newCampaign, type Started } from "#server/enrollments/testing";
import { pauseOnBounces } from "./bounce-guard.ts";
import { sinks } from "./testing-sinks.ts";
import { people, statuses } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

async function started(emails: string[]): Promise<Started> {
  const campaign = await newCampaign({ emails });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  return campaign;
}

const stateOf = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ status: string; reason: string | null }>(
      sql`select status, pause_reason as reason from campaigns where id = ${campaignId}::uuid`,
    );
    return row;
  });

test("a campaign of which too much comes back is paused, its other mail stays queued, and it says why", async () => {
  const campaign = await started([...people(30, "refuse"), ...people(400, "taken")]);
  expect(await stateOf(campaign)).toMatchObject({
    status: "paused",
    reason: expect.stringMatching(
      /^\d+ of the last \d+ emails came back \(\d+\.\d %; 5 % is the limit\)/,
    ) as string,
  });
  const all = await statuses(campaign);
  expect(all.filter((status) => status === "queued").length).toBeGreaterThan(100);
  expect(all.filter((status) => status === "bounced").length).toBeGreaterThan(2);
});

test.each([
  ["few emails, whatever their share", [...people(10, "refuse"), ...people(30, "taken")]],
  ["a share within the limit", [...people(200, "taken"), ...people(10, "refuse")]],
])("%s: nothing is paused", async (_what, emails) => {
  const campaign = await started(emails);
  expect((await stateOf(campaign))?.status).not.toBe("paused");
  expect((await statuses(campaign)).filter((status) => status === "bounced")).toHaveLength(10);
});

test("what came back before somebody let it go on is not held against it again", async () => {
  const campaign = await started(people(80, "refuse"));
  const { scope, campaignId } = campaign;
  expect((await stateOf(campaign))?.status).toBe("paused");
  const goOn = () => withTenant(scope, (tx) => tx.execute(sql`update campaigns set status = 'active'`));
  const judge = () => withTenant(scope, (tx) => pauseOnBounces(tx, [campaignId]));
  await goOn();
  expect(await judge()).toEqual([campaignId]);
  await goOn();
  await withTenant(scope, (tx) =>
    recordAct(tx, {
      actorId: null,
      action: "campaign.resumed",
      resourceType: "campaign",
      resourceId: campaignId,
    }),
  );
  expect(await judge()).toEqual([]);
});
