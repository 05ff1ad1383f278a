import { sql } from "drizzle-orm";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import type { StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { commitThenSend } from "#server/drivers/events";
import { recordHits } from "#server/tracking/hits";
import { pauseCampaign, resumeCampaign } from "./launch.ts";
import { createRunner, emailStep, launch, ledger, newCampaign, places, type Started } from "./testing.ts";

const sinks = await vi.hoisted(async () => {
  const started = await (await import("../messages/testing-sinks.ts")).startSinks();
  Object.assign(process.env, started.env);
  return started;
});
const runner = createRunner(sinks);
beforeEach(() => runner.forget());
afterAll(() => sinks.stop());

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
