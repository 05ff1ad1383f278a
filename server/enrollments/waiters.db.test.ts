import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createList, type StepValues } from "#db/factories";
import { type TenantTx, withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { commitThenSend, type DriverEvent } from "#server/drivers/events";
import { takeOver } from "#server/drivers/mutations";
import { sinks } from "#server/messages/testing-sinks";
import { decideCondition } from "./condition-step.ts";
import { createRunner, launch, newCampaign, places, type Started } from "./testing.ts";
import { releaseWaits } from "./wait-step.ts";
import { wakeWaiters } from "./waiters.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const threeDays = { value: 3, unit: "days" };
const tagged = (tag: string) => ({
  waitUpTo: threeDays,
  conditionRules: {
    version: 1,
    match: "any",
    rules: [{ field: "tags", operator: "contains_any", value: [tag] }],
  },
});
const field = (name: string, value: string): StepValues => ({
  stepType: "wait",
  waitDuration: {
    until: "event",
    event: "field_value",
    field: name,
    value,
    timeout: threeDays,
    onTimeout: "continue",
  },
});

test("whoever waits for a tag, a list or a field goes on when they have it, and the others when their time is up", async () => {
  const [condition, company, stage] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const campaign = await newCampaign({
    emails: ["ada@x.test", "bea@x.test", "cleo@x.test", "dora@x.test"],
    steps: [
      { id: condition, stepType: "condition", ...tagged("keen"), trueNextStepId: company, nextStepId: null },
      { id: company, ...field("company", ""), nextStepId: stage },
      { id: stage, ...field("lifecycle_stage", "customer"), nextStepId: null },
    ],
  });
  const { scope, campaignId, contactIds } = campaign;
  const [ada = "", bea = "", cleo = ""] = contactIds;
  const standing = async () =>
    (await places(campaign)).map(({ current_step_id: id, status }) =>
      id === null ? status : ["condition", "company", "stage"][[condition, company, stage].indexOf(id)],
    );
  await launch(scope, campaignId);
  await runner.settle();
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`with made as (insert into tags (name) values ('keen') returning id)
      insert into contact_tags (contact_id, tag_id)
      select c.id, made.id from made, contacts c where c.id in (${ada}::uuid, ${bea}::uuid, ${cleo}::uuid)`);
    // Of no concern to anybody who waits.
    await createList(tx, { contactIds });
    await tx.execute(sql`update contacts set last_activity_at = app_now()`);
  });
  const soon = async () => {
    await runner.pass("1 minute");
    await runner.sweep();
    await runner.settle();
  };
  await soon();
  expect(await standing()).toEqual(["company", "company", "company", "condition"]);
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update contacts set company = 'Acme', version = version + 1 where id in (${ada}::uuid, ${bea}::uuid)`,
    ),
  );
  await soon();
  expect(await standing()).toEqual(["stage", "stage", "company", "condition"]);
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update contacts set version = version + 1, lifecycle_stage = case id when ${ada}::uuid then 'customer' else 'interested' end
        where id in (${ada}::uuid, ${bea}::uuid)`,
    ),
  );
  await soon();
  expect(await standing()).toEqual(["completed", "stage", "company", "condition"]);
  for (let wait = 0; wait < 3; wait += 1) {
    await runner.pass("73 hours");
    await runner.sweep();
    await runner.settle();
  }
  expect(new Set(await standing())).toEqual(new Set(["completed"]));
});

test("a step asks for the hour where they are, and for the way they came; a country tells it too, an unknown zone is the campaign's", async () => {
  const [clock, way, far, came] = Array.from({ length: 4 }, () => crypto.randomUUID());
  const rules = (...all: object[]) => ({ version: 1, match: "all", rules: all });
  const tag = (id: string | undefined, name: string, next: string | null): StepValues => ({
    id: id ?? "",
    stepType: "action",
    actionType: "add_tag",
    actionConfig: { tag: name },
    nextStepId: next,
  });
  const campaign = await newCampaign({
    emails: ["a@x.test", "b@x.test", "c@x.test", "d@x.test"],
    steps: [
      {
        id: clock ?? "",
        stepType: "condition",
        nextStepId: null,
        trueNextStepId: far ?? null,
        falseNextStepId: way ?? null,
      },
      tag(far, "far", way ?? null),
      {
        id: way ?? "",
        stepType: "condition",
        nextStepId: null,
        conditionRules: rules({
          field: "step_passed",
          operator: "is_true",
          value: { stepId: clock, way: "true" },
        }),
        trueNextStepId: came ?? null,
      },
      tag(came, "came", null),
    ],
  });
  await withTenant(campaign.scope, async (tx) => {
    await tx.execute(sql`update contacts set timezone = case left(email, 1) when 'a' then 'Pacific/Apia'
      when 'b' then 'Asia/Tokyo' else 'Mars/Olympus' end, country = case left(email, 1) when 'd' then 'Samoa' end`);
    const [now] = await tx.execute<{ hour: number }>(
      sql`select extract(hour from app_now() at time zone 'Pacific/Apia')::int as hour`,
    );
    const rule = { field: "recipient_hour", operator: "equals", value: now?.hour };
    await tx.execute(sql`update campaign_steps set condition_rules = ${JSON.stringify(rules(rule))}::jsonb
      where id = ${clock}::uuid`);
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const tagged = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ line: string }>(sql`
      select left(c.email, 1) || ' ' || t.name as line from contacts c join contact_tags ct on ct.contact_id = c.id
      join tags t on t.id = ct.tag_id order by 1`),
  );
  expect(tagged.map(({ line }) => line)).toEqual(["a came", "a far", "d came", "d far"]);
});

/** Until somebody waits for a lock of another transaction, or `work` is done without. */
async function untilItWaits(work: Promise<unknown>): Promise<void> {
  let waits = 0;
  const ended = () => (waits = 1);
  void work.then(ended, ended);
  await asOwner(async (sql) => {
    while (waits === 0) {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      waits ||= row?.count ?? 0;
    }
  });
}

/** Enrolls everybody and asks the first step about them, in a transaction that stays open until it is told to end. */
async function asking({ scope, campaignId, stepIds }: Started, ask: typeof decideCondition) {
  await launch(scope, campaignId);
  await runner.settle("campaign/step.due");
  const [stepId = ""] = stepIds;
  let end = () => {};
  const gate = new Promise<void>((resolve) => (end = resolve));
  let told = () => {};
  const asked = new Promise<void>((resolve) => (told = resolve));
  const done = withTenant(scope, async (tx) => {
    const fence = (await takeOver(tx, { table: "step_drivers", id: stepId }, { runId: "asking" })) ?? -1;
    await ask(tx, { scope, campaignId, stepId, fence, limit: 10 });
    told();
    await gate;
  });
  await asked;
  return { end, done };
}

test("what happens while somebody comes to the step that waits for it, in a transaction that began before, is not lost", async () => {
  const emails = ["ada@x.test"];
  const hour: StepValues = { stepType: "wait", waitDuration: { value: 1, unit: "hours" } };
  const keen = await newCampaign({ emails, steps: [hour, { stepType: "condition", ...tagged("keen") }] });
  const buying = await newCampaign({
    emails,
    steps: [
      hour,
      {
        stepType: "wait",
        waitDuration: {
          until: "event",
          event: "custom_event",
          name: "order.placed",
          timeout: threeDays,
          onTimeout: "continue",
        },
      },
    ],
  });
  for (const { scope, campaignId } of [keen, buying]) await launch(scope, campaignId);
  await runner.settle();
  let end = () => {};
  const gate = new Promise<void>((resolve) => (end = resolve));
  /** A transaction that has done everything and is not committed. */
  const opened = async ({ scope }: Started, work: (tx: TenantTx) => Promise<DriverEvent[]>) => {
    let told = () => {};
    const done = new Promise<void>((resolve) => (told = resolve));
    const committed = commitThenSend(scope, async (tx) => {
      const events = await work(tx);
      told();
      await gate;
      return { events };
    });
    await done;
    return { committed };
  };
  // An hour later they come to the second step, which asks about them while neither change is to be seen.
  await moveClock("61 minutes");
  const tagging = await opened(keen, async (tx) => {
    await tx.execute(sql`with made as (insert into tags (name) values ('keen') returning id)
      insert into contact_tags (contact_id, tag_id) select ${keen.contactIds[0]}::uuid, id from made`);
    return [];
  });
  const selling = await opened(buying, async (tx) => {
    const { scope, contactIds } = buying;
    await tx.execute(sql`
      insert into custom_events (event_id, name, contact_id, occurred_at)
      values ('1', 'order.placed', ${contactIds[0]}::uuid, app_now() + interval '10 seconds')`);
    return wakeWaiters(tx, { scope, contactIds, atOnce: true });
  });
  await runner.settle();
  const reasons = async () =>
    [await places(keen), await places(buying)].flat().map(({ wait_reason }) => wait_reason);
  expect(await reasons()).toEqual(["waiting_for_condition", "waiting_for_event"]);
  end();
  await Promise.all([tagging.committed, selling.committed]);
  await runner.pass("61 seconds");
  expect([await places(keen), await places(buying)].flat().map(({ status }) => status)).toEqual([
    "completed",
    "completed",
  ]);
});

test("what happens while a step asks about somebody, and does not see it yet, is not lost", async () => {
  const emails = ["ada@x.test"];
  const keen = await newCampaign({ emails, steps: [{ stepType: "condition", ...tagged("keen") }] });
  const bought: StepValues = {
    stepType: "wait",
    waitDuration: {
      until: "event",
      event: "custom_event",
      name: "order.placed",
      timeout: threeDays,
      onTimeout: "continue",
    },
  };
  const buying = await newCampaign({ emails, steps: [bought] });
  const [condition, wait] = [await asking(keen, decideCondition), await asking(buying, releaseWaits)];
  // A tag waits for nobody; an event waits for the answer, which it overtakes.
  await withTenant(keen.scope, (tx) =>
    tx.execute(sql`with made as (insert into tags (name) values ('keen') returning id)
      insert into contact_tags (contact_id, tag_id) select ${keen.contactIds[0]}::uuid, id from made`),
  );
  const telling = commitThenSend(buying.scope, async (tx) => {
    const contactId = buying.contactIds[0] ?? "";
    await tx.execute(
      sql`insert into custom_events (event_id, name, contact_id) values ('1', 'order.placed', ${contactId}::uuid)`,
    );
    return { events: await wakeWaiters(tx, { scope: buying.scope, contactIds: [contactId], atOnce: true }) };
  });
  await untilItWaits(telling);
  condition.end();
  wait.end();
  await Promise.all([telling, condition.done, wait.done]);
  await runner.pass("1 second");
  await runner.sweep();
  await runner.settle();
  expect([await places(keen), await places(buying)].flat().map(({ status }) => status)).toEqual([
    "completed",
    "completed",
  ]);
});
