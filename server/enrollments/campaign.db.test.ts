// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { commitThenSend } from "#server/drivers/events";
import { sinks } from "#server/messages/testing-sinks";
import { recordHits } from "#server/tracking/hits";
import { pauseCampaign, resumeCampaign } from "./launch.ts";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  places,
  statusOf,
  type Started,
} from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const mailsOf = ({ scope }: Started) => sinks.mails.filter((mail) => mail.raw.includes(scope.workspaceId));
const people = (count: number, name = "person") =>
  Array.from({ length: count }, (_, index) => `${name}-${index}@example.test`);

test("a drip goes through email, wait, condition and action, each way to its end, and its numbers add up", async () => {
  const [first, wait, condition, tag, nudge] = Array.from({ length: 5 }, () => crypto.randomUUID());
  const campaign = await newCampaign({
    emails: people(6),
    steps: [
      emailStep({ id: first }),
      { id: wait, stepType: "wait", waitDuration: { value: 2, unit: "days" } },
      {
        id: condition,
        stepType: "condition",
        conditionRules: { version: 1, match: "all", rules: [{ field: "email_opened", operator: "is_true" }] },
        nextStepId: null,
        trueNextStepId: tag,
        falseNextStepId: nudge,
      },
      { id: tag, stepType: "action", actionType: "add_tag", actionConfig: { tag: "keen" }, nextStepId: null },
      emailStep({ id: nudge, subjectLine: "Did you see it?" }),
    ],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(mailsOf(campaign)).toHaveLength(6);
  expect((await places(campaign)).map((one) => [one.current_step_id, one.wait_reason])).toEqual(
    Array.from({ length: 6 }, () => [wait, "waiting"]),
  );

  await runner.pass("1 hour");
  const openers = (await ledger(campaign)).slice(0, 2);
  await openMails(
    campaign,
    openers.map((row) => row.id),
  );
  await runner.pass("2 days");
  expect(await statusOf(campaign)).toBe("completed");
  const nudged = mailsOf(campaign)
    .filter((mail) => mail.subject === "Did you see it?")
    .map((mail) => mail.to);
  const opened = openers.map((row) => row.to_email);
  expect(nudged.sort()).toEqual(people(6).filter((email) => !opened.includes(email)));
  expect((await tagged(campaign, "keen")).sort()).toEqual(opened.sort());
  await expectNumbersToAddUp(campaign);
});

async function openMails({ scope }: Started, ids: string[]) {
  const hit = {
    type: "opened",
    linkIndex: null,
    url: null,
    ip: "203.0.113.9",
    userAgent: "Mozilla/5.0",
    machineReason: null,
  } as const;
  await commitThenSend(scope, (tx) =>
    recordHits(
      tx,
      scope,
      ids.map((messageId) => ({ ...hit, messageId })),
    ),
  );
}

const tagged = ({ scope }: Started, tag: string) =>
  withTenant(scope, async (tx) =>
    (
      await tx.execute<{ email: string }>(sql`
        select c.email from contacts c join contact_tags ct on ct.contact_id = c.id join tags t on t.id = ct.tag_id where t.name = ${tag}`)
    ).map((row) => row.email),
  );

/** Every cached number against a plain recount of the rows it stands for. */
async function expectNumbersToAddUp({ scope, campaignId, emailAccountId }: Started) {
  const wrong = await withTenant(scope, (tx) =>
    tx.execute(sql`
      with m as (select * from content.email_messages where campaign_id = ${campaignId}::uuid),
      counted as (
        select 'campaign sent' as what, k.emails_sent as cached, (select count(*) from m where sent_at is not null) as real from campaigns k where k.id = ${campaignId}::uuid
        union all select 'campaign opened', k.emails_opened, (select count(*) from m where first_opened_at is not null) from campaigns k where k.id = ${campaignId}::uuid
        union all select 'campaign contacts', k.total_contacts, (select count(*) from campaign_contacts where campaign_id = k.id) from campaigns k where k.id = ${campaignId}::uuid
        union all select 'step ' || s.step_order, s.emails_sent, (select count(*) from m where m.step_id = s.id and sent_at is not null) from campaign_steps s where s.campaign_id = ${campaignId}::uuid
        union all select 'enrollment ' || e.id, e.total_emails_sent, (select count(*) from m where m.enrollment_id = e.id and sent_at is not null) from campaign_contacts e where e.campaign_id = ${campaignId}::uuid
        union all select 'steps of ' || e.id, e.steps_completed, (select count(*) from enrollment_step_log l where l.enrollment_id = e.id and l.outcome <> 'exited') from campaign_contacts e where e.campaign_id = ${campaignId}::uuid
        union all select 'reserved ' || u.day, u.reserved, (select count(*) from m where campaign_day = u.day and delivery_status = 'queued') from campaign_usage u where u.campaign_id = ${campaignId}::uuid
        union all select 'used ' || u.day, u.sent, (select count(*) from m where campaign_day = u.day and delivery_status <> 'queued') from campaign_usage u where u.campaign_id = ${campaignId}::uuid
        union all select 'mailbox ' || u.day, u.sent, (select count(*) from m where mailbox_day = u.day and delivery_status <> 'queued') from mailbox_usage u where u.email_account_id = ${emailAccountId}::uuid
      ) select * from counted where cached <> real`),
  );
  expect([...wrong]).toEqual([]);
}

test("engine state lost at any point changes nothing in the end: the sweeper finds what the rows call for", async () => {
  const campaign = await newCampaign({
    emails: people(5, "wiped"),
    steps: [
      emailStep(),
      { stepType: "wait", waitDuration: { value: 1, unit: "hours" } },
      emailStep({ subjectLine: "Second" }),
    ],
  });
  await launch(campaign.scope, campaign.campaignId);
  for (let round = 0; round < 14 && (await statusOf(campaign)) === "active"; round += 1) {
    // Each round loses every event and every sleeping run there is, then lets one round of the sweep be acted on.
    runner.forget();
    await runner.pass("10 minutes");
    await runner.sweep();
    await runner.settle();
  }
  expect(await statusOf(campaign)).toBe("completed");
  expect(
    mailsOf(campaign)
      .map((mail) => `${mail.to} ${mail.subject}`)
      .sort(),
  ).toEqual(
    people(5, "wiped")
      .flatMap((email) => [`${email} Hello Ada`, `${email} Second`])
      .sort(),
  );
  await expectNumbersToAddUp(campaign);
});

test("a campaign that reaches nobody completes", async () => {
  const campaign = await newCampaign({ emails: [] });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await statusOf(campaign)).toBe("completed");
});

test("overlapping audiences enroll once, an excluded or suppressed contact and one added later not at all", async () => {
  const campaign = await newCampaign({ emails: ["a@x.test", "b@x.test", "c@x.test", "d@x.test"] });
  await withTenant(campaign.scope, async (tx) => {
    const [a, b, c] = campaign.contactIds;
    const second = await createList(tx, { contactIds: [a ?? "", b ?? ""] });
    const excluded = await createList(tx, { contactIds: [c ?? ""] });
    const audience = { everyone: false, include: [campaign.listId, second], exclude: [excluded] };
    await tx.execute(
      sql`update campaigns set audience = ${JSON.stringify(audience)}::jsonb where id = ${campaign.campaignId}::uuid`,
    );
    await tx.execute(sql`insert into suppressions (email_normalized, scope, workspace_id, reason, source)
      values ('d@x.test', 'workspace', ${campaign.workspaceId}::uuid, 'asked', 'manual')`);
  });
  await launch(campaign.scope, campaign.campaignId);
  await withTenant(campaign.scope, async (tx) => {
    const [late] = await createContacts(tx, [{ email: "late@x.test" }]);
    await tx.execute(
      sql`insert into segment_contacts (segment_id, contact_id) values (${campaign.listId}::uuid, ${late}::uuid)`,
    );
  });
  await runner.settle();
  expect((await places(campaign)).map((one) => one.email)).toEqual(["a@x.test", "b@x.test"]);
  expect(mailsOf(campaign)).toHaveLength(2);
});

test("launched twice at once, it starts once", async () => {
  const campaign = await newCampaign({ emails: people(3, "twice") });
  const both = await Promise.allSettled([
    launch(campaign.scope, campaign.campaignId),
    launch(campaign.scope, campaign.campaignId),
  ]);
  expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
  await runner.settle();
  expect(mailsOf(campaign)).toHaveLength(3);
});

test("a campaign that is launched while no server takes events has been launched, and starts when one does", async () => {
  const campaign = await newCampaign({ emails: people(3, "deaf") });
  sinks.takesEvents = false;
  await launch(campaign.scope, campaign.campaignId);
  expect(sinks.events).toEqual([]);
  sinks.takesEvents = true;
  await runner.pass("2 minutes");
  await runner.sweep();
  await runner.settle();
  expect(mailsOf(campaign)).toHaveLength(3);
});

test("a pause stops everything that has not been handed over, and resuming spreads it anew", async () => {
  const campaign = await newCampaign({
    emails: people(6, "paced"),
    settings: {
      send_window_start: "00:00",
      send_window_end: "00:00",
      send_days: sql`array['mon','tue','wed','thu','fri','sat','sun']`,
      daily_limit: 1000,
      delay_between_emails_seconds: 60,
    },
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  await runner.pass("30 seconds", 4);
  const before = mailsOf(campaign).length;
  expect(before).toBeGreaterThan(0);
  await withTenant(campaign.scope, (tx) => pauseCampaign(tx, { campaignId: campaign.campaignId }));
  await runner.pass("20 minutes", 3);
  await runner.sweep();
  await runner.settle();
  expect(mailsOf(campaign)).toHaveLength(before);

  await commitThenSend(campaign.scope, (tx) => resumeCampaign(tx, { campaignId: campaign.campaignId }));
  await runner.settle();
  expect(mailsOf(campaign).length - before).toBeLessThanOrEqual(1);
  await runner.pass("49 seconds", 8);
  expect(mailsOf(campaign)).toHaveLength(6);
  const times = (await ledger(campaign)).map((row) => row.claimed_at?.getTime() ?? 0).sort((a, b) => a - b);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(48_000);
});

test("an action that is run again after a crash happens once", async () => {
  const campaign = await newCampaign({
    emails: people(3, "acted"),
    steps: [
      { stepType: "action", actionType: "update_field", actionConfig: { field: "company", value: "Acme" } },
      emailStep(),
    ],
  });
  await launch(campaign.scope, campaign.campaignId);
  // The launch's run dies after every step it takes; each time another takes over where the rows stand.
  for (let round = 0; round < 4; round += 1) {
    await runner.settle();
    runner.forget();
    await runner.pass("3 minutes");
    await runner.sweep();
  }
  await runner.settle();
  const [events] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ count: number }>(
      sql`select count(*)::int as count from contact_events where type = 'contact.updated'`,
    ),
  );
  expect(events?.count).toBe(3);
  expect(mailsOf(campaign)).toHaveLength(3);
});
