import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createContacts } from "#db/factories";
import { withTenant, type TenantTx } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { email } from "#server/campaigns/testing";
import { recordCustomEvent } from "#server/custom-events/mutations";
import { completeIfDone } from "#server/enrollments/complete";
import { takeNextArrivals } from "#server/enrollments/run";
import { findAnswered } from "#server/replies/match";
import { readMail } from "#server/replies/inbound-mail";
import { recordReply } from "#server/replies/record-reply";
import { recordHits } from "#server/tracking/hits";
import { replaceGoals } from "./mutations.ts";
import type { Goal } from "./schema.ts";

const bought: Goal = {
  name: "Bought",
  event: { type: "event", name: "order.placed" },
  action: "exit",
  targetId: "",
  attributionDays: 7,
};

/** A running campaign with these goals: everybody got the first mail ten days ago, the first two the second yesterday. */
async function underway(goals: readonly Goal[], given?: Awaited<ReturnType<typeof newTenant>>) {
  const tenant = given ?? (await newTenant());
  const { scope } = tenant;
  const made = await withTenant(scope, async (tx) => {
    const { campaignId, stepIds } = await createCampaign(tx, {
      status: "active",
      launchedAt: new Date(Date.now() - 11 * 86_400_000),
      steps: [{ stepType: "email" }, { stepType: "email" }, { stepType: "wait" }],
    });
    const contactIds = await createContacts(
      tx,
      ["ada", "bea", "cem"].map((name) => ({ email: `${name}@example.test` })),
    );
    await tx.execute(sql`
      insert into campaign_contacts (campaign_id, contact_id, status, current_step_id, next_email_scheduled_at, enrolled_at)
      select ${campaignId}::uuid, c, 'active', ${stepIds[2]}::uuid, app_now() + interval '9 days', app_now() - interval '11 days'
      from unnest(${sql.param(contactIds)}::uuid[]) c`);
    await tx.execute(sql`
      insert into content.email_messages (campaign_id, step_id, contact_id, enrollment_id, run_number, from_email, to_email, delivery_status, sent_at)
      select e.campaign_id, s.id, e.contact_id, e.id, 1, 'a@x.test', c.email, 'sent', app_now() - case s.step_order when 1 then interval '10 days' else interval '1 day' end
      from campaign_contacts e join contacts c on c.id = e.contact_id join campaign_steps s on s.campaign_id = e.campaign_id and s.step_type = 'email'
      where s.step_order = 1 or c.email <> 'cem@example.test'`);
    await replaceGoals(tx, campaignId, goals);
    return { campaignId, stepIds };
  });
  const take = () => takeNextArrivals({ ...scope, campaignId: made.campaignId });
  const buys = (who: string, name = "order.placed") =>
    withTenant(scope, (tx) =>
      recordCustomEvent(tx, {
        scope,
        input: {
          id: crypto.randomUUID(),
          name,
          email: `${who}@example.test`,
          properties: {},
          createContact: true,
        },
      }),
    );
  return { ...tenant, ...made, take, buys };
}

const conversions = async (tx: TenantTx) => [
  ...(await tx.execute<{ who: string; step: number | null; status: string; why: string | null }>(sql`
    select split_part(c.email, '@', 1) as who, s.step_order as step, e.status, e.exit_reason as why
    from campaign_conversions v join contacts c on c.id = v.contact_id join campaign_contacts e on e.id = v.enrollment_id
    left join campaign_steps s on s.id = v.step_id order by c.email`)),
];

test("a goal is counted once for each person in the campaign, put down to the last mail within its days, and ends their way", async () => {
  const { scope, caller, campaignId: id, stepIds, take, buys } = await underway([bought]);
  for (const who of ["ada", "ada", "cem", "stranger"]) await buys(who);
  await take();
  await buys("ada");
  await take();
  expect(await withTenant(scope, conversions)).toEqual([
    { who: "ada", step: 2, status: "exited", why: "goal_met" },
    // The only mail was sent ten days ago, and counts for seven.
    { who: "cem", step: null, status: "exited", why: "goal_met" },
  ]);
  const live = await caller.analytics.live({ id });
  expect(live.goals).toMatchObject([{ reached: 2, attributed: 1 }]);
  expect([live.numbers.converted, live.steps[1]?.numbers.converted]).toEqual([1, 1]);
  expect(await caller.analytics.recount({ id })).toEqual(live.numbers);
  const listed = await caller.analytics.messages({ id, is: "converted" });
  expect(listed.rows.map(({ to, stepId }) => [to, stepId])).toEqual([["ada@example.test", stepIds[1]]]);
  expect(live.reasons).toContainEqual(expect.objectContaining({ reason: "goal_met", count: 2 }));
});

test("a click is put down to the mail it was in, a scanner's to none, and who goes on goes on", async () => {
  const { scope, campaignId, take } = await underway([
    {
      ...bought,
      event: { type: "link_clicked", campaignId: "", urlContains: "/shop" },
      action: "stay",
      attributionDays: 30,
    },
  ]);
  const first = await withTenant(scope, async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      select m.id from content.email_messages m join campaign_steps s on s.id = m.step_id and s.step_order = 1
      where m.campaign_id = ${campaignId}::uuid order by m.to_email`);
    return rows.map(({ id }) => id);
  });
  const click = (messageId: string, url: string, machineReason: string | null) =>
    withTenant(scope, (tx) =>
      recordHits(tx, scope, [
        { messageId, type: "clicked", linkIndex: 0, url, ip: null, userAgent: url, machineReason },
      ]),
    );
  await click(first[0] ?? "", "https://example.test/shop", null);
  await click(first[1] ?? "", "https://example.test/blog", null);
  await click(first[2] ?? "", "https://example.test/shop", "scanner");
  await moveClock("2 minutes");
  await take();
  expect(await withTenant(scope, conversions)).toEqual([
    { who: "ada", step: 1, status: "active", why: null },
  ]);
});

const goalOf = (name: string, event: Goal["event"], more: Partial<Goal> = {}): Goal => ({
  ...bought,
  name,
  event,
  action: "stay",
  ...more,
});

test("a reply, a tag, a field and a list reach their goals, once and for whom it was, and nothing else does", async () => {
  const tenant = await newTenant();
  const { id: listId } = await tenant.caller.lists.create({ name: "Buyers" });
  const { scope, take } = await underway(
    [
      goalOf("replied", { type: "replied" }),
      goalOf("tagged", { type: "tag_added", tag: "vip" }),
      goalOf("moved up", { type: "field_changed", field: "job_title", value: "CTO" }),
      goalOf("joined", { type: "segment_entered", segmentId: listId }),
    ],
    tenant,
  );
  const people = await withTenant(scope, (tx) =>
    tx.execute<{ id: string; messageId: string }>(sql`
      select c.id, (select m.id from content.email_messages m where m.contact_id = c.id order by m.id limit 1) as "messageId"
      from contacts c order by c.email`),
  );
  const [ada, bea, cem] = people.map(({ id }) => id);
  const edit = (id: string | undefined, value: string) =>
    tenant.caller.contacts.edit({ id: id ?? "", field: "job_title", seen: "", value });
  const acts: Record<string, () => Promise<unknown>> = {
    replied: () =>
      withTenant(scope, async (tx) => {
        const pointers = { rfcIds: [], ledgerIds: [people[0]?.messageId ?? ""], addresses: [], subject: "" };
        const answered = await findAnswered(tx, { accountId: tenant.emailAccountId, pointers });
        if (!answered) throw new Error("The message is not there.");
        for (const text of ["Yes, please", "One more thing"])
          await recordReply(
            tx,
            answered,
            await readMail(Buffer.from(`From: ada@example.test\r\n\r\n${text}`)),
          );
      }),
    tagged: () => tenant.caller.contacts.addTag({ id: bea ?? "", tag: "VIP" }),
    "moved up": async () => {
      await edit(ada, "CTO");
      await edit(bea, "CEO");
    },
    joined: () => tenant.caller.lists.add({ id: listId, contactIds: [cem ?? ""] }),
  };
  const reached: string[] = [];
  for (const [name, act] of Object.entries(acts)) {
    await act();
    await take();
    const rows = await withTenant(scope, (tx) =>
      tx.execute<{ line: string }>(sql`
        select g.name || ': ' || split_part(c.email, '@', 1) as line from campaign_conversions v
        join campaign_goals g on g.id = v.goal_id join contacts c on c.id = v.contact_id order by v.id`),
    );
    const fresh = rows.map(({ line }) => line).filter((line) => !reached.includes(line));
    expect(fresh, name).toHaveLength(1);
    reached.push(...fresh);
  }
  expect(reached).toEqual(["replied: ada", "tagged: bea", "moved up: ada", "joined: cem"]);
});

test("who reaches a goal that moves them leaves and comes to the other campaign's door", async () => {
  const tenant = await newTenant();
  const targetId = await withTenant(tenant.scope, async (tx) => {
    const target = await createCampaign(tx, { status: "active", steps: [{ stepType: "email" }] });
    await tx.execute(
      sql`update campaigns set campaign_type = 'triggered' where id = ${target.campaignId}::uuid`,
    );
    return target.campaignId;
  });
  const { scope, take, buys } = await underway([{ ...bought, action: "move", targetId }], tenant);
  await buys("ada");
  await take();
  expect(await withTenant(scope, conversions)).toMatchObject([
    { who: "ada", status: "exited", why: "goal_met" },
  ]);
  const waiting = await withTenant(scope, (tx) =>
    tx.execute<{ email: string }>(sql`
      select c.email from campaign_arrivals a join contacts c on c.id = a.contact_id where a.campaign_id = ${targetId}::uuid`),
  );
  expect(waiting.map(({ email }) => email)).toEqual(["ada@example.test"]);
});

test("a goal that is changed while the campaign runs counts anew, and what it counted before stays", async () => {
  const tenant = await underway([{ ...bought, action: "stay" }, goalOf("kept", { type: "replied" })]);
  const { caller, campaignId: id, take, buys } = tenant;
  await buys("ada");
  await take();
  const before = await caller.campaigns.byId({ id });
  const [first, kept] = before.goals;
  if (!first || !kept) throw new Error("The campaign has two goals.");
  const unfinished = { ...bought, event: { type: "tag_added" as const, tag: "" } };
  await expect(
    caller.campaigns.updateGoals({ id, version: before.version, goals: [unfinished] }),
  ).rejects.toThrow("names no tag");
  const { subject: _, target: __, ...edited } = first;
  const after = await caller.campaigns.updateGoals({
    id,
    version: before.version,
    goals: [
      { ...edited, event: { type: "event", name: "order.paid" } },
      { ...goalOf("Renamed", { type: "replied" }), id: kept.id },
    ],
  });
  expect(after.goals.map(({ id: goalId, name }) => [goalId === kept.id, name])).toEqual([
    [true, "Renamed"],
    [false, "Bought"],
  ]);
  // What the goal listened to before reaches nothing any more; what it listens to now counts from now on.
  await buys("bea");
  await buys("ada", "order.paid");
  await take();
  const { goals } = await caller.analytics.live({ id });
  expect(goals.map(({ name, reached, retiredAt }) => [name, reached, retiredAt !== null])).toEqual([
    ["Renamed", 0, false],
    ["Bought", 1, false],
    ["Bought", 1, true],
  ]);
  for (const { goalId, attributed } of goals)
    expect((await caller.analytics.messages({ id, is: "converted", goalId })).rows).toHaveLength(attributed);
});

test("a campaign that has ended counts its goals for as long as its last mail could be the cause, and moves nobody twice", async () => {
  const tenant = await underway([bought]);
  const { scope, campaignId, take, buys } = tenant;
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`
      update campaigns set frozen_at = app_now(), status = 'active' where id = ${campaignId}::uuid`);
    await tx.execute(sql`
      update campaign_contacts set status = 'completed', current_step_id = null, next_email_scheduled_at = null where campaign_id = ${campaignId}::uuid`);
  });
  // Bought at the very moment at which the last one is through.
  await buys("ada");
  expect(await withTenant(scope, (tx) => completeIfDone(tx, campaignId))).toBe("completed");
  await buys("bea");
  await take();
  await moveClock("8 days");
  await buys("cem");
  await take();
  expect((await withTenant(scope, conversions)).map(({ who, status }) => [who, status])).toEqual([
    ["ada", "completed"],
    ["bea", "completed"],
  ]);
});

test("an unfinished goal keeps a campaign from its launch, and a clone has the same goals", async () => {
  const { caller } = await newTenant();
  const { id } = await caller.campaigns.create({ name: "Shop", type: "broadcast" });
  const draft = await caller.campaigns.byId({ id });
  await caller.campaigns.saveStep({
    id,
    version: draft.version,
    stepId: draft.steps[0]?.id ?? "",
    content: email,
  });
  const unfinished: Goal[] = [
    { ...bought, name: "", event: { type: "tag_added", tag: "" } },
    { ...bought, action: "move" },
  ];
  const saved = await caller.campaigns.updateGoals({ id, version: draft.version + 1, goals: unfinished });
  const goalChecks = async () => {
    const { problems } = await caller.campaigns.review({ id });
    return problems.filter(({ where }) => where === "goals").map(({ message }) => message);
  };
  expect(await goalChecks()).toEqual([
    "Goal 1 has no name: type one, it heads its numbers.",
    "Goal 1 names no tag: type one.",
    "The goal “Bought” moves people to a campaign that is not chosen, or is gone: choose one.",
  ]);
  const whole: Goal[] = [bought, { ...bought, name: "Answered", event: { type: "replied" }, action: "stay" }];
  const next = await caller.campaigns.updateGoals({ id, version: saved.version, goals: whole });
  expect(await goalChecks()).toEqual([]);
  const copy = await caller.campaigns.byId(await caller.campaigns.clone({ id }));
  expect(copy.goals).toMatchObject(whole);
  const target = await caller.campaigns.create({ name: "Gone soon", type: "drip" });
  const goals: Goal[] = [{ ...bought, action: "move", targetId: target.id }];
  await caller.campaigns.updateGoals({ id: copy.id, version: copy.version, goals });
  await caller.campaigns.remove({ id: target.id });
  const another = await caller.campaigns.byId(await caller.campaigns.clone({ id: copy.id }));
  expect(another.goals).toMatchObject([{ ...goals[0], targetId: "" }]);
  const own: Goal[] = [{ ...bought, action: "move", targetId: id }];
  await expect(caller.campaigns.updateGoals({ id, version: next.version, goals: own })).rejects.toMatchObject(
    { code: "BAD_REQUEST" },
  );
});
