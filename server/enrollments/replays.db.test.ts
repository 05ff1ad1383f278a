// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { commitThenSend } from "#server/drivers/events";
import { sinks, type SentEvent } from "#server/messages/testing-sinks";
import { enrollSlice } from "./freeze.ts";
import { pauseCampaign } from "./launch.ts";
import { actOnPeople } from "./person-acts.ts";
import { startCampaign } from "./run.ts";
import { createRunner, emailStep, launch, ledger, newCampaign, type Started } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

/** Everything that happened to anybody, in the order of the people. */
const history = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => [
    ...(await tx.execute<{ line: string }>(sql`
      select c.email || ' ' || s.step_order || ' ' || l.visit || ' ' || l.outcome as line
      from enrollment_step_log l join contacts c on c.id = l.contact_id join campaign_steps s on s.id = l.step_id
      where l.campaign_id = ${campaignId}::uuid order by 1`)),
  ]);

test("events that come again after 25 hours, and after 40 days, change nothing", async () => {
  const campaign = await newCampaign({
    emails: ["ada@x.test", "bea@x.test"],
    steps: [
      emailStep({ subjectLine: "First" }),
      {
        stepType: "action",
        actionType: "create_task",
        actionConfig: { title: "Call", note: "", dueInDays: 1, to: "owner", userId: "" },
      },
      { stepType: "wait", waitDuration: { value: 2, unit: "days" } },
      emailStep({ subjectLine: "Second" }),
    ],
  });
  const heard: SentEvent[] = [];
  const listen = sinks.events.push.bind(sinks.events);
  sinks.events.push = (...events: SentEvent[]) => {
    heard.push(...events);
    return listen(...events);
  };
  const replay = async () => {
    listen(...heard);
    await runner.settle();
  };
  try {
    await launch(campaign.scope, campaign.campaignId);
    await runner.settle();
    await runner.pass("25 hours");
    const midway = await history(campaign);
    expect(midway).toHaveLength(4);
    await replay();
    expect(await history(campaign)).toEqual(midway);
    await runner.pass("1 day");
    const ended = await history(campaign);
    expect(await ledger(campaign)).toHaveLength(4);
    await runner.pass("40 days");
    await replay();
    expect(await history(campaign)).toEqual(ended);
    expect((await ledger(campaign)).map(({ delivery_status }) => delivery_status)).toEqual(
      Array.from({ length: 4 }, () => "sent"),
    );
  } finally {
    sinks.events.push = listen;
  }
  const [tasks] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ count: number }>(sql`select count(*)::int as count from tasks`),
  );
  expect(tasks).toEqual({ count: 2 });
});

test("who was there at the launch is enrolled once, with ten thousand rows committed at once while the audience is frozen", async () => {
  const campaign = await newCampaign({
    emails: Array.from({ length: 7 }, (_, index) => `there-${index}@x.test`),
  });
  const { scope, campaignId, listId } = campaign;
  let commit = () => {};
  const gate = new Promise<void>((resolve) => (commit = resolve));
  let opened = () => {};
  const writing = new Promise<void>((resolve) => (opened = resolve));
  const importing = withTenant(scope, async (tx) => {
    await tx.execute(sql`
      with made as (
        insert into contacts (email, email_normalized)
        select 'import-' || n || '@x.test', 'import-' || n || '@x.test' from generate_series(1, 10000) n returning id
      )
      insert into segment_contacts (segment_id, contact_id) select ${listId}::uuid, id from made`);
    opened();
    await gate;
  });
  await writing;
  // The newest of those who are there: the ids of the import lie below it.
  await withTenant(scope, async (tx) => {
    const [last = ""] = await createContacts(tx, [{ email: "there-7@x.test" }]);
    await tx.execute(
      sql`insert into segment_contacts (segment_id, contact_id) values (${listId}::uuid, ${last}::uuid)`,
    );
  });
  await launch(scope, campaignId);
  const fence = (await startCampaign({ ...scope, campaignId }, "run")) ?? 0;
  const next = (size: number) =>
    commitThenSend(scope, (tx) => enrollSlice(tx, { scope, campaignId, fence, size }));
  await next(3);
  commit();
  await importing;
  await next(3);
  for (let slices = 0; !(await next(1_500)).done; slices += 1) expect(slices).toBeLessThan(10);
  // Tests after this one share the database, and those that sweep it would write to all of them.
  await withTenant(scope, (tx) => pauseCampaign(tx, { campaignId, reason: "Everybody is enrolled." }));
  const rows = await withTenant(scope, (tx) =>
    tx.execute<{ email: string }>(sql`
      select (select email from contacts where id = e.contact_id) as email
      from campaign_contacts e where campaign_id = ${campaignId}::uuid order by email`),
  );
  const emails = rows.map(({ email }) => email);
  expect(emails.filter((email) => email.startsWith("there-"))).toEqual(
    Array.from({ length: 8 }, (_, index) => `there-${index}@x.test`),
  );
  expect(emails).toHaveLength(10_008);
  expect(new Set(emails).size).toBe(emails.length);
});

test("who is in two lists gets one copy, and one more only after theirs failed and was tried again", async () => {
  const campaign = await newCampaign({ emails: ["fine-1@x.test", "policy-1@x.test"] });
  const { scope, campaignId } = campaign;
  await withTenant(scope, async (tx) => {
    const second = await createList(tx, { contactIds: campaign.contactIds });
    const audience = { everyone: false, include: [campaign.listId, second], exclude: [] };
    await tx.execute(
      sql`update campaigns set audience = ${JSON.stringify(audience)}::jsonb where id = ${campaignId}::uuid`,
    );
  });
  await launch(scope, campaignId);
  await runner.settle();
  await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`update contacts set email = 'fine-2@x.test', email_normalized = 'fine-2@x.test' where email = 'policy-1@x.test'`,
    );
  });
  const everybody = await withTenant(scope, (tx) =>
    tx.execute<{ id: string }>(sql`select id from campaign_contacts where campaign_id = ${campaignId}::uuid`),
  );
  const retry = () =>
    commitThenSend(scope, (tx) =>
      actOnPeople(tx, {
        campaignId,
        enrollmentIds: everybody.map(({ id }) => id),
        act: "retry",
        actorId: campaign.userId,
      }),
    );
  expect((await retry()).changed).toBe(1);
  await runner.settle();
  expect(
    (await ledger(campaign))
      .filter(({ sent_at }) => sent_at !== null)
      .map(({ to_email }) => to_email)
      .toSorted(),
  ).toEqual(["fine-1@x.test", "fine-2@x.test"]);
});
