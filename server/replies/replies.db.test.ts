import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { liveNumbers, recountNumbers } from "#server/analytics/queries";
import { createRunner, emailStep, ledger, places, statusOf } from "#server/enrollments/testing";
import { people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { archiveContacts, restoreContacts } from "#server/contacts/lifecycle";
import { complaintReport, postfixReport, replyMail } from "./testing-mails.ts";
import { arrive, contactState, readAll, sentTo, traces, underway } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const wait = { stepType: "wait" as const, waitDuration: { value: 2, unit: "days" } };
const twoMails = [emailStep(), wait, emailStep({ subjectLine: "Again" })];
const placeOf = async (campaign: Parameters<typeof places>[0], email: string) =>
  (await places(campaign)).find((place) => place.email === email);

test("a reply found by its references ends the contact's way, counts once, and reaches who launched it", async () => {
  const campaign = await underway(runner, { emails: people(3), steps: twoMails });
  const answered = await sentTo(campaign, "person-1@example.test");
  const from = "assistant@elsewhere.test";
  await arrive(
    campaign,
    replyMail({ from, text: "Yes please" }, { head: [`In-Reply-To: ${answered.messageId}`] }),
    replyMail(
      { from, text: "One more thing" },
      { head: [`References: <other@x.test> ${answered.messageId}`] },
    ),
  );
  expect(await readAll(campaign)).toBe(2);
  expect(await placeOf(campaign, "person-1@example.test")).toMatchObject({
    status: "replied",
    exit_reason: "replied",
  });
  expect(await traces(campaign)).toMatchObject({ replies: 2, inbound: 2, replied: 1, bounced: 0 });
  expect(await contactState(campaign, "person-1@example.test")).toMatchObject({
    stage: "replied",
    status: "active",
  });
  await runner.pass("3 days");
  const second = (await ledger(campaign)).filter((row) => row.step_id === campaign.stepIds[2]);
  expect(second.map((row) => row.to_email).sort()).toEqual([
    "person-0@example.test",
    "person-2@example.test",
  ]);
  const counted = await withTenant(campaign.scope, async (tx) => [
    (await liveNumbers(tx, [campaign.campaignId])).of(campaign.campaignId),
    await recountNumbers(tx, campaign.campaignId),
  ]);
  expect(counted[0]).toEqual(counted[1]);
  expect(counted[0]).toMatchObject({ sent: 5, replied: 1 });
});

test("without references a signed link in the quote, and without that the address, says whose answer it is", async () => {
  const campaign = await underway(runner, { emails: people(3), steps: twoMails });
  const quoted = sinks.mails.find(
    (mail) => mail.to === "person-0@example.test" && mail.messageId === "",
  )?.raw;
  expect(quoted).toBeUndefined();
  const sent = await sentTo(campaign, "person-0@example.test");
  const raw = sinks.mails.find((mail) => mail.messageId === sent.messageId)?.raw ?? "";
  const link = /List-Unsubscribe: <([^>]+)>/.exec(raw.replace(/\r\n[ \t]+/g, ""))?.[1];
  await arrive(
    campaign,
    replyMail({ from: "colleague@elsewhere.test", text: `See below\n\n> ${link}` }, { subject: "Other" }),
    replyMail({ from: "Person-1@Example.test", text: "Hi" }, {}),
    replyMail({ from: "person-2@example.test" }, { head: ["List-Unsubscribe: <mailto:x@y.test>"] }),
    replyMail({ from: "stranger@example.test" }, {}),
  );
  expect(await readAll(campaign)).toBe(2);
  expect((await places(campaign)).map(({ status }) => status)).toEqual(["replied", "replied", "active"]);
});

test("an automatic answer is kept and ends nothing, unless the campaign says so", async () => {
  const given = { emails: people(1), steps: twoMails };
  const campaign = await underway(runner, given);
  const strict = await underway(runner, {
    ...given,
    settings: { no_limits: true, stop_on_auto_reply: true },
  });
  for (const each of [campaign, strict]) {
    const { messageId } = await sentTo(each, "person-0@example.test");
    const head = [`In-Reply-To: ${messageId}`, "Auto-Submitted: auto-replied"];
    await arrive(each, replyMail({ from: "person-0@example.test", text: "I am away" }, { head }));
    expect(await readAll(each)).toBe(1);
    expect(await traces(each)).toMatchObject({ inbound: 1, replies: 0, replied: 0 });
  }
  expect(await placeOf(campaign, "person-0@example.test")).toMatchObject({ status: "active" });
  expect(await placeOf(strict, "person-0@example.test")).toMatchObject({
    status: "exited",
    exit_reason: "auto_reply",
  });
});

test("who is away is written to again a business day after they are back, where the campaign says so", async () => {
  const settings = { no_limits: true, snooze_on_auto_reply: true };
  const campaign = await underway(runner, { emails: people(1), steps: twoMails, settings });
  const { messageId } = await sentTo(campaign, "person-0@example.test");
  const head = [`In-Reply-To: ${messageId}`, "Auto-Submitted: auto-replied"];
  const [clock] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ back: string; again: string }>(sql`
      select (app_now() + interval '9 days')::date::text as back,
        (app_now()::date + 9 + case extract(isodow from app_now()::date + 9) when 5 then 3 when 6 then 3 when 7 then 2 else 1 end)::text as again`),
  );
  await arrive(
    campaign,
    replyMail({ from: "person-0@example.test", text: `Back on ${clock?.back}` }, { head }),
  );
  expect(await readAll(campaign)).toBe(1);
  const until = async () => {
    const [row] = await withTenant(campaign.scope, (tx) =>
      tx.execute<{ until: string | null }>(
        sql`select (snoozed_until at time zone 'UTC')::date::text as until from contacts where id = ${campaign.contactIds[0]}::uuid`,
      ),
    );
    return row?.until ?? null;
  };
  expect(await until()).toBe(clock?.again);
});

test("a campaign that does not stop on replies goes on, and counts them", async () => {
  const campaign = await underway(runner, { emails: people(1), steps: twoMails });
  await withTenant(campaign.scope, (tx) => tx.execute(sql`update campaigns set reply_stops = false`));
  const { messageId } = await sentTo(campaign, "person-0@example.test");
  await arrive(
    campaign,
    replyMail({ from: "person-0@example.test" }, { head: [`In-Reply-To: ${messageId}`] }),
  );
  expect(await readAll(campaign)).toBe(1);
  expect(await placeOf(campaign, "person-0@example.test")).toMatchObject({ status: "active" });
  expect(await traces(campaign)).toMatchObject({ replies: 1, replied: 1 });
});

test("colleagues leave with who replied where the campaign says so, and never by a public domain", async () => {
  const settings = { no_limits: true, stop_company_on_reply: true };
  const emails = ["a@acme.test", "b@acme.test", "c@other.test", "d@gmail.com", "e@gmail.com"];
  const campaign = await underway(runner, { emails, steps: twoMails, settings });
  for (const email of ["a@acme.test", "d@gmail.com"]) {
    const { messageId } = await sentTo(campaign, email);
    await arrive(campaign, replyMail({ from: email }, { head: [`In-Reply-To: ${messageId}`] }));
  }
  expect(await readAll(campaign)).toBe(2);
  expect((await places(campaign)).map(({ email, exit_reason }) => [email, exit_reason])).toEqual([
    ["a@acme.test", "replied"],
    ["b@acme.test", "colleague_replied"],
    ["c@other.test", null],
    ["d@gmail.com", "replied"],
    ["e@gmail.com", null],
  ]);
});

test('who answers no more than "unsubscribe" is not mailed by this workspace again', async () => {
  const campaign = await underway(runner, { emails: people(1), steps: twoMails });
  const { messageId } = await sentTo(campaign, "person-0@example.test");
  await arrive(
    campaign,
    replyMail(
      { from: "person-0@example.test", text: "Please remove me." },
      { head: [`In-Reply-To: ${messageId}`] },
    ),
  );
  expect(await readAll(campaign)).toBe(1);
  expect(await placeOf(campaign, "person-0@example.test")).toMatchObject({ status: "unsubscribed" });
  expect(await contactState(campaign, "person-0@example.test")).toMatchObject({
    status: "unsubscribed",
    suppressed: "workspace:unsubscribed",
  });
});

test("a hard bounce closes the address, a block does not, a forged one only ends the way", async () => {
  const campaign = await underway(runner, { emails: people(4), steps: twoMails });
  const [hard, block, forged] = await Promise.all(
    [0, 1, 2].map((n) => sentTo(campaign, `person-${n}@example.test`)),
  );
  if (!hard || !block || !forged) throw new Error("missing");
  const policy = { status: "5.7.1", diagnostic: "550 5.7.1 refused by policy" };
  await arrive(
    campaign,
    postfixReport(hard),
    postfixReport(hard),
    postfixReport(block, policy),
    postfixReport({ ...forged, messageId: "<made@up.test>" }),
  );
  expect(await readAll(campaign)).toBe(4);
  const state = async (n: number) => ({
    ...(await placeOf(campaign, `person-${n}@example.test`)),
    ...(await contactState(campaign, `person-${n}@example.test`)),
  });
  expect(await state(0)).toMatchObject({
    exit_reason: "bounced_hard",
    status: "bounced",
    suppressed: "workspace:hard_bounce",
  });
  expect(await state(1)).toMatchObject({ exit_reason: "send_failed", status: "active", suppressed: null });
  expect(await state(2)).toMatchObject({ exit_reason: "bounced_hard", status: "active", suppressed: null });
  expect(await state(3)).toMatchObject({ exit_reason: null, status: "active" });
  // The second report of the same message changes nothing.
  expect(await traces(campaign)).toMatchObject({ inbound: 4, bounced: 3, mailboxBounced: 3, suppressed: 1 });
  const rows = await ledger(campaign);
  expect(rows.find((row) => row.id === hard.id)).toMatchObject({
    delivery_status: "bounced",
    error: expect.stringContaining("User unknown") as string,
  });
});

test("soft bounces close an address at the third in a row, in whatever order their reports come", async () => {
  const daily = { stepType: "wait" as const, waitDuration: { value: 1, unit: "days" } };
  const steps = [emailStep(), daily, emailStep(), daily, emailStep(), daily, emailStep()];
  const emails = ["late@example.test", "lucky@example.test"];
  const campaign = await underway(runner, { emails, steps });
  await runner.pass("25 hours", 2);
  const to = async (email: string) =>
    (await ledger(campaign))
      .filter((row) => row.to_email === email)
      .sort((a, b) => ((a.sent_at ?? 0) < (b.sent_at ?? 0) ? -1 : 1));
  const full = { status: "5.2.2", diagnostic: "552 5.2.2 mailbox full" };
  const report = (row: { to_email: string; rfc_message_id: string } | undefined) =>
    postfixReport({ to: row?.to_email ?? "", messageId: row?.rfc_message_id ?? "" }, full);
  const [late, lucky] = [await to("late@example.test"), await to("lucky@example.test")];
  expect(late).toHaveLength(3);
  await arrive(campaign, report(late[2]), report(late[0]), report(lucky[0]), report(lucky[2]));
  await readAll(campaign);
  expect(await contactState(campaign, "late@example.test")).toMatchObject({ status: "active", soft: 1 });
  await arrive(campaign, report(late[1]));
  await readAll(campaign);
  expect(await contactState(campaign, "late@example.test")).toMatchObject({
    status: "bounced",
    soft: 3,
    suppressed: "workspace:soft_bounces",
  });
  expect(await contactState(campaign, "lucky@example.test")).toMatchObject({
    status: "active",
    soft: 1,
    suppressed: null,
  });
  expect((await places(campaign)).map(({ exit_reason }) => exit_reason)).toEqual([
    "bounced_soft_limit",
    null,
  ]);
});

test("a complaint binds the whole organization, and is believed only with a mark of ours", async () => {
  const campaign = await underway(runner, { emails: people(2), steps: twoMails });
  const [one, two] = [
    await sentTo(campaign, "person-0@example.test"),
    await sentTo(campaign, "person-1@example.test"),
  ];
  await arrive(campaign, complaintReport(one), complaintReport({ ...two, messageId: "<made@up.test>" }));
  expect(await readAll(campaign)).toBe(1);
  expect(await contactState(campaign, "person-0@example.test")).toMatchObject({
    status: "complained",
    suppressed: "tenant:complained",
  });
  expect(await placeOf(campaign, "person-0@example.test")).toMatchObject({
    status: "unsubscribed",
    exit_reason: "complained",
  });
  expect(await placeOf(campaign, "person-1@example.test")).toMatchObject({ exit_reason: null });
  const [complaining = ""] = campaign.contactIds;
  const [noted] = await withTenant(campaign.scope, async (tx) => {
    await archiveContacts(tx, [complaining], { actorId: null });
    await restoreContacts(tx, [complaining], { actorId: null });
    return tx.execute(sql`select status, complained_at from contacts where id = ${complaining}::uuid`);
  });
  expect(noted, "the archive forgets no complaint").toMatchObject({
    status: "complained",
    complained_at: expect.any(Date) as Date,
  });
});

test("the last one's reply completes the campaign", async () => {
  const campaign = await underway(runner, { emails: people(1), steps: twoMails });
  const { messageId } = await sentTo(campaign, "person-0@example.test");
  await arrive(
    campaign,
    replyMail({ from: "person-0@example.test" }, { head: [`In-Reply-To: ${messageId}`] }),
  );
  await readAll(campaign);
  await runner.settle();
  expect(await statusOf(campaign)).toBe("completed");
});
