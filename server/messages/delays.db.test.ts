import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { createRunner, emailStep, launch, ledger, newCampaign, places } from "#server/enrollments/testing";
import { sinks } from "./testing-sinks.ts";
import { atOnce, toTheSame } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("an email that was put off as often as is allowed for what its reader had is skipped, and the log says why", async () => {
  const low = await newCampaign({
    emails: ["ada@person.test"],
    settings: { ...atOnce, daily_limit: 1000 },
    steps: [emailStep(), { stepType: "action", actionType: "add_tag", actionConfig: { tag: "after" } }],
  });
  const { scope, campaignId } = low;
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`update campaigns set priority = 10 where id = ${campaignId}::uuid`);
    await tx.execute(
      sql`insert into tenant_policies (contact_emails_per_day, contact_delays_max) values (1, 2)`,
    );
  });
  const log = () =>
    withTenant(scope, (tx) =>
      tx.execute<{ outcome: string }>(sql`
        select outcome from enrollment_step_log where campaign_id = ${campaignId}::uuid order by id`),
    );
  const rivals = [await toTheSame(low, 90)];
  for (const first of [...rivals, low]) await launch(scope, first.campaignId);
  await runner.settle();
  expect((await places(low))[0]?.wait_reason).toBe("frequency_cap");
  // Before she may get the next one, another campaign of a higher priority has something for her again.
  for (let day = 1; day <= 2; day += 1) {
    await runner.pass("1 hour");
    const rival = await toTheSame(low, 90);
    rivals.push(rival);
    await launch(scope, rival.campaignId);
    await runner.settle();
    for (const stride of ["12 hours", "690 minutes", "1 minute"]) {
      await runner.sweep();
      await runner.pass(stride);
    }
    if (day === 1) expect((await places(low))[0]?.wait_reason).toMatch(/^(frequency_cap|higher_priority)$/);
  }
  const sent = (await Promise.all(rivals.map((rival) => ledger(rival))))
    .flat()
    .filter(({ sent_at }) => sent_at);
  expect(sent).toHaveLength(3);
  expect((await log()).map(({ outcome }) => outcome)).toEqual(["too_many_emails", "acted"]);
  expect((await ledger(low)).filter(({ delivery_status }) => delivery_status !== "cancelled")).toEqual([]);
});
