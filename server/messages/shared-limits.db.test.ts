// @module-tag race
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { beforeEach, expect, test } from "vitest";
import {
  createCampaign,
  createContacts,
  createList,
  createMailbox,
  createTenant,
  createWorkspace,
} from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
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
import { saveSendingLimit } from "#server/sending-limits/mutations";
import type { SendingLimitInput } from "#server/sending-limits/schema";
import { queueMessages } from "./queue.ts";
import { slotsTo } from "./recipient-limits.ts";
import { sinks } from "./testing-sinks.ts";
import { atOnce, claim, people, queued, settle } from "./testing.ts";

const runner = createRunner(sinks);
/** Campaigns of an earlier test have had their time: nobody sends them while days pass for the next one. */
const done: Started[] = [];
beforeEach(async () => {
  runner.forget();
  for (const { scope } of done.splice(0))
    await withTenant(scope, (tx) =>
      tx.execute(sql`update campaigns set status = 'paused' where status = 'active'`),
    );
});

const limit = ({ scope, userId }: Started, input: SendingLimitInput) =>
  withTenant(scope, (tx) => saveSendingLimit(tx, { scope, userId }, input));

/** Another campaign of the tenant, to people of its own unless a list is given, from a mailbox of its own. */
async function another(
  first: Started,
  {
    emails = [],
    listId,
    settings = atOnce,
  }: { emails?: string[]; listId?: string; settings?: typeof atOnce },
): Promise<Started> {
  return withTenant(first.scope, async (tx) => {
    const emailAccountId = await createMailbox(tx, { email: `second-${v7().slice(-8)}@acme.test` });
    const contactIds = listId
      ? []
      : await createContacts(
          tx,
          emails.map((email) => ({ email })),
        );
    const list = listId ?? (await createList(tx, { contactIds }));
    const made = await createCampaign(tx, {
      steps: [emailStep()],
      emailAccountId,
      audience: { everyone: false, include: [list], exclude: [] },
    });
    const changes = Object.entries(settings).map(([name, value]) => sql`${sql.identifier(name)} = ${value}`);
    await tx.execute(
      sql`update campaign_settings set ${sql.join(changes, sql`, `)}, daily_limit = 1000 where campaign_id = ${made.campaignId}::uuid`,
    );
    return { ...first, ...made, contactIds, listId: list, emailAccountId };
  });
}

/** Lets the driver of a step work on the next few of its people. */
const drive = ({ scope, campaignId, stepIds }: Started, limit: number, step = 0) =>
  withTenant(scope, async (tx) => {
    const stepId = stepIds[step] ?? "";
    const fence = (await takeOver(tx, { table: "step_drivers", id: stepId }, { runId: stepId })) ?? -1;
    return queueMessages(tx, { scope, campaignId, stepId, fence, limit });
  });

/** Enrolls everybody; nobody has told the first step of them yet. */
async function enroll(campaigns: readonly Started[]): Promise<void> {
  done.push(...campaigns);
  for (const { scope, campaignId } of campaigns) await launch(scope, campaignId);
  await runner.settle("campaign/step.due");
}

async function planAtOnce(campaigns: readonly Started[], rounds: number): Promise<void> {
  await enroll(campaigns);
  for (let round = 0; round < rounds; round += 1)
    await Promise.all(campaigns.map((campaign) => drive(campaign, 7)));
}

/** Lets days pass, with nobody but the sweeper to say what is to be done. */
async function days(count: number, stride = "1 day"): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    runner.forget();
    await moveClock(stride);
    await runner.sweep();
    await runner.settle();
  }
}

test("two mailboxes of a domain, and all of a workspace, stay within the limit they share, planned at once", async () => {
  const one = await newCampaign({ emails: people(30, "one"), settings: { ...atOnce, daily_limit: 1000 } });
  const other = await another(one, { emails: people(30, "other") });
  await withTenant(one.scope, (tx) =>
    tx.execute(
      sql`update email_accounts set email = 'first@acme.test' where id = ${one.emailAccountId}::uuid`,
    ),
  );
  await limit(one, { kind: "domain", domain: "acme.test", dailyLimit: 25, hourlyLimit: null });
  await planAtOnce([one, other], 4);
  const written = async () => (await ledger(one)).length + (await ledger(other)).length;
  expect(await written()).toBe(25);
});

test("workers of two mailboxes who claim at once keep an hour's limit, lowered after the slots were given", async () => {
  const one = await newCampaign({ emails: people(20, "one"), settings: { ...atOnce, daily_limit: 1000 } });
  const other = await another(one, { emails: people(20, "other") });
  const [a, b] = [await queued(runner, one), await queued(runner, other)];
  done.push(a, b);
  await limit(one, { kind: "workspace", domain: "", dailyLimit: null, hourlyLimit: 13 });
  const claims = await Promise.all([claim(a, 5), claim(b, 5), claim(a, 5), claim(b, 5)]);
  const rest = [await claim(a), await claim(b)];
  expect([...claims, ...rest].flatMap(({ messages }) => messages)).toHaveLength(13);
});

test("a company gets its share a day from two campaigns at once, and the rest leave on the next days", async () => {
  const emails = Array.from({ length: 4 }, (_, n) => `one-${n}@big.test`);
  const one = await newCampaign({
    emails: [...emails, "a@small.test"],
    settings: { ...atOnce, daily_limit: 1000 },
  });
  const other = await another(one, { emails: Array.from({ length: 4 }, (_, n) => `other-${n}@big.test`) });
  await limit(one, { kind: "recipient_domain", domain: "*", dailyLimit: 3, hourlyLimit: null });
  await planAtOnce([one, other], 3);
  const to = async (domain: string) =>
    [...(await ledger(one)), ...(await ledger(other))].filter(({ to_email }) => to_email.endsWith(domain))
      .length;
  expect([await to("@big.test"), await to("@small.test")]).toEqual([3, 1]);
  const waiting = (await places(one)).filter(({ wait_reason }) => wait_reason === "recipient_domain_limit");
  expect(waiting.length).toBeGreaterThan(0);
  expect(waiting.every(({ next_email_scheduled_at }) => next_email_scheduled_at !== null)).toBe(true);
  await days(1, "1 minute");
  await days(2);
  expect(await to("@big.test")).toBe(8);
});

test("a receiving domain gets its share an hour from two mailboxes that claim at once, lowered after the slots were given", async () => {
  const to = (domain: string, name: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${name}-${n}@${domain}`);
  const settings = { ...atOnce, daily_limit: 1000 };
  const one = await newCampaign({ emails: [...to("big.test", "one", 9), "a@small.test"], settings });
  const other = await another(one, { emails: to("big.test", "other", 9) });
  const big = { kind: "recipient_domain", domain: "big.test", dailyLimit: null } as const;
  await limit(one, { ...big, hourlyLimit: 12 });
  const [a, b] = [await queued(runner, one), await queued(runner, other)];
  done.push(a, b);
  const reasons = async () => [...(await places(a)), ...(await places(b))].map((place) => place.wait_reason);
  expect((await reasons()).filter((reason) => reason === "recipient_domain_hourly_limit")).toHaveLength(6);
  await limit(one, { ...big, hourlyLimit: 7 });
  const claims = await Promise.all([claim(a, 4), claim(b, 4), claim(a, 4), claim(b, 4)]);
  const rest = [await claim(a), await claim(b)];
  expect([...claims, ...rest].flatMap(({ messages }) => messages)).toHaveLength(8);
  for (const [index, group] of [...claims, ...rest].entries()) await settle(index % 2 ? b : a, group, "sent");
  runner.forget();
  const sentTo = async (domain: string) =>
    [...(await ledger(a)), ...(await ledger(b))]
      .filter(({ to_email, sent_at }) => to_email.endsWith(domain) && sent_at !== null)
      .map(({ sent_at }) => sent_at?.getTime() ?? 0)
      .sort((x, y) => x - y);
  await days(1, "63 minutes");
  await days(1, "1 minute");
  const before = await sentTo("@big.test");
  await limit(one, { ...big, hourlyLimit: 100 });
  await days(2, "1 minute");
  // Seven, an hour later seven more, and the last four when the limit was raised.
  expect(before).toHaveLength(14);
  for (const [nth, at] of before.slice(7).entries())
    expect(at - (before[nth] ?? 0)).toBeGreaterThanOrEqual(3_600_000);
  expect([await sentTo("@big.test"), await sentTo("@small.test")].map((sent) => sent.length)).toEqual([
    18, 1,
  ]);
});

test("what left before a receiving domain had a limit counts, within its hour and its day", async () => {
  const emails = Array.from({ length: 9 }, (_, n) => [
    `before-${n}@big.test`,
    `before-${n}@small.test`,
  ]).flat();
  const one = await queued(runner, await newCampaign({ emails, settings: { ...atOnce, daily_limit: 1000 } }));
  done.push(one);
  await settle(one, await claim(one, 10), "sent");
  const sentTo = async (domain: string) =>
    (await ledger(one)).filter(({ to_email, sent_at }) => to_email.endsWith(domain) && sent_at).length;
  const before = [await sentTo("@big.test"), await sentTo("@small.test")];
  expect(Math.min(...before)).toBeGreaterThan(0);
  const [big = 0, small = 0] = before;
  const kind = "recipient_domain";
  await limit(one, { kind, domain: "big.test", dailyLimit: null, hourlyLimit: big + 1 });
  await limit(one, { kind, domain: "*", dailyLimit: null, hourlyLimit: small });
  expect(
    await withTenant(one.scope, (tx) =>
      tx.execute(sql`
    select domain, sum(used)::int as used from recipient_usage group by 1 order by 1`),
    ),
  ).toEqual([
    { domain: "big.test", used: 9 },
    { domain: "small.test", used: 9 },
  ]);
  for (let round = 0; round < 3; round += 1) await settle(one, await claim(one, 10), "sent");
  expect([await sentTo("@big.test"), await sentTo("@small.test")]).toEqual([big + 1, small]);
});

test("what a receiving domain got within the hour is looked up in the index, and its history is not read", async () => {
  const { scope } = await createTenant();
  const plan = await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
    );
    return tx.execute<{ "QUERY PLAN": string }>(
      sql`explain ${slotsTo([{ domain: "big.test", perHour: 7 }], { claimed: true })}`,
    );
  });
  const bounds = plan.map((line) => line["QUERY PLAN"]).find((line) => line.includes("Index Cond"));
  expect(bounds).toMatch(/recipient_domain = .* > \(app_now\(\)/);
});

test("one address gets no more than its share from campaigns, mailboxes and workspaces together, and nothing is lost", async () => {
  const one = await newCampaign({ emails: ["ada@person.test"], settings: { ...atOnce, daily_limit: 1000 } });
  const other = await another(one, { listId: one.listId });
  const elsewhere = await createWorkspace(one);
  const third = await withTenant(elsewhere.scope, async (tx) => {
    const contactIds = await createContacts(tx, [{ email: "ada@person.test" }]);
    const listId = await createList(tx, { contactIds });
    const audience = { everyone: false, include: [listId], exclude: [] };
    const { emailAccountId } = elsewhere;
    const made = await createCampaign(tx, { steps: [emailStep()], emailAccountId, audience });
    await tx.execute(
      sql`update campaign_settings set no_limits = true where campaign_id = ${made.campaignId}::uuid`,
    );
    return { ...one, ...elsewhere, ...made, contactIds, listId };
  });
  // All three have their slots before the cap is set: only the claim stands between them.
  const all: Awaited<ReturnType<typeof queued>>[] = [];
  for (const campaign of [one, other, third]) all.push(await queued(runner, campaign));
  done.push(...all);
  await withTenant(one.scope, (tx) =>
    tx.execute(sql`insert into tenant_policies (contact_emails_per_day, contact_hours_apart) values (2, 4)`),
  );
  const claims = await Promise.all(all.map((campaign) => claim(campaign)));
  expect(claims.flatMap(({ messages }) => messages)).toHaveLength(1);
  const reasons = async () =>
    (await Promise.all(all.map(places)))
      .flat()
      .map(({ wait_reason }) => wait_reason)
      .sort();
  expect(await reasons()).toEqual(["awaiting_send", "frequency_cap", "frequency_cap"]);
  runner.forget();
  const sentAt = async () =>
    (await Promise.all(all.map(ledger)))
      .flat()
      .flatMap(({ claimed_at }) => claimed_at?.getTime() ?? [])
      .sort();
  // The sweeper finds the step first, and a minute later the mailbox.
  for (const stride of ["245 minutes", "1 minute", "20 hours", "1 minute"]) await days(1, stride);
  const [first = 0, second = 0, last = 0] = await sentAt();
  expect(second - first).toBeGreaterThanOrEqual(4 * 3_600_000);
  expect(last - first).toBeGreaterThanOrEqual(24 * 3_600_000);
});

test("who was written to before goes first, then the campaign of the higher priority; nobody is left out", async () => {
  const settings = { ...atOnce, daily_limit: 1000 };
  const steps = [emailStep(), emailStep({ subjectLine: "Again" })];
  const running = await queued(runner, await newCampaign({ emails: people(6, "known"), steps, settings }));
  await settle(running, await claim(running), "sent");
  await withTenant(running.scope, (tx) =>
    tx.execute(sql`update email_accounts set daily_limit = 16 where id = ${running.emailAccountId}::uuid`),
  );
  const withPriority = async (priority: number) => {
    const made = await another(running, { emails: people(8, `priority-${priority}`) });
    await withTenant(running.scope, (tx) =>
      tx.execute(sql`update campaigns set priority = ${priority}, email_account_id = ${running.emailAccountId}::uuid
        where id = ${made.campaignId}::uuid`),
    );
    return made;
  };
  const [low, high] = [await withPriority(10), await withPriority(90)];
  await enroll([low, high]);
  // Ten are left for today. The last in rank asks first.
  for (const campaign of [low, high]) await drive(campaign, 100);
  await drive(running, 100, 1);
  const written = async () => [
    (await ledger(running)).length,
    (await ledger(high)).length,
    (await ledger(low)).length,
  ];
  expect(await written()).toEqual([12, 4, 0]);
  await days(1);
  expect(await written()).toEqual([12, 8, 8]);
});
