// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import type { StepValues } from "#db/factories";
import { type TenantTx, withTenant } from "#db/tenancy";
import type { StepContent } from "#server/campaigns/schema";
import { addStep, deleteSteps, type Edited, relocateSteps, saveStep } from "#server/campaigns/step-mutations";
import { commitThenSend } from "#server/drivers/events";
import { claim, queued, settle, statuses, usage } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { resumeCampaign, pauseCampaign } from "./launch.ts";
import { createRunner, emailStep, launch, ledger, newCampaign, places, type Started } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const two = ["ada@example.test", "bea@example.test"];
const wait = (value: number, values: Partial<StepValues> = {}): StepValues => ({
  stepType: "wait",
  waitDuration: { value, unit: "days" },
  ...values,
});
const mailsOf = ({ scope }: Started) => sinks.mails.filter((mail) => mail.raw.includes(scope.workspaceId));

type Edit = { id: string; version: number };
/** An edit with the version that the campaign has now, as somebody at the page makes it. */
const edit = (
  { scope, campaignId }: Started,
  change: (tx: TenantTx, scope: Started["scope"], edit: Edit) => Promise<Edited>,
) =>
  commitThenSend(scope, async (tx) => {
    const [row] = await tx.execute<{ version: number }>(
      sql`select version from campaigns where id = ${campaignId}::uuid`,
    );
    return change(tx, scope, { id: campaignId, version: row?.version ?? -1 });
  });
const remove = (campaign: Started, stepId = "", keep?: "true" | "false" | "neither") =>
  edit(campaign, (tx, scope, at) =>
    deleteSteps(tx, scope, { ...at, stepIds: [stepId], keep: keep && { [stepId]: keep } }),
  );
const save = (campaign: Started, stepId: string, content: StepContent, retime = false) =>
  edit(campaign, (tx, scope, at) => saveStep(tx, scope, { ...at, stepId, content, retime }));

async function started(steps: StepValues[], emails = two) {
  const campaign = await newCampaign({ emails, steps });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  return campaign;
}

test("who stands at a deleted step goes on at once with the next one that is left, and nobody is stranded", async () => {
  const campaign = await started([
    emailStep(),
    wait(3),
    emailStep({ subjectLine: "Second" }),
    wait(4),
    emailStep({ subjectLine: "Third" }),
  ]);
  const [, first, , second, third] = campaign.stepIds;
  await remove(campaign, first);
  await runner.settle();
  expect((await places(campaign)).map((place) => place.current_step_id)).toEqual([second, second]);
  expect(mailsOf(campaign)).toHaveLength(4);

  // A run that had read the steps before the deletion brings somebody to the step that is gone.
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`
      with late as (
        update campaign_contacts set current_step_id = ${first}::uuid, visit = 2, next_email_scheduled_at = app_now() + interval '9 days'
        where campaign_id = ${campaign.campaignId}::uuid and contact_id = ${campaign.contactIds[0]}::uuid returning 1
      )
      update step_drivers set fence = fence + 1, run_id = null, lease_until = null, wakes_at = app_now() - interval '1 hour'
      where step_id = ${first}::uuid`),
  );
  await runner.sweep();
  await runner.settle();
  await remove(campaign, second);
  await runner.settle();
  expect(mailsOf(campaign).filter(({ raw }) => raw.includes("Subject: Third"))).toHaveLength(2);
  expect((await places(campaign)).map((place) => place.status)).toEqual(["completed", "completed"]);
  expect(third).toBeDefined();
});

test("who stands at any of several steps that are deleted together goes on behind all of them", async () => {
  const campaign = await started([
    emailStep(),
    wait(3),
    emailStep({ subjectLine: "Second" }),
    wait(4),
    emailStep({ subjectLine: "Third" }),
  ]);
  const [, first = "", mail = "", second = ""] = campaign.stepIds;
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update campaign_contacts set current_step_id = ${second}::uuid
      where campaign_id = ${campaign.campaignId}::uuid and contact_id = ${campaign.contactIds[0]}::uuid`),
  );
  await edit(campaign, (tx, scope, at) => deleteSteps(tx, scope, { ...at, stepIds: [second, first, mail] }));
  await runner.settle();
  expect(mailsOf(campaign).map(({ raw }) => /Subject: (\w+)/.exec(raw)?.[1])).not.toContain("Second");
  expect(mailsOf(campaign).filter(({ raw }) => raw.includes("Subject: Third"))).toHaveLength(2);
  expect((await places(campaign)).map((place) => place.status)).toEqual(["completed", "completed"]);
});

test("a deleted email is not sent to those it was queued for, its slots are free again, and what was on the wire counts", async () => {
  const campaign = await queued(
    runner,
    await newCampaign({ emails: [...two, "cleo@example.test"], steps: [emailStep(), wait(2), emailStep()] }),
  );
  const onTheWire = await claim(campaign, 1);
  await remove(campaign, campaign.stepIds[0]);
  expect((await claim(campaign)).messages).toEqual([]);
  await runner.settle("mailbox/messages.queued");
  expect(await statuses(campaign)).toEqual(["cancelled", "cancelled", "sending"]);
  await settle(campaign, onTheWire, "sent");
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 1 });
  expect((await places(campaign)).map((place) => [place.current_step_id, place.total_emails_sent])).toEqual([
    [campaign.stepIds[1], expect.any(Number)],
    [campaign.stepIds[1], expect.any(Number)],
    [campaign.stepIds[1], expect.any(Number)],
  ]);
  expect((await places(campaign)).map((place) => place.total_emails_sent).sort()).toEqual([0, 0, 1]);
});

test("an email that comes back from the wire after its step was deleted is not tried again", async () => {
  const campaign = await queued(
    runner,
    await newCampaign({ emails: two, steps: [emailStep(), wait(2), emailStep()] }),
  );
  const onTheWire = await claim(campaign);
  await remove(campaign, campaign.stepIds[0]);
  await runner.settle("mailbox/messages.queued");
  await settle(campaign, onTheWire, "deferred");
  await runner.pass("1 hour", 2);
  await runner.sweep();
  await runner.settle();
  expect(await statuses(campaign)).toEqual(["cancelled", "cancelled"]);
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 0 });
});

test("a wait is shortened for those who come, and for those who wait when that is asked for: never before now", async () => {
  const campaign = await started([emailStep(), wait(10), emailStep({ subjectLine: "Second" })]);
  const [, pause = ""] = campaign.stepIds;
  await runner.pass("2 days");
  const before = (await places(campaign)).map((place) => place.next_email_scheduled_at);
  await save(campaign, pause, { type: "wait", wait: { value: 1, unit: "days" } });
  await runner.settle();
  expect((await places(campaign)).map((place) => place.next_email_scheduled_at)).toEqual(before);
  await save(campaign, pause, { type: "wait", wait: { value: 3, unit: "days" } }, true);
  await runner.settle();
  expect(mailsOf(campaign)).toHaveLength(2);
  await runner.pass("25 hours");
  expect(mailsOf(campaign)).toHaveLength(4);
});

test("a step put into a running campaign holds those who come by until it is finished, and then does its work", async () => {
  const campaign = await started([emailStep(), wait(1)]);
  const [, pause = ""] = campaign.stepIds;
  await edit(campaign, (tx, scope, at) =>
    addStep(tx, scope, { ...at, type: "email", position: { kind: "edge", from: pause, edge: "next" } }),
  );
  await runner.pass("25 hours");
  expect((await places(campaign)).map((place) => place.wait_reason)).toEqual([
    "config_error",
    "config_error",
  ]);
  const added = (await places(campaign))[0]?.current_step_id ?? "";
  const content: StepContent = {
    type: "email",
    templateId: null,
    templateVersion: null,
    subjectLine: "Inserted",
    previewText: "",
    emailContent: "<p>Hello</p>",
    sender: null,
    replyInThread: false,
    attachments: [],
    review: null,
    sendTime: null,
    test: null,
  };
  await expect(save(campaign, added, { ...content, subjectLine: "" })).rejects.toThrow("has no subject");
  await save(campaign, added, content);
  await runner.settle();
  expect(mailsOf(campaign).filter(({ raw }) => raw.includes("Subject: Inserted"))).toHaveLength(2);
  expect((await places(campaign)).map((place) => place.status)).toEqual(["completed", "completed"]);
});

test("of a deleted condition the chosen branch stays, those in the other one go on where both met, and old answers stand", async () => {
  const ids = Array.from({ length: 5 }, () => crypto.randomUUID());
  const [fork = "", yes = "", no = "", join = ""] = ids;
  const rules = { version: 1, match: "all", rules: [{ field: "company", operator: "equals", value: "x" }] };
  const campaign = await newCampaign({
    emails: two,
    steps: [
      {
        id: fork,
        stepType: "condition",
        conditionRules: rules,
        nextStepId: null,
        trueNextStepId: yes,
        falseNextStepId: no,
      },
      wait(1, { id: yes, nextStepId: join }),
      wait(9, { id: no, nextStepId: join }),
      emailStep({ id: join, nextStepId: null }),
    ],
  });
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update contacts set company = 'X' where id = ${campaign.contactIds[0]}::uuid`),
  );
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect((await places(campaign)).map((place) => place.current_step_id)).toEqual([yes, no]);
  await remove(campaign, fork, "true");
  await runner.settle();
  expect((await places(campaign)).map((place) => [place.current_step_id, place.status])).toEqual([
    [yes, "active"],
    [null, "completed"],
  ]);
  expect((await ledger(campaign)).map((row) => row.to_email)).toEqual(["bea@example.test"]);
  const outcomes = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ outcome: string }>(sql`
      select outcome from enrollment_step_log where step_id = ${fork}::uuid order by outcome`),
  );
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["false", "true"]);
});

test("edits, pauses and sending at the same moment have one outcome: each email leaves once or not at all", async () => {
  const campaign = await started([
    wait(1),
    emailStep({ subjectLine: "Doomed" }),
    emailStep({ subjectLine: "Kept" }),
  ]);
  const [, doomed = ""] = campaign.stepIds;
  const working = runner.pass("25 hours");
  await remove(campaign, doomed);
  await withTenant(campaign.scope, (tx) => pauseCampaign(tx, campaign));
  await commitThenSend(campaign.scope, (tx) => resumeCampaign(tx, campaign));
  await working;
  await runner.pass("2 minutes", 2);
  await runner.sweep();
  await runner.settle();
  const kept = mailsOf(campaign).filter(({ raw }) => raw.includes("Subject: Kept"));
  const gone = mailsOf(campaign).filter(({ raw }) => raw.includes("Subject: Doomed"));
  expect(kept.map(({ to }) => to).sort()).toEqual(two);
  expect(new Set(gone.map(({ to }) => to)).size).toBe(gone.length);
  expect((await places(campaign)).map((place) => place.status)).toEqual(["completed", "completed"]);
});

test("an email that is moved behind those who got it is not sent to them again", async () => {
  const campaign = await started([
    emailStep({ subjectLine: "Once" }),
    wait(1),
    emailStep({ subjectLine: "Last" }),
  ]);
  const [once = "", , last = ""] = campaign.stepIds;
  await edit(campaign, (tx, scope, at) =>
    relocateSteps(tx, scope, {
      ...at,
      stepIds: [once],
      position: { kind: "edge", from: last, edge: "next" },
    }),
  );
  await runner.pass("25 hours");
  expect((await places(campaign)).map((place) => place.status)).toEqual(["completed", "completed"]);
  const subjects = mailsOf(campaign).map(({ raw }) => /Subject: (\w+)/.exec(raw)?.[1]);
  expect(subjects.sort()).toEqual(["Last", "Last", "Once", "Once"]);
});
