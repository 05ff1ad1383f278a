import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import type { StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { commitThenSend } from "#server/drivers/events";
import { sinks } from "#server/messages/testing-sinks";
import { compileRules } from "#server/segments/compile";
import { type Rule, ruleTree, stepRuleTree } from "#server/segments/schema";
import { recordHits } from "#server/tracking/hits";
import { pauseCampaign, resumeCampaign } from "./launch.ts";
import { wakeWaiters } from "./waiters.ts";
import { createRunner, emailStep, launch, ledger, newCampaign, places, type Started } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const [email, condition, yes, no, late] = ["email", "condition", "yes", "no", "late"].map(() =>
  crypto.randomUUID(),
);
const opened = { field: "email_opened", operator: "is_true" };

/** An email, a condition, and a tag for each way out of it. */
function forked(rules: object, values: Partial<StepValues> = {}): StepValues[] {
  const ids = new Map([email, condition, yes, no, late].map((id) => [id, crypto.randomUUID()]));
  const at = (id: string | undefined) => ids.get(id) ?? "";
  const tag = (id: string | undefined, name: string): StepValues => ({
    id: at(id),
    stepType: "action",
    actionType: "add_tag",
    actionConfig: { tag: name },
    nextStepId: null,
  });
  const fork: StepValues = {
    id: at(condition),
    stepType: "condition",
    conditionRules: { version: 1, match: "any", rules: [rules] },
    nextStepId: null,
    trueNextStepId: at(yes),
    falseNextStepId: at(no),
    ...values,
  };
  return [emailStep({ id: at(email) }), fork, tag(yes, "yes"), tag(no, "no"), tag(late, "late")];
}

async function open({ scope }: Started, messageId: string, machineReason: string | null = null) {
  const hit = {
    type: "opened",
    linkIndex: null,
    url: null,
    ip: "203.0.113.9",
    userAgent: "Mozilla/5.0",
  } as const;
  await commitThenSend(scope, (tx) => recordHits(tx, scope, [{ ...hit, messageId, machineReason }]));
}

/** `email: tag` of everybody who has one. */
const tags = ({ scope }: Started) =>
  withTenant(scope, async (tx) => {
    const rows = await tx.execute<{ line: string }>(sql`
      select c.email || ': ' || t.name as line from contacts c join contact_tags ct on ct.contact_id = c.id
      join tags t on t.id = ct.tag_id order by c.email`);
    return rows.map(({ line }) => line);
  });

async function started(steps: StepValues[], emails = ["a@x.test", "b@x.test", "c@x.test"]) {
  const campaign = await newCampaign({ emails, steps });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  return campaign;
}

test("a condition waits for its event, is woken by it, and gives up in time", async () => {
  const campaign = await started(forked(opened, { waitUpTo: { value: 3, unit: "days" } }));
  expect((await places(campaign)).map((one) => one.wait_reason)).toEqual(
    Array.from({ length: 3 }, () => "waiting_for_condition"),
  );
  await runner.pass("1 day");
  const [first, second] = await ledger(campaign);
  await open(campaign, first?.id ?? "");
  await open(campaign, second?.id ?? "", "image_proxy");
  await runner.settle();
  expect(await tags(campaign)).toEqual([]);
  await runner.pass("90 seconds");
  const human = `${first?.to_email}: yes`;
  expect(await tags(campaign)).toEqual([human]);
  await runner.pass("2 days");
  const others = ["a", "b", "c"]
    .map((name) => `${name}@x.test`)
    .filter((address) => address !== first?.to_email);
  expect(await tags(campaign)).toEqual([human, ...others.map((address) => `${address}: no`)].sort());
});

test("an open counts once it has settled, not at the moment it comes in", async () => {
  const wait = crypto.randomUUID();
  const steps = forked(opened);
  const [mail, fork] = steps;
  const campaign = await started([
    { ...mail, stepType: "email", nextStepId: wait },
    { id: wait, stepType: "wait", waitDuration: { value: 10, unit: "minutes" }, nextStepId: fork?.id },
    ...steps.slice(1),
  ]);
  await moveClock("9 minutes 50 seconds");
  const [message] = await ledger(campaign);
  await open(campaign, message?.id ?? "");
  await runner.pass("15 seconds");
  const settling = (await places(campaign)).filter((one) => one.wait_reason === "settling");
  expect(settling.map((one) => one.email)).toEqual([message?.to_email]);
  await runner.pass("61 seconds");
  expect(await tags(campaign)).toContain(`${message?.to_email}: yes`);
});

test("attributes and tags decide at once, and a branch that leads nowhere ends the way", async () => {
  const company = { field: "company", operator: "equals", value: "acme" };
  const campaign = await newCampaign({
    emails: ["a@x.test", "b@x.test"],
    steps: forked(company, { falseNextStepId: null }),
  });
  const [a] = campaign.contactIds;
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update contacts set company = 'Acme' where id = ${a}::uuid`),
  );
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await tags(campaign)).toEqual(["a@x.test: yes"]);
  expect((await places(campaign)).map((one) => one.status)).toEqual(["completed", "completed"]);
});

test("an incomplete step holds its contacts with a reason instead of guessing, until it is mended", async () => {
  const broken = {
    stepType: "action",
    actionType: "update_field",
    actionConfig: { field: "shoe_size", value: "43" },
  } as const;
  const campaign = await started([emailStep(), broken]);
  const reasons = async () => (await places(campaign)).map((one) => one.wait_reason);
  expect(await reasons()).toEqual(["config_error", "config_error", "config_error"]);
  await withTenant(campaign.scope, (tx) => pauseCampaign(tx, campaign));
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update campaign_steps set action_config = '{"field": "city", "value": "Paris"}'::jsonb
      where id = ${campaign.stepIds[1]}::uuid`),
  );
  await commitThenSend(campaign.scope, (tx) => resumeCampaign(tx, campaign));
  await runner.settle();
  expect((await places(campaign)).map((one) => one.status)).toEqual(["completed", "completed", "completed"]);
});

/** Tells of a custom event, as the API does. */
const tell = ({ scope }: Started, contactId: string, name: string) =>
  commitThenSend(scope, async (tx) => {
    await tx.execute(sql`insert into custom_events (event_id, name, contact_id)
      values (${crypto.randomUUID()}, ${name}, ${contactId}::uuid)`);
    return { events: await wakeWaiters(tx, { scope, contactIds: [contactId], atOnce: true }) };
  });

test("a random share is drawn once for each contact and step, and is about as large as it says", async () => {
  const emails = Array.from({ length: 400 }, (_, index) => `p${index}@x.test`);
  const campaign = await newCampaign({
    emails,
    steps: forked({ field: "random", operator: "at_most", value: 25 }).slice(1),
  });
  const [fork = ""] = campaign.stepIds;
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const drawn = () =>
    withTenant(campaign.scope, async (tx) => {
      const rows = await tx.execute<{ id: string }>(sql`
        select contact_id as id from enrollment_step_log where step_id = ${fork}::uuid and outcome = 'true' order by 1`);
      return rows.map(({ id }) => id);
    });
  const first = await drawn();
  expect(first.length).toBeGreaterThan(60);
  expect(first.length).toBeLessThan(145);
  await withTenant(campaign.scope, async (tx) => {
    await tx.execute(sql`delete from enrollment_step_log where campaign_id = ${campaign.campaignId}::uuid`);
    await tx.execute(sql`update campaigns set status = 'active' where id = ${campaign.campaignId}::uuid`);
    await tx.execute(sql`update campaign_contacts set status = 'active', current_step_id = ${fork}::uuid, completed_at = null,
      next_email_scheduled_at = app_now() where campaign_id = ${campaign.campaignId}::uuid`);
    await tx.execute(
      sql`update step_drivers set wakes_at = app_now() - interval '1 hour' where step_id = ${fork}::uuid`,
    );
  });
  await runner.sweep();
  await runner.settle();
  expect(await drawn()).toEqual(first);
});

test("events, rates, the campaign's clock and groups of groups each say whom they mean", async () => {
  const campaign = await started([emailStep(), emailStep()], ["a@x.test", "b@x.test"]);
  const [a = ""] = campaign.contactIds;
  await tell(campaign, a, "order.placed");
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update content.email_messages set first_opened_at = app_now()
      where contact_id = ${a}::uuid and step_id = ${campaign.stepIds[0]}::uuid`),
  );
  // A Saturday in Berlin that is still Friday in New York.
  const context = { now: new Date("2026-11-20T23:30:00Z"), zone: "UTC", segments: new Map() };
  const matching = (zone: string, ...rules: Rule[]) =>
    withTenant(campaign.scope, async (tx) => {
      const tree = stepRuleTree.parse({ version: 1, match: "all", rules });
      const asks = compileRules(tree, { ...context, step: { id: campaign.stepIds[0] ?? "", zone } });
      const rows = await tx.execute<{ name: string }>(
        sql`select left(email, 1) as name from contacts c where ${asks} order by 1`,
      );
      return rows.map(({ name }) => name).join("");
    });
  const occurred = { field: "custom_event", operator: "is_true", value: { event: "Order.Placed" } } as const;
  const saturday = { field: "weekday", operator: "in", value: ["sat", "sun"] } as Rule;
  const late = { field: "hour", operator: "between", value: [23, 23] } as Rule;
  const rate = (count: number) => ({ field: "open_rate", operator: "equals", value: { count } }) as Rule;
  expect(await matching("UTC", occurred)).toBe("a");
  expect(await matching("UTC", { ...occurred, operator: "is_false" })).toBe("b");
  expect(await matching("Europe/Berlin", saturday)).toBe("ab");
  expect(await matching("America/New_York", saturday)).toBe("");
  expect(await matching("UTC", late)).toBe("ab");
  expect(await matching("Europe/Berlin", late)).toBe("");
  expect([await matching("UTC", rate(50)), await matching("UTC", rate(0))]).toEqual(["a", "b"]);
  const nested: Rule = { match: "any", rules: [occurred, { match: "none", rules: [rate(0)] }] };
  expect(await matching("Europe/Berlin", saturday, nested)).toBe("a");
  expect(ruleTree.safeParse({ version: 1, match: "all", rules: [saturday] }).success).toBe(false);
});

test("a wait for an event ends when it comes, even while the run that would wake is lost, and else by its own way in time", async () => {
  const [pause, happened, late] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const tag = (id: string, name: string): StepValues => ({
    id,
    stepType: "action",
    actionType: "add_tag",
    actionConfig: { tag: name },
    nextStepId: null,
  });
  const rule = {
    until: "event",
    event: "custom_event",
    name: "order.placed",
    timeout: { value: 3, unit: "days" },
    onTimeout: "branch",
  };
  const campaign = await newCampaign({
    emails: ["a@x.test", "b@x.test", "c@x.test"],
    steps: [
      {
        id: pause,
        stepType: "wait",
        waitDuration: rule,
        nextStepId: null,
        trueNextStepId: happened,
        onTimeoutStepId: late,
      },
      tag(happened, "bought"),
      tag(late, "late"),
    ],
  });
  const [a = "", b = ""] = campaign.contactIds;
  await tell(campaign, b, "order.placed");
  await moveClock("1 minute");
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect((await places(campaign)).map((one) => one.wait_reason)).toEqual(
    Array.from({ length: 3 }, () => "waiting_for_event"),
  );
  await runner.pass("1 day");
  await tell(campaign, a, "something.else");
  await tell(campaign, a, "order.placed");
  await runner.settle();
  expect(await tags(campaign)).toEqual(["a@x.test: bought"]);
  await tell(campaign, b, "order.placed");
  runner.forget();
  await runner.pass("2 minutes");
  await runner.sweep();
  await runner.settle();
  expect(await tags(campaign)).toEqual(["a@x.test: bought", "b@x.test: bought"]);
  await runner.pass("49 hours");
  await runner.sweep();
  await runner.settle();
  expect(await tags(campaign)).toEqual(["a@x.test: bought", "b@x.test: bought", "c@x.test: late"]);
});
