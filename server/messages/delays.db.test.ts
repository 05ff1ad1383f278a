import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
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

/** Ada has been put off several times, and is again, since a campaign of the same priority was quicker. */
async function putOff(): Promise<Started> {
  const campaign = await newCampaign({
    emails: ["ada@person.test"],
    settings: { ...atOnce, daily_limit: 1000 },
  });
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`insert into tenant_policies (contact_emails_per_day) values (1)`),
  );
  const rival = await toTheSame(campaign, 50);
  for (const { scope, campaignId } of [rival, campaign]) await launch(scope, campaignId);
  await runner.settle();
  expect((await places(campaign))[0]).toMatchObject({ wait_reason: "frequency_cap" });
  await withTenant(campaign.scope, (tx) => tx.execute(sql`update campaign_contacts set attempts = 3`));
  return campaign;
}

const limitDelays = ({ scope }: Started) =>
  withTenant(scope, (tx) => tx.execute(sql`update tenant_policies set contact_delays_max = 1`));

test("a limit that is set later skips nobody whose wait is over and who fits then", async () => {
  const campaign = await putOff();
  await limitDelays(campaign);
  await runner.pass("25 hours");
  expect((await ledger(campaign)).map(({ delivery_status }) => delivery_status)).toEqual(["sent"]);
});

test("while a campaign is paused nobody's email is skipped", async () => {
  const campaign = await putOff();
  const { scope, campaignId } = campaign;
  await limitDelays(campaign);
  const turnTo = (status: string) =>
    withTenant(scope, async (tx) => {
      await tx.execute(sql`update campaigns set status = ${status} where id = ${campaignId}::uuid`);
      await tx.execute(sql`update step_drivers set wakes_at = app_now(), not_before = null
        where step_id in (select id from campaign_steps where campaign_id = ${campaignId}::uuid)`);
    });
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_contacts set wait_reason = 'too_many_emails', next_email_scheduled_at = app_now()
      where campaign_id = ${campaignId}::uuid`),
  );
  const step = async () => (await places(campaign))[0]?.status;
  await turnTo("paused");
  await runner.sweep();
  await runner.settle();
  expect(await step()).not.toBe("completed");
  await turnTo("active");
  await runner.pass("2 minutes");
  await runner.sweep();
  await runner.settle();
  expect(await step()).toBe("completed");
});
