import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createContacts, type StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import type { StepContent } from "#server/campaigns/schema";
import { saveStep } from "#server/campaigns/step-mutations";
import { email } from "#server/campaigns/testing";
import { commitThenSend } from "#server/drivers/events";
import { sinks } from "#server/messages/testing-sinks";
import { pauseCampaign, resumeCampaign } from "./launch.ts";
import { addContacts } from "./mutations.ts";
import { createRunner, emailStep, launch, newCampaign, places, type Started } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const wait = (value: number, values: Partial<StepValues> = {}): StepValues => ({
  stepType: "wait",
  waitDuration: { value, unit: "days" },
  ...values,
});
const mailsOf = ({ scope }: Started) => sinks.mails.filter((mail) => mail.raw.includes(scope.workspaceId));

async function started(steps: StepValues[], lost?: string) {
  const campaign = await newCampaign({ emails: ["ada@example.test", "bea@example.test"], steps });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle(lost);
  return campaign;
}

async function save(
  { scope, campaignId: id }: Started,
  stepId: string,
  content: StepContent,
  retime = false,
) {
  await commitThenSend(scope, async (tx) => {
    const [row] = await tx.execute<{ version: number }>(
      sql`select version from campaigns where id = ${id}::uuid`,
    );
    return saveStep(tx, scope, { id, version: row?.version ?? -1, stepId, content, retime });
  });
  await runner.settle();
}

test("an email whose text is changed while it is queued leaves with the new text", async () => {
  const campaign = await started([emailStep({ subjectLine: "Old" })], "mailbox/messages.queued");
  expect(mailsOf(campaign)).toEqual([]);
  await save(campaign, campaign.stepIds[0] ?? "", {
    ...email,
    subjectLine: "New",
    emailContent: "<p>New words</p>",
  });
  await runner.pass("10 minutes");
  await runner.sweep();
  await runner.settle();
  expect(mailsOf(campaign).map(({ subject }) => subject)).toEqual(["New", "New"]);
  expect(mailsOf(campaign).every(({ raw }) => raw.includes("New words"))).toBe(true);
});

test("who waits at a wait that becomes shorter than they have waited goes on at once", async () => {
  const campaign = await started([wait(10), emailStep()]);
  await runner.pass("2 days");
  await save(campaign, campaign.stepIds[0] ?? "", { type: "wait", wait: { value: 1, unit: "days" } }, true);
  expect(mailsOf(campaign)).toHaveLength(2);
});

test("who waits at a wait that becomes longer waits longer, from when they came", async () => {
  const campaign = await started([wait(3), emailStep()]);
  await runner.pass("2 days");
  await save(campaign, campaign.stepIds[0] ?? "", { type: "wait", wait: { value: 5, unit: "days" } }, true);
  await runner.pass("2 days");
  expect(mailsOf(campaign)).toEqual([]);
  await runner.pass("26 hours");
  expect(mailsOf(campaign)).toHaveLength(2);
});

test("of a condition whose rules change, old answers stand and who comes later is asked the new ones", async () => {
  const ids = Array.from({ length: 3 }, () => crypto.randomUUID());
  const [fork = "", yes = "", no = ""] = ids;
  const rulesOf = (value: string) => ({
    version: 1 as const,
    match: "all" as const,
    rules: [{ field: "company", operator: "equals" as const, value }],
  });
  const campaign = await started([
    {
      id: fork,
      stepType: "condition",
      conditionRules: rulesOf("x"),
      nextStepId: null,
      trueNextStepId: yes,
      falseNextStepId: no,
    },
    wait(9, { id: yes, nextStepId: null }),
    wait(9, { id: no, nextStepId: null }),
  ]);
  await save(campaign, fork, { type: "condition", rules: rulesOf("y"), waitUpTo: null });
  await commitThenSend(campaign.scope, async (tx) => {
    const contactIds = await createContacts(tx, [
      { email: "late-x@example.test", company: "x" },
      { email: "late-y@example.test", company: "y" },
    ]);
    const { events } = await addContacts(tx, { campaignId: campaign.campaignId, contactIds, actorId: null });
    await tx.execute(sql`update contacts set company = 'y' where email = 'ada@example.test'`);
    return { events };
  });
  await runner.settle();
  expect((await places(campaign)).map((place) => [place.email, place.current_step_id])).toEqual([
    ["ada@example.test", no],
    ["bea@example.test", no],
    ["late-x@example.test", no],
    ["late-y@example.test", yes],
  ]);
});

test("a condition that cannot be read holds its people with a reason instead of saying no, until it is mended", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test"],
    steps: [{ stepType: "condition", conditionRules: { version: 1, match: "all", rules: [] } }, emailStep()],
  });
  const { scope, campaignId, stepIds } = campaign;
  const rules = (value: object) =>
    withTenant(scope, (tx) =>
      tx.execute(sql`
        update campaign_steps set condition_rules = ${JSON.stringify(value)}::jsonb, true_next_step_id = ${stepIds[1] ?? ""}::uuid
        where id = ${stepIds[0] ?? ""}::uuid`),
    );
  await rules({ version: 1, match: "all", rules: [{ field: "horoscope", operator: "soon", value: 1 }] });
  await launch(scope, campaignId);
  await runner.settle();
  expect(await places(campaign)).toMatchObject([{ status: "enrolled", wait_reason: "config_error" }]);
  await withTenant(scope, (tx) => pauseCampaign(tx, { campaignId }));
  await rules({
    version: 1,
    match: "all",
    rules: [{ field: "email", operator: "equals", value: "ada@example.test" }],
  });
  await commitThenSend(scope, (tx) => resumeCampaign(tx, { campaignId }));
  await runner.settle();
  expect(mailsOf(campaign)).toHaveLength(1);
});
