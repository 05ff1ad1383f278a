import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { loadLive } from "#server/analytics/live";
import { removeBlackout } from "#server/blackout-dates/mutations";
import { takeOver } from "#server/drivers/mutations";
import { commitThenSend } from "#server/drivers/events";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  places,
  type Started,
  statusOf,
} from "#server/enrollments/testing";
import { dayMs, startOfDay } from "#server/planner/zone";
import { queueMessages } from "./queue.ts";
import { replanSteps } from "./replan.ts";
import { loadSending, skippedDays } from "./sending.ts";
import { addDays, log, now, sent } from "./testing-days.ts";
import { sinks } from "./testing-sinks.ts";
import { always, atOnce, people, statuses, toTheSame, usage } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const settings = { ...atOnce, daily_limit: 1000 };
const nineToFive = { ...settings, send_window_start: "09:00", send_window_end: "17:00" };
const waitDays = (value: number) => ({
  stepType: "wait" as const,
  waitDuration: { value, unit: "days" },
});

/** Moves the clock to an hour of UTC, so many days from today. */
async function moveTo(campaign: Started, days: number, hour: number): Promise<void> {
  const at = (await now(campaign)).getTime();
  await moveClock(`${startOfDay(at) + days * dayMs + hour * 3_600_000 - at} milliseconds`);
  await runner.settle();
}

test("an email whose turn comes on such a day is never sent, by the campaigns named, and the next wait begins; an exception takes the day out", async () => {
  const steps = [emailStep(), waitDays(2), emailStep({ subjectLine: "Again" })];
  const named = await newCampaign({ emails: people(2, "named"), settings, steps });
  const other = await toTheSame(named, 50);
  await addDays(named, { from: 0, to: 1, action: "skip", onlyFor: [named.campaignId] });
  for (const { campaignId } of [named, other]) await launch(named.scope, campaignId);
  await runner.settle();
  expect(await sent(other)).toBe(2);
  expect(await ledger(named)).toEqual([]);
  expect(await log(named)).toEqual(["skip_day", "skip_day"]);
  expect((await places(named)).map(({ wait_reason }) => wait_reason)).toEqual(["waiting", "waiting"]);
  const live = await withTenant(named.scope, (tx) => loadLive(tx, named.campaignId));
  expect(live.steps[0]).toMatchObject({ passed: 2, passedOver: 2, numbers: { sent: 0 } });
  await moveTo(named, 1, 23);
  expect(await sent(named)).toBe(0);
  await runner.pass("1 day");
  expect(await sent(named)).toBe(2);

  const open = await newCampaign({ emails: people(1, "open"), settings });
  await addDays(open, { from: 0, action: "skip" });
  await addDays(open, { from: 0, action: "allow", onlyFor: [open.campaignId] });
  await launch(open.scope, open.campaignId);
  await runner.settle();
  expect(await sent(open)).toBe(1);
});

test("whose turn comes tomorrow waits for that and is told so; a day that is taken out again costs nobody their email", async () => {
  const gone = await newCampaign({ emails: people(1, "gone"), settings: nineToFive });
  const kept = await newCampaign({ emails: people(1, "kept"), settings: nineToFive });
  await moveTo(gone, 1, 18);
  await addDays(gone, { from: 1, action: "skip" });
  const days = await addDays(kept, { from: 1, action: "skip" });
  for (const { scope, campaignId } of [gone, kept]) await launch(scope, campaignId);
  await runner.settle();
  const nine = new Date(startOfDay((await now(gone)).getTime()) + dayMs + 9 * 3_600_000);
  const waits = [{ wait_reason: "skip_day", next_email_scheduled_at: nine }];
  expect(await places(gone)).toMatchObject(waits);
  expect(await places(kept)).toMatchObject(waits);
  const { answer } = await withTenant(gone.scope, (tx) => loadLive(tx, gone.campaignId));
  expect(answer).toMatchObject({ code: "skip_day", at: nine });

  await commitThenSend(kept.scope, (tx) =>
    removeBlackout(tx, { scope: kept.scope, userId: kept.userId }, days),
  );
  await runner.settle();
  expect((await places(kept))[0]?.wait_reason).not.toBe("skip_day");
  expect(await log(gone)).toEqual([]);
  await moveTo(gone, 1, 8.95);
  await moveTo(gone, 0, 9.05);
  expect([await sent(gone), await log(gone)]).toEqual([0, ["skip_day"]]);
  expect([await sent(kept), await log(kept)]).toEqual([1, ["sent"]]);
});

test("taking days out leaves those whom they hold to their step, a few thousand at a time, the paused ones too; where no email is passed over nobody is looked for", async () => {
  const campaign = await newCampaign({ emails: people(3), settings: nineToFive });
  const { scope, userId, campaignId } = campaign;
  await moveTo(campaign, 1, 18);
  const days = await addDays(campaign, { from: 1, action: "skip" });
  await launch(scope, campaignId);
  await runner.settle();
  const held = async () =>
    (await places(campaign)).filter(({ wait_reason }) => wait_reason === "skip_day").length;
  expect(await held()).toBe(3);
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_contacts set status = 'paused'
      where id = (select min(id::text)::uuid from campaign_contacts where campaign_id = ${campaignId}::uuid)`),
  );
  await commitThenSend(scope, (tx) => removeBlackout(tx, { scope, userId }, days));
  expect(await held(), "the request itself touches nobody").toBe(3);
  await runner.settle();
  expect(await held()).toBe(0);

  const shut = await addDays(campaign, { from: 5, action: "delay" });
  const looks = await withTenant(scope, async (tx) => {
    await removeBlackout(tx, { scope, userId }, shut);
    const marked = await tx.execute(sql`select 1 from campaign_steps where retimed_up_to is not null`);
    return marked.length;
  });
  expect(looks).toBe(0);
});

test("a day taken out on which emails wait lets those go whose turn it had moved to one on which they are passed over", async () => {
  const campaign = await newCampaign({ emails: people(1), settings: nineToFive });
  const { scope, userId, campaignId } = campaign;
  await moveTo(campaign, 1, 8);
  await addDays(campaign, { from: 1, action: "skip" });
  const shut = await addDays(campaign, { from: 0, action: "delay" });
  await launch(scope, campaignId);
  await runner.settle();
  expect((await places(campaign))[0]?.wait_reason).toBe("skip_day");
  await commitThenSend(scope, (tx) => removeBlackout(tx, { scope, userId }, shut));
  await runner.settle();
  expect((await places(campaign))[0]?.wait_reason).not.toBe("skip_day");
});

test("where both kinds of days are the same one, emails are passed over, whichever was added first", async () => {
  for (const actions of [["delay", "skip"] as const, ["skip", "delay"] as const]) {
    const campaign = await newCampaign({ emails: people(1), settings });
    for (const action of actions) await addDays(campaign, { from: 0, to: 1, action });
    await launch(campaign.scope, campaign.campaignId);
    await runner.settle();
    expect([await log(campaign), await statusOf(campaign)], actions.join()).toEqual([
      ["skip_day"],
      "completed",
    ]);
  }
});

test("who was due before and waits for a limit gets the email after these days; a limit makes nobody lose one", async () => {
  const campaign = await newCampaign({ emails: people(3), settings: { ...nineToFive, daily_limit: 1 } });
  await moveTo(campaign, 1, 13);
  await addDays(campaign, { from: 1, to: 2, action: "skip" });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await sent(campaign)).toBe(1);
  const lookAgain = () =>
    commitThenSend(campaign.scope, async (tx) => ({ events: await replanSteps(tx, campaign.scope) }));
  for (const days of [1, 1]) {
    await moveTo(campaign, days, 12);
    await lookAgain();
    await runner.settle();
  }
  expect([await sent(campaign), await log(campaign)]).toEqual([1, ["sent"]]);
  // Places are given out a few minutes ahead.
  for (const days of [1, 1]) {
    await moveTo(campaign, days, 8.95);
    await moveTo(campaign, 0, 10);
  }
  expect(await log(campaign)).toEqual(["sent", "sent", "sent"]);
});

test("an email with a time of day is judged by that, also when something else keeps it after it", async () => {
  const campaign = await newCampaign({
    emails: people(1),
    settings,
    steps: [emailStep({ sendTime: "09:00" })],
  });
  const { scope, campaignId } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(sql`insert into tenant_policies (contact_emails_per_day) values (1)`),
  );
  await moveTo(campaign, 1, 12);
  // They come to it on such a day; its turn is on the next one.
  await addDays(campaign, { from: 0, action: "skip", onlyFor: [campaignId] });
  const other = await toTheSame(campaign, 50);
  for (const each of [campaign, other]) await launch(scope, each.campaignId);
  await runner.settle();
  expect(await sent(other)).toBe(1);
  await moveTo(campaign, 1, 9.05);
  expect((await places(campaign))[0]?.wait_reason).toBe("frequency_cap");
  await moveTo(campaign, 0, 12.1);
  expect([await sent(campaign), await log(campaign)]).toEqual([1, ["sent"]]);
});

test("an email with a time of day is not judged by the day before, by whoever comes just after midnight", async () => {
  const campaign = await newCampaign({
    emails: people(1),
    settings,
    steps: [emailStep({ sendTime: "23:50" })],
  });
  await moveTo(campaign, 1, 12);
  await addDays(campaign, { from: 0, action: "skip" });
  await moveTo(campaign, 1, 0.16);
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect([await sent(campaign), await log(campaign)]).toEqual([1, ["sent"]]);
});

test("who was due on such a day is passed over for it however late they are looked at, behind a queue of many weeks say", async () => {
  const campaign = await newCampaign({ emails: people(2), settings });
  await moveTo(campaign, 1, 12);
  await addDays(campaign, { from: 0, action: "skip" });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("campaign/step.due");
  runner.forget();
  // Nobody is at work.
  await moveClock("50 days");
  await runner.sweep();
  await runner.settle();
  expect([await sent(campaign), await log(campaign)]).toEqual([0, ["skip_day", "skip_day"]]);
});

test("emails that have a place in the queue today are passed over when the day is added, and their places given back; what has left has left", async () => {
  const campaign = await newCampaign({
    emails: people(4),
    settings: { ...always, daily_limit: 1000, delay_between_emails_seconds: 120 },
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await statuses(campaign)).toEqual(["queued", "queued", "queued", "sent"]);
  await addDays(campaign, { from: 0, action: "skip" });
  await runner.settle();
  expect(await statuses(campaign)).toEqual(["cancelled", "cancelled", "cancelled", "sent"]);
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 1 });
  expect((await log(campaign)).sort()).toEqual(["sent", "skip_day", "skip_day", "skip_day"]);
  await expect(addDays(campaign, { from: -3, to: 1, action: "skip" })).rejects.toMatchObject({
    code: "invalid",
  });
});

test("a step that dies while it passes people over has changed nothing, and passes each over once when it runs again", async () => {
  const campaign = await newCampaign({ emails: people(2), settings });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("campaign/step.due");
  await addDays(campaign, { from: 0, action: "skip" });
  const { scope, campaignId, stepIds } = campaign;
  const drive = (dies: boolean) =>
    withTenant(scope, async (tx) => {
      const stepId = stepIds[0] ?? "";
      const fence = (await takeOver(tx, { table: "step_drivers", id: stepId }, { runId: "one" })) ?? -1;
      const { acted } = await queueMessages(tx, { scope, campaignId, stepId, fence, limit: 100 });
      if (dies) throw new Error("It died.");
      return acted;
    });
  await expect(drive(true)).rejects.toThrow("It died.");
  expect(await log(campaign)).toEqual([]);
  expect([await drive(false), await drive(false)]).toEqual([2, 0]);
  expect(await log(campaign)).toEqual(["skip_day", "skip_day"]);
});

test("days that no turn reaches yet make no step look for them, and a forecast knows them all the same", async () => {
  const campaign = await newCampaign({ emails: people(1), settings });
  const { scope, campaignId } = campaign;
  await addDays(campaign, { from: 22, action: "skip" });
  const known = () =>
    withTenant(scope, async (tx) => {
      const [row] = await tx.execute<{ days: unknown }>(
        sql`select ${skippedDays(sql`${campaignId}::uuid`, 20)} as days`,
      );
      return [row?.days, (await loadSending(tx, campaignId))?.skipping?.days.length];
    });
  expect(await known()).toEqual([null, 1]);
  await moveTo(campaign, 3, 12);
  expect(await known()).toEqual([[expect.anything()], 1]);
});
