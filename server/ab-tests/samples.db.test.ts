import { type SQL, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { commitThenSend } from "#server/drivers/events";
import { snoozeFor } from "#server/enrollments/snooze";
import { createRunner, launch, newCampaign, statusOf } from "#server/enrollments/testing";
import { people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { begun, mailsOf, tested, testOf } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("a test begins its time without those of the sample who cannot be written to, and counts them", async () => {
  const campaign = await newCampaign({
    emails: people(8),
    steps: [
      tested(
        { samplePercent: 50, durationMinutes: 60, fallback: "highest" },
        { emailContent: "<p>{{ city | required }}</p>" },
      ),
    ],
  });
  const { scope } = campaign;
  await launch(scope, campaign.campaignId);
  await runner.settle("mailbox/messages.queued");
  const sample = await withTenant(scope, (tx) =>
    tx.execute<{ id: string }>(sql`select contact_id as id from ab_test_assignments order by id`),
  );
  const [lacks = "", away = ""] = sample.map(({ id }) => id);
  const fill = (which: SQL) =>
    withTenant(scope, (tx) => tx.execute(sql`update contacts set city = 'Oslo' where ${which}`));
  await fill(sql`id <> ${lacks}::uuid`);
  await commitThenSend(scope, async (tx) => ({
    events: await snoozeFor(tx, { scope, contactIds: [away], days: 60, author: { actorId: null } }),
  }));
  await runner.pass("11 minutes");
  await runner.sweep();
  await runner.settle();
  await runner.pass("1 minute");
  expect(mailsOf(campaign)).toHaveLength(2);
  const going = await testOf(campaign);
  expect(going).toMatchObject({ status: "running", taken: 4, held: 2, waiting: 4 });
  expect(going.endsAt).not.toBeNull();
  await runner.pass("61 minutes", 2);
  expect(await testOf(campaign)).toMatchObject({ status: "winner_deployed", held: 0, waiting: 0 });
  expect(mailsOf(campaign)).toHaveLength(6);
  // They have lost nothing but the time: what was missing is filled in, and the other one is back.
  await fill(sql`true`);
  await runner.pass("1 day");
  expect(mailsOf(campaign)).toHaveLength(7);
  await runner.pass("60 days");
  expect(new Set(mailsOf(campaign).map(({ to }) => to)).size).toBe(8);
  expect(await statusOf(campaign)).toBe("completed");
});

test("a sample of which nobody can be written to begins no time, and says so", async () => {
  const campaign = await begun(runner, people(4), [
    tested({ samplePercent: 50 }, { emailContent: "<p>{{ city | required }}</p>" }),
  ]);
  await runner.pass("1 day");
  expect(await testOf(campaign)).toMatchObject({ status: "running", endsAt: null, taken: 2, held: 2 });
  expect(mailsOf(campaign)).toHaveLength(0);
});
