import { sql } from "drizzle-orm";
import { beforeEach, expect, test, vi } from "vitest";
import type { StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { sinks } from "#server/messages/testing-sinks";
import { createRunner, emailStep, launch, ledger, newCampaign, places } from "./testing.ts";

vi.hoisted(() =>
  Object.assign(process.env, { SMTP_URL: `smtp://127.0.0.1:${process.env.SANDBOX_SMTP_PORT}` }),
);
const { createSession } = await import("#db/factories");
const { callerFor, newColleague } = await import("#server/testing");
const { performActions } = await import("./action-step.ts");
const { mailNotifications } = await import("#server/notifications/mails");
const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const action = (actionType: string, actionConfig: Record<string, unknown>): StepValues => ({
  stepType: "action",
  actionType,
  actionConfig,
});
const four = ["ada", "bea", "cleo", "dora"].map((name) => `${name}@example.test`);
const toOwner = { to: "owner", userId: "" };

test("owners take turns, have a task each, and are told once of all; dying after the act repeats nothing", async () => {
  const campaign = await newCampaign({
    emails: four,
    steps: [
      action("assign_owner", { userIds: [], onlyIfNone: true }),
      action("create_task", { title: "Call them", note: "", dueInDays: 2, ...toOwner }),
      action("notify", { message: "gave a sign", channel: "both", ...toOwner }),
      emailStep(),
    ],
  });
  const { scope, campaignId, stepIds } = campaign;
  const { sessionId } = await createSession(scope.userId);
  const caller = callerFor({ sessionId, workspaceSlug: campaign.slug });
  const second = await newColleague({ ...campaign, caller, sessionId, email: "" }, "member");
  const owners: string[] = [scope.userId, second.userId];
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_steps set action_config = ${JSON.stringify({ userIds: owners, onlyIfNone: true })}::jsonb
      where id = ${stepIds[0]}::uuid`),
  );
  await launch(scope, campaignId);
  await runner.settle("campaign/step.due");
  const [entry = ""] = stepIds;
  const dying = withTenant(scope, async (tx) => {
    const [driver] = await tx.execute<{ fence: number }>(
      sql`select fence::int as fence from step_drivers where step_id = ${entry}::uuid`,
    );
    const slice = { scope, campaignId, stepId: entry, fence: driver?.fence ?? 0, limit: 100 };
    expect(await performActions(tx, slice)).toMatchObject({ held: true, acted: 4 });
    throw new Error("dies before the commit");
  });
  await expect(dying).rejects.toThrow("dies");
  await runner.pass("1 minute");
  await runner.sweep();
  await runner.settle();

  const rows = await withTenant(scope, (tx) =>
    tx.execute<{ owner: string; title: string; assignee: string; days: number }>(sql`
      select c.owner_id as owner, t.title, t.assignee_id as assignee, t.due_on - app_now()::date as days
      from contacts c join tasks t on t.contact_id = c.id order by c.id`),
  );
  expect(rows.map(({ owner }) => owners.indexOf(owner))).toEqual([0, 1, 0, 1]);
  expect(rows.map(({ assignee }) => assignee)).toEqual(rows.map(({ owner }) => owner));
  expect(new Set(rows.map(({ title, days }) => `${title} in ${days}`))).toEqual(new Set(["Call them in 2"]));
  const told = (await second.caller.notifications.list()).rows.map(({ title, path }) => [title, path]);
  expect(told).toEqual([
    ["Ada and 1 other: gave a sign", `/campaigns/${campaignId}`],
    ["Call them: Ada and 1 other", "/tasks"],
  ]);

  const subjects = () =>
    sinks.mails
      .filter(({ subject }) => subject.includes("gave a sign"))
      .map(({ to, subject }) => [to, subject]);
  await mailNotifications();
  await mailNotifications();
  expect(subjects().toSorted()).toEqual(
    [
      [`${second.email}`, "Ada and 1 other: gave a sign"],
      [`owner-${campaign.workspaceId.slice(-12)}@example.test`, "Ada and 1 other: gave a sign"],
    ].toSorted(),
  );
});

test("who is sent back gets the mail again each time, so often and no more, and then goes on", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test"],
    steps: [
      emailStep({ subjectLine: "Again" }),
      { stepType: "wait", waitDuration: { value: 1, unit: "days" } },
      action("go_to_step", { stepId: "", timesMax: 2 }),
      emailStep({ subjectLine: "Last" }),
    ],
  });
  const { scope, campaignId, stepIds } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_steps set action_config = jsonb_build_object('stepId', ${stepIds[0]}::text, 'timesMax', 2)
      where id = ${stepIds[2]}::uuid`),
  );
  await launch(scope, campaignId);
  await runner.settle();
  await runner.pass("1 day 1 minute", 2);
  // All of the engine's own state is gone: the log still says which times round these were.
  runner.forget();
  await runner.sweep();
  await runner.settle();
  for (let day = 0; day < 3; day += 1) {
    await runner.pass("1 day 1 minute");
    await runner.sweep();
    await runner.settle();
  }
  const sent = await ledger(campaign);
  expect(sent.map(({ step_id, delivery_status }) => [stepIds.indexOf(step_id), delivery_status])).toEqual([
    [0, "sent"],
    [0, "sent"],
    [0, "sent"],
    [3, "sent"],
  ]);
  expect(await places(campaign)).toMatchObject([{ status: "completed", total_emails_sent: 4 }]);
});

test("a score that an action changed is kept when the scores are worked out anew; with scoring off they are held", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test"],
    steps: [action("adjust_score", { points: 15 }), emailStep()],
  });
  const { scope, campaignId, contactIds } = campaign;
  await launch(scope, campaignId);
  await runner.settle();
  expect(await places(campaign)).toMatchObject([{ wait_reason: "config_error" }]);
  const { defaultScoring } = await import("#server/scoring/schema");
  const { saveModel, modelContext } = await import("#server/scoring/mutations");
  const { calculateScores } = await import("#server/scoring/calculate");
  const { activeModel } = await import("#server/scoring/queries");
  const { reconsiderIncomplete } = await import("./slice.ts");
  const { loadGraph } = await import("./steps.ts");
  await withTenant(scope, async (tx) => {
    await saveModel(
      tx,
      { scoring: defaultScoring, decayEnabled: true, decayRate: 5, decayIntervalDays: 30, isActive: true },
      scope,
    );
    await reconsiderIncomplete(tx, await loadGraph(tx, campaignId));
  });
  await runner.pass("1 minute");
  await runner.sweep();
  await runner.settle();
  const score = () =>
    withTenant(scope, async (tx) => {
      const model = await activeModel(tx);
      const context = await modelContext(tx, model);
      await calculateScores(tx, { model, context, extent: { after: null, upto: null } });
      const [row] = await tx.execute<{ score: number; adjustment: number }>(sql`
        select c.lead_score as score, s.adjustment from contacts c join contact_scores s on s.contact_id = c.id
        where c.id = ${contactIds[0]}::uuid`);
      return row;
    });
  expect(await score()).toEqual({ score: 15, adjustment: 15 });
  expect((await ledger(campaign)).map(({ delivery_status }) => delivery_status)).toEqual(["sent"]);
});

test("nobody writes to who is snoozed: what is queued gives its slot back and leaves when it is over", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test", "bea@example.test"],
    steps: [emailStep({ subjectLine: "First" }), emailStep({ subjectLine: "Second" })],
    settings: {
      delay_between_emails_seconds: 300,
      send_window_start: "00:00",
      send_window_end: "00:00",
      send_days: sql.param(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    },
  });
  const { scope, campaignId, contactIds } = campaign;
  await launch(scope, campaignId);
  await runner.settle();
  const status = async () =>
    (await ledger(campaign)).map(({ to_email, delivery_status, scheduled_for }) =>
      [to_email.split("@")[0], delivery_status, scheduled_for === null ? "no slot" : "slot"].join(" "),
    );
  expect((await status()).toSorted()).toEqual(["ada queued slot", "ada sent slot", "bea queued slot"]);
  const { snoozeFor, endSnooze } = await import("./snooze.ts");
  const { commitThenSend } = await import("#server/drivers/events");
  const author = { actorId: scope.userId };
  await commitThenSend(scope, async (tx) => ({
    events: await snoozeFor(tx, { scope, contactIds, days: 3, author }),
  }));
  await runner.settle();
  await runner.pass("1 day");
  await runner.sweep();
  await runner.settle();
  expect((await status()).toSorted()).toEqual(["ada queued no slot", "ada sent slot", "bea queued no slot"]);
  expect((await places(campaign)).map(({ wait_reason }) => wait_reason)).toEqual(["snoozed", "snoozed"]);
  await commitThenSend(scope, async (tx) => ({
    events: await endSnooze(tx, { scope, contactId: contactIds[1] ?? "", author }),
  }));
  await runner.settle();
  await runner.pass("5 minutes");
  expect(await status()).toContain("bea sent slot");
  expect(await status()).toContain("ada queued no slot");
  await runner.pass("2 days");
  await runner.pass("10 minutes", 2);
  expect((await status()).filter((line) => line === "ada sent slot")).toHaveLength(2);
});
