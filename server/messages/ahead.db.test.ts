import { type SQL, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { appNow } from "#db/clock";
import { createCampaign, createContacts, createList, createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { applyChange } from "#server/contact-edits/apply";
import { takeOver } from "#server/drivers/mutations";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { createPool } from "#server/pools/mutations";
import { weekdayOf } from "#server/planner/window";
import { ensureTags } from "#server/tags/mutations";
import { nameUndisturbedTag } from "#server/tags/undisturbed";
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
    count = 6,
    priority = 50,
    steps = [emailStep()],
  }: { name: string; count?: number; priority?: number; steps?: ReturnType<typeof emailStep>[] },
) =>
  withTenant(first.scope, async (tx): Promise<Started> => {
    const contactIds = await createContacts(
      tx,
      people(count, name).map((email) => ({ email })),
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

test("nothing is kept for those whom their tag leaves alone: a first email leaves in the room of the day", async () => {
  const wait = { stepType: "wait" as const, waitDuration: { value: 30, unit: "hours" } };
  const steps = [emailStep(), wait, emailStep({ subjectLine: "Again" })];
  const campaign = await newCampaign({ emails: people(3), settings: { ...settings, daily_limit: 2 }, steps });
  const { scope, campaignId, contactIds, workspaceId, userId } = campaign;
  await launch(scope, campaignId);
  await runner.settle();
  const sent = async () => (await ledger(campaign)).filter(({ sent_at }) => sent_at !== null).length;
  expect(await sent()).toBe(2);
  await withTenant(scope, async (tx) => {
    const { ids } = await ensureTags(tx, ["quiet"]);
    await nameUndisturbedTag(tx, { tagId: ids.get("quiet") ?? null, workspaceId, userId });
    const these = { ids: contactIds.slice(0, 2), actorId: userId };
    await applyChange(tx, { action: "tag", tag: "quiet" }, these);
  });
  // The next day has begun, in whose course the wait of the two ends.
  await runner.pass("1 hour", 20);
  expect((await places(campaign)).map((place) => place.wait_reason)).toEqual(Array(3).fill("waiting"));
  expect(await sent()).toBe(3);
});

test("however many whom their tag leaves alone fall due first, room is kept for those behind them", async () => {
  const low = await newCampaign({ emails: people(1, "low"), settings });
  await limitMailbox(low, 1);
  const high = await beside(low, { name: "high", count: 2_001, priority: 90 });
  await enroll(low);
  await enroll(high);
  const { scope, workspaceId, userId } = low;
  await withTenant(scope, async (tx) => {
    const { ids } = await ensureTags(tx, ["quiet"]);
    const tagId = ids.get("quiet") ?? null;
    await nameUndisturbedTag(tx, { tagId, workspaceId, userId });
    await tx.execute(sql`insert into contact_tags (contact_id, tag_id)
      select contact_id, ${tagId}::uuid from campaign_contacts where campaign_id = ${high.campaignId}::uuid
      order by next_email_scheduled_at, id limit 2000`);
    await tx.execute(sql`update campaign_contacts e set next_email_scheduled_at = next_email_scheduled_at + interval '1 millisecond'
      where campaign_id = ${high.campaignId}::uuid and not exists (select from contact_tags t where t.contact_id = e.contact_id)`);
  });
  await drive(low);
  expect(await slotted(low)).toBe(0);
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

test("nothing is kept for a campaign that cannot send: its pool is switched off, has nobody in it, or stands badly", async () => {
  const low = await newCampaign({ emails: people(6, "low"), settings });
  const known = await withSecondEmailDue(low);
  await limitMailbox(low, 12);
  const change = (...changes: SQL[]) =>
    withTenant(low.scope, async (tx) => {
      for (const each of changes) await tx.execute(each);
    });
  await withTenant(low.scope, async (tx) => {
    const { id } = await createPool(tx, low.userId, {
      name: "Pool",
      strategy: "round_robin",
      dailyLimitPerAccount: null,
      members: [{ mailboxId: low.emailAccountId, weight: 1 }],
    });
    await tx.execute(
      sql`update campaigns set rotation_pool_id = ${id}::uuid where id = ${known.campaignId}::uuid`,
    );
  });
  await enroll(low);
  const given = async () => {
    await takeBack(low);
    await drive(low);
    return slotted(low);
  };
  expect(await given()).toBe(0);

  await change(sql`update rotation_pools set is_active = false`);
  expect(await given()).toBe(6);
  await change(
    sql`update rotation_pools set is_active = true`,
    sql`update pool_members set status = 'paused'`,
  );
  expect(await given()).toBe(6);
  // A hundred more have left, and too many of them came back.
  await change(
    sql`update pool_members set status = 'active'`,
    sql`update mailbox_usage set sent = sent + 100, bounced = 10`,
  );
  await limitMailbox(low, 112);
  expect(await given()).toBe(6);
  await change(sql`update mailbox_usage set bounced = 0`);
  expect(await given()).toBe(0);
});

test("a campaign that sends slowly has only what it can use kept for it, and the day's limit for what it can use today", async () => {
  const low = await newCampaign({ emails: people(6, "low"), settings });
  const known = await withSecondEmailDue(low);
  await changeSettings(known, sql`delay_between_emails_seconds = 600`);
  await limitMailbox(low, 1_000, 180);
  await enroll(low);
  await drive(low);
  // In 15 minutes the mailbox has room for five, of which the other campaign can use two.
  expect(await slotted(low)).toBe(3);

  await takeBack(low);
  await limitMailbox(low, 15);
  await drive(low);
  expect(await slotted(low)).toBe(3);

  // Three of them in the next half an hour, and none after that.
  const now = (await withTenant(low.scope, (tx) => appNow(tx))).getTime();
  const hour = (at: number) => new Date(at).toISOString().slice(11, 16);
  await changeSettings(
    known,
    sql`timezone = 'UTC', send_window_start = ${hour(now - 60_000)}, send_window_end = ${hour(now + 1_620_000)}`,
  );
  await takeBack(low);
  await drive(low);
  expect(await slotted(low)).toBe(6);
});

test("what another campaign sends from one mailbox of a pool holds up no other of it", async () => {
  const low = await newCampaign({ emails: people(6, "low"), settings });
  const known = await withSecondEmailDue(low);
  await limitMailbox(low, 1_000, 600);
  const other = await withTenant(low.scope, async (tx) => {
    const free = await createMailbox(tx, { email: "free@acme.test" });
    const { id } = await createPool(tx, low.userId, {
      name: "Pool",
      strategy: "round_robin",
      dailyLimitPerAccount: null,
      members: [low.emailAccountId, free].map((mailboxId) => ({ mailboxId, weight: 1 })),
    });
    await tx.execute(
      sql`update campaigns set rotation_pool_id = ${id}::uuid where id = ${low.campaignId}::uuid`,
    );
    await tx.execute(sql`update email_accounts set min_delay_seconds = 120 where id = ${free}::uuid`);
    return free;
  });
  await enroll(low);
  await drive(low);
  const from = await withTenant(low.scope, (tx) =>
    tx.execute<{ id: string }>(sql`
      select distinct email_account_id as id from content.email_messages
      where campaign_id = ${low.campaignId}::uuid and scheduled_for is not null`),
  );
  expect(from).toEqual([{ id: other }]);
  expect(await slotted(low)).toBe(6);
  await drive(known, 1);
  expect(await slotted(known)).toBe(1);
});

test("two steps that both write to people old and new do not wait for each other: follow-ups of either go on", async () => {
  const low = await newCampaign({ emails: people(6, "low"), settings });
  const one = await withSecondEmailDue(low, "one");
  await withSecondEmailDue(low, "two");
  // A branch leads somebody to the second email who has had none before.
  await withTenant(low.scope, (tx) =>
    tx.execute(sql`
      update campaign_contacts e set last_message_id = null, pinned_account_id = null from contacts c
      where c.id = e.contact_id and c.email_normalized in ('one-0@example.test', 'two-0@example.test')`),
  );
  await limitMailbox(low, 1_000, 240);
  await drive(one, 1);
  expect(await slotted(one)).toBe(3);
  const written = (await ledger(one)).filter(({ scheduled_for, sent_at }) => scheduled_for && !sent_at);
  expect(written.map(({ to_email: to }) => to)).not.toContain("one-0@example.test");
});

/** A campaign beside it whose six people have had their first email and are due for the second. */
async function withSecondEmailDue(first: Started, name = "known"): Promise<Started> {
  const running = await queued(runner, await beside(first, { name, steps: twice }));
  await settle(running, await claim(running), "sent");
  return running;
}
