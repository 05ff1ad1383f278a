// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test, vi } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { sinks } from "#server/messages/testing-sinks";
import { decideCondition } from "./condition-step.ts";
import {
  enrollNext,
  enrollSideBySide,
  startCampaign,
  startStep,
  type StepWork,
  workOnStep,
  workSideBySide,
} from "./run.ts";
import { pauseCampaign } from "./launch.ts";
import { launch, newCampaign, places, type Started } from "./testing.ts";
import { releaseWaits } from "./wait-step.ts";
import { wakeWaiters } from "./waiters.ts";

beforeEach(() => sinks.forget());

const emails = Array.from({ length: 26 }, (_, n) => `p${String(n).padStart(2, "0")}@x.test`);
const size = 5;

/** A campaign of a wait of a day, or of a condition, and of a wait behind it. */
async function waiting(
  kind: keyof typeof works = "wait",
  steps: Steps = [first[kind], { stepType: "wait", waitDuration: { value: 3, unit: "days" } }],
): Promise<Started & { fence: number; campaign: Driven }> {
  const started = await newCampaign({ emails, steps });
  const { scope, campaignId } = started;
  await launch(scope, campaignId);
  const { tenantId, workspaceId } = started;
  const campaign = { tenantId, workspaceId, campaignId };
  return { ...started, campaign, fence: (await startCampaign(campaign, "run")) ?? -1 };
}
const first = {
  wait: { stepType: "wait", waitDuration: { value: 1, unit: "days" } },
  condition: {
    stepType: "condition",
    conditionRules: {
      version: 1,
      match: "all",
      rules: [{ field: "city", operator: "equals", value: "Berlin" }],
    },
  },
} as const;
type Steps = Parameters<typeof newCampaign>[0]["steps"];
type Driven = { tenantId: string; workspaceId: string; campaignId: string };

async function enrollAll(driven: Driven & { fence: number }): Promise<number[]> {
  const slices: number[] = [];
  let full = false;
  for (let done = false; !done;) {
    const enroll: typeof enrollNext = full ? enrollSideBySide : enrollNext;
    const slice = await enroll(driven, size);
    slices.push(slice.enrolled);
    ({ done, full } = slice);
  }
  return slices;
}

/** How many slices there are is a matter of time. */
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

const inOrder = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) =>
    (
      await tx.execute<{ email: string }>(sql`
        select c.email from campaign_contacts e join contacts c on c.id = e.contact_id
        where e.campaign_id = ${campaignId}::uuid order by e.id`)
    ).map(({ email }) => email),
  );

/** How often everybody left each step. */
const passes = ({ scope, campaignId }: Started) =>
  withTenant(scope, (tx) =>
    tx.execute<{ order: number; people: number; passes: number }>(sql`
      select s.step_order as "order", count(distinct l.contact_id)::int as people, count(*)::int as passes
      from enrollment_step_log l join campaign_steps s on s.id = l.step_id
      where l.campaign_id = ${campaignId}::uuid group by 1 order by 1`),
  );

test("an audience that is enrolled side by side is in the campaign once, in the order of the contacts", async () => {
  const started = await waiting();
  const slices = await enrollAll({ ...started.campaign, fence: started.fence });
  expect([slices[0], sum(slices)]).toEqual([5, 26]);
  expect(await inOrder(started)).toEqual(emails);
  const [campaign] = await withTenant(started.scope, (tx) =>
    tx.execute<{ total: number; frozen: boolean }>(sql`
      select total_contacts as total, frozen_at is not null as frozen from campaigns where id = ${started.campaignId}::uuid`),
  );
  expect(campaign).toEqual({ total: emails.length, frozen: true });
});

test("a slice that dies while the one beside it commits is made up for, and nobody is in twice", async () => {
  const started = await waiting();
  const { scope, contactIds, campaign, fence } = started;
  await enrollNext({ ...campaign, fence }, size);
  // Somebody of the second half is held, so that its slice waits until it is ended.
  const gate = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = withTenant(scope, async (tx) => {
    await tx.execute(sql`select from contacts where id = ${contactIds[12]}::uuid for update`);
    held.resolve();
    await gate.promise;
  });
  await held.promise;
  const enrolling = enrollSideBySide({ ...campaign, fence }, size).then(
    () => "done",
    (error: unknown) => (error instanceof Error ? String(error.cause) : ""),
  );
  await cancelWaiting();
  expect(await enrolling).toContain("canceling statement");
  gate.resolve();
  await holding;
  expect(await inOrder(started)).toEqual(emails.slice(0, 10));
  expect(sum(await enrollAll({ ...campaign, fence }))).toBe(16);
  expect(new Set(await inOrder(started))).toEqual(new Set(emails));
  expect(await places(started)).toHaveLength(emails.length);
});

test("the audience of a campaign that is deleted while it comes in is looked for no further", async () => {
  const started = await waiting();
  const { scope, campaign, fence, campaignId } = started;
  await enrollNext({ ...campaign, fence }, size);
  const deleted = (at: string | null) =>
    withTenant(scope, (tx) =>
      tx.execute(sql`update campaigns set deleted_at = ${at}::timestamptz where id = ${campaignId}::uuid`),
    );
  await deleted("2026-01-01");
  expect(await enrollSideBySide({ ...campaign, fence }, size)).toMatchObject({ done: true, enrolled: 0 });
  // Brought back, it is as it was.
  await deleted(null);
  expect(await enrollSideBySide({ ...campaign, fence }, size)).toMatchObject({ done: true, enrolled: 0 });
});

test("people who are moved side by side leave their step once each, and whoever is alone at the end gives it back", async () => {
  for (const kind of ["wait", "condition"] as const) {
    const { started, due } = await dueAt(kind);
    const slices: number[] = [];
    let full = false;
    for (let more = true; more;) {
      const act: typeof workOnStep = full ? workSideBySide : workOnStep;
      const slice = await act(due, works[kind], size);
      slices.push(slice.acted);
      ({ more, full } = slice);
      if (!more) expect(slice).toMatchObject({ held: true, until: null });
    }
    expect([slices[0], sum(slices), slices.at(-1)]).toEqual([5, 26, 0]);
    expect(await passes(started)).toEqual([{ order: 1, people: 26, passes: 26 }]);
    expect(await startStep(due, "another run")).toBe(due.fence + 1);
  }
});

test("a slice of a step that dies takes nobody with it who went beside it", async () => {
  const { started, due } = await dueAt("wait");
  let slices = 0;
  const dying: StepWork = async (tx, slice) => {
    const result = await releaseWaits(tx, slice);
    slices += 1;
    if (slices === 1) throw new Error("died");
    return result;
  };
  await expect(workSideBySide(due, dying, size)).rejects.toThrow("died");
  const [survived = { people: 0, passes: 0 }] = await passes(started);
  expect([survived.people > 0, survived.passes]).toEqual([true, survived.people]);
  while ((await workSideBySide(due, releaseWaits, size)).full);
  expect(await passes(started)).toEqual([{ order: 1, people: 26, passes: 26 }]);
});

test("when the last ones leave a campaign side by side, it hears of that", async () => {
  const { started, due } = await dueAt("wait", [
    { stepType: "wait", waitDuration: { value: 1, unit: "days" } },
  ]);
  while ((await workSideBySide(due, releaseWaits, 13)).full);
  await workOnStep(due, releaseWaits, 13);
  expect(sinks.events.filter(({ name }) => name === "campaign/drained").map(({ data }) => data)).toEqual(
    expect.arrayContaining([expect.objectContaining({ campaignId: started.campaignId })]),
  );
});

test("where the step is another run's, or its campaign rests, nobody is moved side by side", async () => {
  const { started, due } = await dueAt("wait");
  const moved = () => workSideBySide(due, releaseWaits, size);
  await withTenant(started.scope, (tx) => pauseCampaign(tx, { campaignId: started.campaignId }));
  expect(await moved()).toMatchObject({ held: true, acted: 0, more: true, full: false });
  await moveClock("3 minutes");
  expect(await startStep(due, "another run")).toBe(due.fence + 1);
  expect(await moved()).toMatchObject({ held: false, acted: 0 });
  expect(await passes(started)).toEqual([]);
});

test("an event that comes while its step asks people side by side is not missed by those who are set to wait", async () => {
  const started = await newCampaign({
    emails: ["ada@x.test"],
    steps: [{ ...first.condition, waitUpTo: { value: 3, unit: "days" } }, first.wait],
  });
  const { scope, tenantId, workspaceId, campaignId, contactIds } = started;
  await launch(scope, campaignId);
  const campaign = { tenantId, workspaceId, campaignId };
  await enrollAll({ ...campaign, fence: (await startCampaign(campaign, "run")) ?? -1 });
  const step = {
    ...campaign,
    stepId: started.stepIds[0] ?? "",
    stepOrder: 1,
    stepType: "condition" as const,
  };
  const due = { ...step, fence: (await startStep(step, "run")) ?? -1 };
  await workOnStep(due, decideCondition, size);
  await moveClock("2 minutes");
  const fence = (await startStep(step, "run")) ?? -1;
  const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asking = withTenant(scope, async (tx) => {
    const slice = { scope: campaign, campaignId, stepId: step.stepId, fence, limit: size, beside: true };
    const { acted } = await decideCondition(tx, slice);
    asked.resolve();
    await gate.promise;
    return acted;
  });
  await asked.promise;
  const telling = withTenant(scope, (tx) =>
    wakeWaiters(tx, { scope: campaign, contactIds: [contactIds[0] ?? ""], atOnce: true }),
  );
  await vi.waitFor(async () => expect(await waitingForLocks()).toHaveLength(1), { timeout: 10_000 });
  gate.resolve();
  expect(await asking).toBe(1);
  await telling;
  const [place] = await withTenant(scope, (tx) =>
    tx.execute<{ due: boolean }>(sql`
      select next_email_scheduled_at <= app_now() as due from campaign_contacts where campaign_id = ${campaignId}::uuid`),
  );
  expect(place).toEqual({ due: true });
});

const works = { wait: releaseWaits, condition: decideCondition };

/** Everybody is due at the first step of a campaign. */
async function dueAt(kind: keyof typeof works, steps?: Steps) {
  const started = await waiting(kind, steps);
  const { campaign, stepIds, fence } = started;
  await enrollAll({ ...campaign, fence });
  await moveClock("25 hours");
  const step = { ...campaign, stepId: stepIds[0] ?? "", stepOrder: 1, stepType: kind };
  return { started, due: { ...step, fence: (await startStep(step, "run")) ?? -1 } };
}

const waitingForLocks = () =>
  asOwner(
    (db) => db<{ pid: number }[]>`select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );

/** Ends the one statement that waits for a lock. */
const cancelWaiting = () =>
  vi.waitFor(
    async () => {
      const [waiter, ...others] = await waitingForLocks();
      expect([waiter !== undefined, others]).toEqual([true, []]);
      await asOwner((db) => db`select pg_cancel_backend(${waiter?.pid ?? 0})`);
    },
    { timeout: 10_000 },
  );
