import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { v7 } from "uuid";
import { appNow } from "#db/clock";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { createRunner, launch, ledger, newCampaign, places } from "#server/enrollments/testing";
import { weekdayOf } from "#server/planner/window";
import { dayMs, startOfDay, toInstant, toLocal } from "#server/planner/zone";
import { sinks } from "./testing-sinks.ts";
import { atOnce, changeSettings, toTheSame } from "./testing.ts";

const runner = createRunner(sinks);

test("who tends to read at some hour gets the email a little before it, whatever scanners opened; once, not for ever", async () => {
  const campaign = await newCampaign({
    emails: ["ada@reads.test"],
    settings: { ...atOnce, optimize_send_time: true },
  });
  const [clock] = await withoutTenant((tx) => tx.execute<{ now: Date }>(sql`select app_now() as now`));
  const now = clock?.now.getTime() ?? 0;
  // Three hours from now, so that it is neither this hour nor the one that is just over.
  const hour = (new Date(now).getUTCHours() + 3) % 24;
  const at = (daysAgo: number, hours: number) =>
    new Date(Math.floor(now / 86_400_000 - daysAgo) * 86_400_000 + hours * 3_600_000 + 600_000).toISOString();
  await withTenant(campaign.scope, async (tx) => {
    for (let day = 1; day <= 8; day += 1)
      for (const machine of [false, true, true])
        await tx.execute(sql`
          insert into email_events (message_id, contact_id, type, occurred_at, is_machine) values (${v7()}::uuid,
            ${campaign.contactIds[0]}::uuid, 'opened', ${at((day % 3) + 1, machine ? (hour + 9) % 24 : hour)}::timestamptz, ${machine})`);
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const [place] = await places(campaign);
  expect(place?.wait_reason).toBe("best_hour");
  const until = place?.next_email_scheduled_at?.getTime() ?? 0;
  expect([new Date(until).getUTCHours(), new Date(until).getUTCMinutes()]).toEqual([(hour + 23) % 24, 45]);
  // Nobody is at work while the hour passes: it leaves as soon as somebody is.
  await moveClock(`${until - now + 5 * 3_600_000} milliseconds`);
  await runner.settle();
  expect((await ledger(campaign)).map(({ delivery_status }) => delivery_status)).toEqual(["sent"]);
});

test("somebody who reads at eight on Mondays and at eleven on Saturdays, where they live, gets either at its time", async () => {
  const optimized = { ...atOnce, optimize_send_time: true };
  const first = await newCampaign({ emails: ["ada@weekdays.test"], settings: optimized });
  const { scope, contactIds } = first;
  const second = await toTheSame(first, 50);
  await changeSettings(second, sql`optimize_send_time = true`);
  const zone = "Asia/Tokyo";
  const now = (await withTenant(scope, appNow)).getTime();
  const today = startOfDay(toLocal(zone, now));
  const saturday = [1, 2, 3, 4, 5, 6, 7].map((days) => today + days * dayMs).find(isSaturday) ?? today;
  const monday = saturday + 2 * dayMs;
  // Eight in the morning of a Monday there is a Sunday by UTC.
  const opens = [1, 2, 3, 4, 5].flatMap((weeks) =>
    [saturday + 11 * hourMs, monday + 8 * hourMs].map(
      (local) => new Date(toInstant(zone, local + 600_000 - weeks * 7 * dayMs)),
    ),
  );
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`update contacts set timezone = ${zone}`);
    await tx.execute(sql`
      insert into email_events (message_id, contact_id, type, occurred_at)
      select gen_random_uuid(), ${contactIds[0]}::uuid, 'opened', at
      from unnest(${sql.param(opens.map((at) => at.toISOString()))}::timestamptz[]) at`);
  });
  const cases = [
    { campaign: first, day: saturday, leaves: 10.75 },
    { campaign: second, day: monday, leaves: 7.75 },
  ];
  for (const { campaign, day, leaves } of cases) {
    const night = toInstant(zone, day + 2 * hourMs);
    await moveClock(`${night - (await withTenant(scope, appNow)).getTime()} milliseconds`);
    await launch(scope, campaign.campaignId);
    await runner.settle();
    expect(await places(campaign)).toMatchObject([
      { wait_reason: "best_hour", next_email_scheduled_at: new Date(toInstant(zone, day + leaves * hourMs)) },
    ]);
  }
});

const hourMs = 3_600_000;
const isSaturday = (local: number) => weekdayOf(local) === "sat";
