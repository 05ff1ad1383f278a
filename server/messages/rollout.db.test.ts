import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import type { StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { reviewCampaign } from "#server/campaigns/review";
import { createRunner, emailStep, launch, newCampaign, type Started } from "#server/enrollments/testing";
import { localText, toLocal } from "#server/planner/zone";
import { sinks } from "./testing-sinks.ts";
import { always } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const zones = ["Asia/Tokyo", "Europe/Berlin", "America/New_York"] as const;

/** One contact in each zone, and one who tells none. */
async function coordinated(steps?: StepValues[]): Promise<Started> {
  const campaign = await newCampaign({
    emails: [...zones, "nowhere"].map((_, n) => `${n}@x.test`),
    steps,
    settings: {
      ...always,
      send_window_start: "09:00",
      send_window_end: "17:00",
      timezone: "Europe/Berlin",
      timezone_mode: "coordinated",
      delay_between_emails_seconds: 0,
    },
  });
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`
      update contacts set timezone = (${sql.param([...zones])}::text[])[left(email, 1)::int + 1] where left(email, 1) < '3'`),
  );
  return campaign;
}

const sentFrom = ({ scope }: Started) =>
  withTenant(scope, (tx) =>
    tx.execute<{ zone: string; at: Date }>(sql`
      select coalesce(c.timezone, 'Europe/Berlin') as zone, m.scheduled_for as at
      from content.email_messages m join contacts c on c.id = m.contact_id
      where m.sent_at is not null order by m.scheduled_for, zone`),
  );

test("a roll-out comes to all regions on one day at one time of their own clocks, in the east first, as the review says", async () => {
  const campaign = await coordinated();
  const { scope, campaignId } = campaign;
  // In the middle of a working day: that day has begun somewhere.
  const { forecast } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  expect(forecast?.rollout).toMatchObject({ first: "Asia/Tokyo", last: "America/New_York", turns: 3 });
  await launch(scope, campaignId);
  await runner.settle();
  const held = await withTenant(scope, (tx) =>
    tx.execute<{ wait_reason: string }>(sql`
      select distinct wait_reason from campaign_contacts where campaign_id = ${campaignId}::uuid`),
  );
  expect(held.map((row) => row.wait_reason)).toEqual(["rollout"]);
  for (let wakes = 0; wakes < 60 && (await runner.wakeNext()); wakes += 1);
  const sent = await sentFrom(campaign);
  expect(sent.map(({ zone }) => zone)).toEqual([zones[0], zones[1], zones[1], zones[2]]);
  const shown = sent.map(({ zone, at }) => localText(toLocal(zone, at.getTime())).slice(0, 16));
  expect(new Set(shown).size).toBe(1);
  expect(shown[0]?.slice(11)).toBe("09:00");
  expect(forecast?.rollout?.atText.slice(-5)).toBe("09:00");
  const minute = (at: Date | undefined) => at?.toISOString().slice(0, 16);
  expect(forecast?.samples.map(({ emails }) => minute(emails[0]?.at))).toEqual(
    sent.map(({ at }) => minute(at)),
  );
});

test("a roll-out that begins with a wait comes to all regions at one time of their own clocks, too", async () => {
  const wait = { stepType: "wait" as const, waitDuration: { value: 30, unit: "hours" as const } };
  const campaign = await coordinated([wait, emailStep()]);
  const { scope, campaignId } = campaign;
  const { forecast } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  await launch(scope, campaignId);
  await runner.settle();
  for (let wakes = 0; wakes < 60 && (await runner.wakeNext()); wakes += 1);
  const sent = await sentFrom(campaign);
  expect(sent.map(({ zone }) => zone)).toEqual([zones[0], zones[1], zones[1], zones[2]]);
  const shown = sent.map(({ zone, at }) => localText(toLocal(zone, at.getTime())).slice(0, 16));
  expect([...new Set(shown.map((text) => text.slice(11)))]).toEqual(["09:00"]);
  expect(new Set(shown).size).toBe(1);
  expect(forecast?.samples.map(({ emails }) => emails[0]?.at.toISOString().slice(0, 16))).toEqual(
    sent.map(({ at }) => at.toISOString().slice(0, 16)),
  );
});
