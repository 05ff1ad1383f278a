import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { appNow } from "#db/clock";
import { createCampaign, createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { takeOver } from "#server/drivers/mutations";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  type Started,
} from "#server/enrollments/testing";
import { weekdayOf } from "#server/planner/window";
import { queueMessages } from "./queue.ts";
import { releaseCampaignSlots } from "./slots.ts";
import { sinks } from "./testing-sinks.ts";
import { atOnce, changeSettings, claim, people, queued, settle } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const settings = { ...atOnce, daily_limit: 1000 };
const twice = [emailStep(), emailStep({ subjectLine: "Again" })];

/** Another campaign from the same mailbox, to people of its own. */
const beside = (
  first: Started,
  {
    name,
    priority = 50,
    steps = [emailStep()],
  }: { name: string; priority?: number; steps?: ReturnType<typeof emailStep>[] },
) =>
  withTenant(first.scope, async (tx): Promise<Started> => {
    const contactIds = await createContacts(
      tx,
      people(6, name).map((email) => ({ email })),
    );
    const listId = await createList(tx, { contactIds });
    const audience = { everyone: false, include: [listId], exclude: [] };
    const { emailAccountId } = first;
    const made = await createCampaign(tx, { steps, emailAccountId, audience });
    await tx.execute(sql`update campaigns set priority = ${priority} where id = ${made.campaignId}::uuid`);
    await tx.execute(sql`
      update campaign_settings set send_window_start = '00:00', send_window_end = '00:00', send_days = ${settings.send_days},
        delay_between_emails_seconds = 0, daily_limit = 1000 where campaign_id = ${made.campaignId}::uuid`);
    return { ...first, ...made, contactIds, listId };
  });

const limitMailbox = ({ scope, emailAccountId }: Started, daily: number, delaySeconds = 0) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`
      update email_accounts set daily_limit = ${daily}, min_delay_seconds = ${delaySeconds} where id = ${emailAccountId}::uuid`),
  );

/** Enrolls everybody; nobody has told the first step of them yet. */
async function enroll(campaign: Started): Promise<void> {
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("campaign/step.due");
}

const drive = ({ scope, campaignId, stepIds }: Started, step = 0) =>
  withTenant(scope, async (tx) => {
    const stepId = stepIds[step] ?? "";
    const fence = (await takeOver(tx, { table: "step_drivers", id: stepId }, { runId: stepId })) ?? -1;
    return queueMessages(tx, { scope, campaignId, stepId, fence, limit: 100 });
  });

const slotted = async (campaign: Started) =>
  (await ledger(campaign)).filter(({ scheduled_for, sent_at }) => scheduled_for !== null && sent_at === null)
    .length;

const takeBack = ({ scope, campaignId }: Started) =>
  withTenant(scope, (tx) => releaseCampaignSlots(tx, { scope, campaignId }));

test("nothing is kept for a campaign that cannot send today: not on its own days without sending, nor where its people's windows are shut", async () => {
  const low = await newCampaign({ emails: people(6, "low"), settings });
  await limitMailbox(low, 6);
  const high = await beside(low, { name: "high", priority: 90 });
  await enroll(low);
  await enroll(high);
  const now = await withTenant(low.scope, (tx) => appNow(tx));
  const today = now.toISOString().slice(0, 10);
  await withTenant(low.scope, (tx) =>
    tx.execute(sql`
      insert into blackout_dates (name, starts_on, ends_on, campaign_ids)
      values ('Closed', ${today}::date, ${today}::date, array[${high.campaignId}::uuid])`),
  );
  await drive(low);
  expect(await slotted(low)).toBe(6);

  await takeBack(low);
  await withTenant(low.scope, (tx) => tx.execute(sql`delete from blackout_dates`));
  await drive(low);
  expect(await slotted(low)).toBe(0);

  // Open on the campaign's clock, over for its people three hours further east.
  const hour = (at: number) => new Date(at).toISOString().slice(11, 16);
  await changeSettings(
    high,
    sql`timezone = 'UTC', timezone_mode = 'recipient', send_days = array[${weekdayOf(now.getTime())}],
      send_window_start = ${hour(now.getTime() - 60_000)}, send_window_end = ${hour(now.getTime() + 3_600_000)}`,
  );
  await withTenant(low.scope, (tx) =>
    tx.execute(sql`update contacts set timezone = 'Etc/GMT-3' where email_normalized like 'high-%'`),
  );
  await drive(low);
  expect(await slotted(low)).toBe(6);
});

test("what opens later today is kept free of the day's limit, and holds up nobody until then", async () => {
  const low = await newCampaign({ emails: people(6, "low"), settings });
  const high = await beside(low, { name: "high", priority: 90 });
  await enroll(low);
  await enroll(high);
  const now = (await withTenant(low.scope, (tx) => appNow(tx))).getTime();
  const hour = (at: number) => new Date(at).toISOString().slice(11, 16);
  await changeSettings(
    high,
    sql`timezone = 'UTC', send_window_start = ${hour(now + 1_200_000)}, send_window_end = ${hour(now + 3_600_000)}`,
  );
  await limitMailbox(low, 8, 60);
  await drive(low);
  const slots = (await ledger(low)).flatMap(({ scheduled_for }) => scheduled_for?.getTime() ?? []);
  expect(slots).toHaveLength(2);
  expect(Math.min(...slots) - now).toBeLessThan(30_000);
});

test("first emails that lost their slots let others' follow-ups go first, and leave when these have left", async () => {
  const low = await newCampaign({ emails: people(6, "low"), settings });
  await enroll(low);
  await drive(low);
  await takeBack(low);
  const known = await withSecondEmailDue(low);
  await limitMailbox(low, 12);
  await drive(low);
  expect(await slotted(low)).toBe(0);
  await drive(known, 1);
  expect(await slotted(known)).toBe(6);
});

test("follow-ups that lost their slots come before others' first emails", async () => {
  const low = await newCampaign({ emails: people(6, "low"), settings });
  const known = await withSecondEmailDue(low);
  await limitMailbox(low, 12);
  await drive(known, 1);
  await takeBack(known);
  await enroll(low);
  await drive(low);
  expect(await slotted(low)).toBe(0);
  await drive(known, 1);
  expect(await slotted(known)).toBe(6);
});

/** A campaign beside it whose six people have had their first email and are due for the second. */
async function withSecondEmailDue(first: Started): Promise<Started> {
  const running = await queued(runner, await beside(first, { name: "known", steps: twice }));
  await settle(running, await claim(running), "sent");
  return running;
}
