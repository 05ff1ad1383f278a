import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createContacts, createSession } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { callerFor } from "#server/testing";
import { rollUp } from "./rollup.ts";
import { measures, periodMeasures } from "./schema.ts";
import { measured, writeMessage } from "./testing.ts";

test("every number counts messages once, without tests and machines, and equals a recount from the events", async () => {
  const { caller, campaignId: id, stepIds } = await measured();
  const live = await caller.analytics.live({ id });
  expect(live.numbers).toEqual({
    queued: 1,
    sent: 5,
    delivered: 4,
    bounced: 1,
    opened: 3,
    machineOpened: 1,
    clicked: 1,
    replied: 0,
    converted: 0,
    unsubscribed: 1,
    complained: 0,
    failed: 1,
    unknown: 1,
    withGaps: 0,
  });
  expect(await caller.analytics.recount({ id })).toEqual(live.numbers);
  expect(live.steps.map((step) => [step.stepId, step.numbers.sent])).toEqual([
    [stepIds[0], 4],
    [stepIds[1], 0],
    [stepIds[2], 1],
  ]);
  expect(live.unknown).toHaveLength(1);
  expect((await caller.campaigns.list({})).rows[0]?.numbers).toEqual(live.numbers);
});

test("behind every number stand the very messages it counts, of the campaign and of each step", async () => {
  const { caller, campaignId: id, stepIds } = await measured();
  const { numbers, steps } = await caller.analytics.live({ id });
  for (const is of measures) {
    const { rows, next } = await caller.analytics.messages({ id, is });
    expect([is, rows.length, next]).toEqual([is, numbers[is], null]);
    const ofStep = await caller.analytics.messages({ id, is, stepId: stepIds[0] });
    expect([is, ofStep.rows.length]).toEqual([is, steps[0]?.numbers[is]]);
  }
  const [latest] = (await caller.analytics.messages({ id, is: "sent" })).rows;
  const before = await caller.analytics.messages({ id, is: "sent", after: latest?.id });
  expect(before.rows).toHaveLength(numbers.sent - 1);
});

test("an open page is told what has changed, and nothing while nothing has", async () => {
  const { caller, scope, campaignId: id, stepIds, contactId } = await measured();
  const first = await caller.analytics.follow({ id });
  expect(first.value?.numbers.sent).toBe(5);
  expect(await caller.analytics.follow({ id, seen: first.version })).toEqual({
    version: first.version,
    value: null,
  });
  await withTenant(scope, (tx) =>
    writeMessage(
      tx,
      { campaignId: id, stepId: stepIds[0] ?? "", contactId },
      { status: "sent", sent: true, opened: true },
    ),
  );
  await expect
    .poll(async () => (await caller.analytics.follow({ id, seen: first.version })).value?.numbers.opened, {
      timeout: 15_000,
    })
    .toBe(4);
});

test("a day belongs to the workspace's zone, and days without anything are zeros", async () => {
  const { scope, userId, slug, campaignId: id } = await measured();
  await moveClock("2 days");
  const { sessionId } = await createSession(userId);
  const { analytics } = callerFor({ sessionId, workspaceSlug: slug });
  // Half past eleven at night in UTC is the next day in Berlin, summer and winter.
  const [late] = await withTenant(scope, (tx) =>
    tx.execute<{ day: string }>(sql`
      with late as (select date_trunc('day', app_now() at time zone 'UTC') - interval '2 days 30 minutes' as at)
      update content.email_messages m set sent_at = late.at at time zone 'UTC',
        unsubscribed_at = null,
        first_opened_at = case when first_opened_at is not null then late.at at time zone 'UTC' end,
        first_clicked_at = case when first_clicked_at is not null then late.at at time zone 'UTC' + interval '2 days' end
      from late where m.sent_at is not null returning to_char(app_now() at time zone 'UTC' - interval '2 days', 'YYYY-MM-DD') as day`),
  );
  const daily = async (of: string) =>
    (await analytics.timeline({ id: of, unit: "day" })).value?.buckets ?? [];
  const days = await daily(id);
  const { id: quiet } = await callerFor({ sessionId, workspaceSlug: slug }).campaigns.create({
    name: "Quiet",
    type: "drip",
  });
  expect(await daily(quiet)).toEqual([]);
  expect(days[0]?.at).toBe(late?.day);
  expect(days.slice(0, 3).map(({ sent, opened, clicked }) => [sent, opened, clicked])).toEqual([
    [5, 3, 0],
    [0, 0, 0],
    [0, 0, 1],
  ]);
});

test("a workspace's period sums its days, stands beside the one before, and is a file with one line a day", async () => {
  const { caller, scope, campaignId } = await measured();
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update content.email_messages set sent_at = app_now() - interval '8 days' where first_opened_at is null and sent_at is not null`),
  );
  await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`update campaigns set launched_at = app_now() - interval '9 days' where id = ${campaignId}::uuid`,
    );
    while ((await rollUp(tx))?.more);
  });
  const week = await caller.analytics.overview({ days: 7 });
  expect([week.totals.sent, week.totals.opened, week.before.sent, week.before.opened]).toEqual([3, 3, 2, 0]);
  expect(week.buckets.reduce((sum, { sent }) => sum + sent, 0)).toBe(3);
  expect([week.buckets.length, week.unit]).toEqual([7, "day"]);
  expect(week.campaigns.map(({ id, sent }) => [id, sent])).toEqual([[campaignId, 3]]);
  // Every number leads to exactly what it counts, of the campaign and of the mailbox too, page by page.
  for (const is of periodMeasures) {
    const period = { from: week.from, to: week.to };
    for (const [of, totals] of [
      [{}, week.totals],
      [{ campaign: campaignId }, week.campaigns[0]],
      [{ mailbox: week.mailboxes[0]?.id }, week.mailboxes[0]],
    ] as const) {
      const { rows } = await caller.analytics.happenings({ is, ...period, ...of });
      const number = totals?.[is === "machineOpened" ? "machineOpens" : is];
      expect([is, new Set(rows.map(({ id }) => id)).size]).toEqual([is, number]);
    }
  }
  const year = await caller.analytics.overview({ days: 365 });
  expect([year.totals.sent, year.unit, year.mailboxes[0]?.sent]).toEqual([5, "week", 5]);
  const { lines, next } = await caller.analytics.file({});
  expect([lines.split("\r\n")[0], next]).toEqual([
    expect.stringContaining("date,campaign,emails_sent"),
    null,
  ]);
  expect(lines.trim().split("\r\n")).toHaveLength(3);
  const ofEmails = await caller.analytics.file({ campaignId });
  expect(ofEmails.lines.trim().split("\r\n")).toHaveLength(4);
  const chosen = await caller.analytics.overview({ days: 30, from: week.from, to: week.to });
  expect(chosen.totals).toEqual(week.totals);
});

test("everybody's place says in words why they stand there or why they left", async () => {
  const { caller, scope, campaignId: id, stepIds, contactId } = await measured();
  await withTenant(scope, async (tx) => {
    const [gone = ""] = await createContacts(tx, [{ email: "bob@example.test" }]);
    await tx.execute(sql`
      insert into campaign_contacts (campaign_id, contact_id, status, current_step_id, next_email_scheduled_at, wait_reason, exit_reason)
      values (${id}::uuid, ${contactId}::uuid, 'active', ${stepIds[1]}::uuid, app_now() + interval '1 day', 'waiting', null),
        (${id}::uuid, ${gone}::uuid, 'unsubscribed', null, null, null, 'unsubscribed')`);
  });
  const all = await caller.analytics.people({ id });
  expect(all.rows.map((row) => [row.email, row.stepNumber, row.why])).toEqual(
    expect.arrayContaining([
      ["ada@example.test", 2, "Waiting for the time of this step."],
      ["bob@example.test", null, "Unsubscribed."],
    ]),
  );
  expect((await caller.analytics.people({ id, status: "live" })).rows.map((row) => row.email)).toEqual([
    "ada@example.test",
  ]);
  const live = await caller.analytics.live({ id });
  expect(live.steps[1]).toMatchObject({ here: 1, waiting: 1, passed: 0 });
  expect(live.people).toBe(2);
  expect(live.reasons.map(({ status, why, count }) => [status, why, count])).toEqual([
    ["active", "Waiting for the time of this step.", 1],
    ["unsubscribed", "Unsubscribed.", 1],
  ]);
  const gone = await caller.analytics.people({ id, reason: "unsubscribed" });
  expect(gone.rows.map((row) => row.email)).toEqual(["bob@example.test"]);
});

test("home tells what happened in a campaign by the hour, and what has ended lately", async () => {
  const { caller, scope, campaignId, stepIds } = await measured();
  await withTenant(scope, async (tx) => {
    const [contactId = ""] = await createContacts(tx, [{ email: "bob@example.test" }]);
    const of = { campaignId, stepId: stepIds[0] ?? "", contactId };
    await writeMessage(tx, of, { status: "sent", sent: true, opened: true });
    await tx.execute(
      sql`update campaigns set status = 'completed', completed_at = app_now() where id = ${campaignId}::uuid`,
    );
  });
  const { activity, running, completed } = await caller.analytics.home();
  const told = activity.map(({ kind, who, count }) => [kind, who, count]);
  expect(told.filter(([kind]) => kind === "opened")).toEqual([["opened", "bob@example.test", 2]]);
  expect(told.filter(([kind]) => kind === "unsubscribed")).toEqual([["unsubscribed", "ada@example.test", 1]]);
  expect(running).toEqual([]);
  expect(completed.map(({ id, numbers }) => [id, numbers.sent])).toEqual([[campaignId, 6]]);
});

test("home names what waits for a person", async () => {
  const { caller, scope, campaignId } = await measured();
  await caller.campaigns.create({ name: "Half done", type: "broadcast" });
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update campaigns set status = 'paused', pause_reason = 'Too many bounces.' where id = ${campaignId}::uuid`,
    ),
  );
  const home = await caller.analytics.home();
  expect(home.needs.map((need) => [need.kind, need.detail])).toEqual([
    ["campaign_paused", "Too many bounces."],
    ["messages_unknown", null],
    ["draft", null],
  ]);
  expect(home.onboarding).toEqual({
    mailbox: true,
    postalAddress: true,
    contacts: true,
    campaign: true,
    launched: true,
    hidden: false,
  });
  await caller.analytics.hideOnboarding();
  expect((await caller.analytics.home()).onboarding.hidden).toBe(true);
});
