import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import type { StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { sinks } from "#server/messages/testing-sinks";
import { createRunner, launch, newCampaign, type Started } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const tag: StepValues = { stepType: "action", actionType: "add_tag", actionConfig: { tag: "came" } };
const where: Record<string, { timezone?: string; country?: string }> = {
  tokyo: { timezone: "Asia/Tokyo" },
  japan: { country: "Japan" },
  york: { timezone: "America/New_York" },
  nowhere: {},
};
const names = Object.keys(where);

/** A campaign that waits for all of them, begun when it is `at` o'clock UTC on a day. */
async function waiting(wait: object, at: string, mode = "recipient"): Promise<Started> {
  const campaign = await newCampaign({
    emails: names.map((name) => `${name}@x.test`),
    steps: [{ stepType: "wait", waitDuration: wait }, tag],
    settings: { timezone: "Europe/Berlin", timezone_mode: mode },
  });
  await withTenant(campaign.scope, async (tx) => {
    for (const [name, { timezone = null, country = null }] of Object.entries(where))
      await tx.execute(
        sql`update contacts set timezone = ${timezone}, country = ${country} where email = ${`${name}@x.test`}`,
      );
    const [row] = await tx.execute<{ ms: number }>(
      sql`select extract(epoch from ${at}::timestamptz - app_now()) * 1000 as ms`,
    );
    await moveClock(`${row?.ms ?? 0} milliseconds`);
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  return campaign;
}

/** Until when each of them waits, in UTC. */
async function ends({ scope, campaignId }: Started) {
  const rows = await withTenant(scope, (tx) =>
    tx.execute<{ name: string; at: Date | null; status: string }>(sql`
      select split_part(c.email, '@', 1) as name, e.next_email_scheduled_at as at, e.status
      from campaign_contacts e join contacts c on c.id = e.contact_id where e.campaign_id = ${campaignId}::uuid`),
  );
  return Object.fromEntries(
    rows.map(({ name, at, status }) => [
      name,
      status === "completed" ? "gone on" : (at?.toISOString().slice(0, 16) ?? null),
    ]),
  );
}

test("a wait until a time of day ends when each one's own clock shows it, and on the campaign's where that counts", async () => {
  const noon = "2026-11-25T12:00Z";
  const time = { until: "time", time: "10:00" };
  const own = await waiting(time, noon);
  expect(await ends(own)).toEqual({
    tokyo: "2026-11-26T01:00",
    japan: "2026-11-26T01:00",
    york: "2026-11-25T15:00",
    nowhere: "2026-11-26T09:00",
  });
  await runner.pass("3 hours");
  expect((await ends(own)).york).toBe("gone on");
  expect((await ends(own)).tokyo).toBe("2026-11-26T01:00");
  await runner.pass("10 hours");
  expect(await ends(own)).toMatchObject({ tokyo: "gone on", japan: "gone on", nowhere: "2026-11-26T09:00" });
  const shared = await waiting(time, "2026-11-27T12:00Z", "campaign");
  expect(new Set(Object.values(await ends(shared)))).toEqual(new Set(["2026-11-28T09:00"]));
});

test("a weekday and a date come where they are, over a change of the clocks too; who is past it goes on at once", async () => {
  // New York skips the hour from two to three of the fourteenth of March.
  const skipped = await waiting({ until: "date", at: "2027-03-14T02:30" }, "2027-03-13T18:00Z");
  expect(await ends(skipped)).toEqual({
    tokyo: "gone on",
    japan: "gone on",
    york: "2027-03-14T07:00",
    nowhere: "2027-03-14T01:30",
  });
  const sunday = await waiting({ until: "weekday", weekdays: ["sun"], time: "09:00" }, "2027-03-13T23:30Z");
  expect(await ends(sunday)).toEqual({
    tokyo: "2027-03-14T00:00",
    japan: "2027-03-14T00:00",
    york: "2027-03-14T13:00",
    nowhere: "2027-03-14T08:00",
  });
});

test("whoever moves meanwhile goes on at that time of the clock where they are then", async () => {
  const campaign = await waiting({ until: "time", time: "10:00" }, "2027-05-04T12:00Z");
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update contacts set timezone = 'America/New_York' where email = 'tokyo@x.test'`),
  );
  await runner.pass("13 hours");
  // Ten o'clock on the fifth, as it was meant: of New York now.
  expect(await ends(campaign)).toMatchObject({ tokyo: "2027-05-05T14:00", japan: "gone on" });
  await runner.pass("13 hours");
  expect((await ends(campaign)).tokyo).toBe("gone on");
});
