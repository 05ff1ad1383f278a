import { type SQL, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { colleague } from "#server/approvals/testing";
import {
  createRunner,
  emailStep,
  launch as launchEngine,
  ledger,
  newCampaign,
  places,
  statusOf,
} from "#server/enrollments/testing";
import { pauseOnComplaints } from "#server/messages/complaint-guard";
import { sinks } from "#server/messages/testing-sinks";
import { triggeredCampaign } from "#server/triggers/testing";
import type { CampaignStatus } from "./schema.ts";
import { finishedDraft } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

type Caller = Awaited<ReturnType<typeof newTenant>>["caller"];
type Act = (caller: Caller, id: string, version: number) => Promise<unknown>;

const later = "2030-01-07T09:00";
const acts: Record<string, Act> = {
  edit: ({ campaigns }, id, version) =>
    campaigns.updateAudience({ id, version, audience: { everyone: true } }),
  schedule: ({ campaigns }, id, version) =>
    campaigns.schedule({ id, version, at: new Date(Date.now() + 864e5 * 30).toISOString().slice(0, 16) }),
  unschedule: ({ campaigns }, id) => campaigns.unschedule({ id }),
  launch: ({ campaigns }, id, version) => campaigns.launch({ id, version }),
  pause: ({ campaigns }, id) => campaigns.pause({ id }),
  resume: ({ campaigns }, id) => campaigns.resume({ id }),
  setEnd: ({ campaigns }, id) => campaigns.setEnd({ id, at: later }),
  end: ({ campaigns }, id) => campaigns.end({ id }),
  reopen: ({ campaigns }, id) => campaigns.reopen({ id }),
  archive: ({ campaigns }, id) => campaigns.archive({ id }),
  remove: ({ campaigns }, id) => campaigns.remove({ id }),
  clone: ({ campaigns }, id) => campaigns.clone({ id }),
};

/** What each state allows, and what the campaign is then. Everything else is refused and changes nothing. */
const allowed: Record<CampaignStatus, Record<string, CampaignStatus>> = {
  draft: {
    edit: "draft",
    schedule: "scheduled",
    launch: "active",
    setEnd: "draft",
    archive: "draft",
    remove: "draft",
    clone: "draft",
  },
  scheduled: {
    schedule: "scheduled",
    unschedule: "draft",
    launch: "active",
    setEnd: "scheduled",
    archive: "draft",
    clone: "scheduled",
  },
  active: { pause: "paused", setEnd: "active", end: "completed", clone: "active" },
  paused: { resume: "active", setEnd: "paused", end: "completed", archive: "paused", clone: "paused" },
  completed: { archive: "completed", clone: "completed" },
};

test.each(Object.keys(allowed) as CampaignStatus[])(
  "a campaign that is %s allows just what it should",
  async (from) => {
    const tenant = await newTenant();
    const { caller, scope } = tenant;
    const { id } = await finishedDraft(tenant);
    const statusOf = async () => {
      const [row] = await withTenant(scope, (tx) =>
        tx.execute<{ status: CampaignStatus; version: number }>(
          sql`select status, version from campaigns where id = ${id}::uuid`,
        ),
      );
      if (!row) throw new Error("The campaign is gone.");
      return row;
    };
    await reach(from, caller, id);
    const template = await statusOf();
    expect(template.status).toBe(from);
    for (const [name, act] of Object.entries(acts)) {
      // Each act finds the campaign in the state under test: what the one before did is put back.
      const before = await snapshot(scope, id);
      const wanted = allowed[from][name];
      const { version } = await statusOf();
      const outcome = await act(caller, id, version).then(
        () => "allowed",
        (error: unknown) => (error as { code?: string }).code,
      );
      const { status } = await statusOf();
      expect([name, outcome, status]).toEqual(
        wanted
          ? [name, "allowed", wanted]
          : [name, expect.stringMatching(/CONFLICT|BAD_REQUEST/) as string, from],
      );
      await restore(scope, id, before);
    }
  },
);

async function reach(status: CampaignStatus, caller: Caller, id: string) {
  const { version } = await caller.campaigns.byId({ id });
  if (status === "draft") return;
  if (status === "scheduled") return void (await acts.schedule?.(caller, id, version));
  await caller.campaigns.launch({ id, version });
  if (status === "paused") await caller.campaigns.pause({ id });
  if (status === "completed") await caller.campaigns.end({ id });
  if (status === "completed") await runner.settle();
}

type Row = Record<string, unknown>;
type Saved = { campaign: Row; drivers: Row[] };
type Scope = Awaited<ReturnType<typeof newTenant>>["scope"];

const snapshot = (scope: Scope, id: string): Promise<Saved> =>
  withTenant(scope, async (tx) => {
    const [campaign] = await tx.execute<Row>(
      sql`select to_jsonb(k) as row from campaigns k where id = ${id}::uuid`,
    );
    const drivers = await tx.execute<Row>(
      sql`select to_jsonb(d) as row from campaign_drivers d where campaign_id = ${id}::uuid`,
    );
    return { campaign: campaign?.row as Row, drivers: drivers.map(({ row }) => row as Row) };
  });

const restore = (scope: Scope, id: string, { campaign, drivers }: Saved) =>
  withTenant(scope, async (tx) => {
    const columns = Object.keys(campaign).filter(
      (name) => !["id", "tenant_id", "workspace_id"].includes(name),
    );
    const names = sql.join(
      columns.map((name) => sql.identifier(name)),
      sql`, `,
    );
    await tx.execute(sql`
      update campaigns set (${names}) = (select ${names} from jsonb_populate_record(null::campaigns, ${JSON.stringify(campaign)}::jsonb))
      where id = ${id}::uuid`);
    if (drivers.length === 0)
      await tx.execute(sql`delete from campaign_drivers where campaign_id = ${id}::uuid`);
  });

test("a campaign ends at its end: nobody gets anything more, and everybody has left it", async () => {
  const campaign = await triggeredCampaign({ triggers: [{ type: "manual" }], emails: ["end@example.test"] });
  const { caller, scope, campaignId, contactIds } = campaign;
  await expect(caller.campaigns.setEnd({ id: campaignId, at: "2020-01-01T09:00" })).rejects.toThrow(
    "has passed",
  );
  const [clock] = await withTenant(scope, (tx) => tx.execute<{ now: Date }>(sql`select app_now() as now`));
  const soon = new Date((clock?.now.getTime() ?? 0) + 3 * 3_600_000).toISOString().slice(0, 16);
  await caller.campaigns.setEnd({ id: campaignId, at: soon });
  await caller.campaigns.pause({ id: campaignId });
  await caller.enrollments.add({ campaignId, contactIds });
  await caller.campaigns.resume({ id: campaignId });
  await runner.pass("4 hours");
  await runner.sweep();
  await runner.settle();
  const { status, enrollments } = await caller.analytics.live({ id: campaignId });
  expect(status).toBe("completed");
  expect(Object.keys(enrollments).filter((each) => ["enrolled", "active", "paused"].includes(each))).toEqual(
    [],
  );
  await expect(caller.enrollments.add({ campaignId, contactIds })).rejects.toThrow("takes nobody in");

  await caller.campaigns.reopen({ id: campaignId });
  await runner.settle();
  expect((await caller.analytics.live({ id: campaignId })).status).toBe("active");
});

test.each([
  ["two of a few", 40, 2, true],
  ["one of a few", 40, 1, false],
  ["one in a thousand", 1000, 1, false],
  ["two in a thousand", 1000, 2, true],
])("%s complaints: paused only when that is too many", async (_what, sent, complained, paused) => {
  const { caller, scope, campaignId } = await triggeredCampaign({ triggers: [{ type: "manual" }] });
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      insert into content.email_messages (campaign_id, to_email, from_email, delivery_status, sent_at, complained_at)
      select ${campaignId}::uuid, 'c' || n || '@example.test', 'us@example.test', 'sent', app_now(),
        case when n <= ${complained} then app_now() end
      from generate_series(1, ${sent}) n`),
  );
  expect(await withTenant(scope, (tx) => pauseOnComplaints(tx, [campaignId]))).toHaveLength(paused ? 1 : 0);
  const campaign = await caller.campaigns.byId({ id: campaignId });
  expect(campaign.status).toBe(paused ? "paused" : "active");
  if (paused) expect(campaign.pauseReason).toContain("marked it as spam");
});

test("after a pause of two weeks it goes on only when a person says that it still fits", async () => {
  const { caller, campaignId } = await triggeredCampaign({ triggers: [{ type: "manual" }] });
  const resume = (confirmed?: boolean) => caller.campaigns.resume({ id: campaignId, confirmed });
  await caller.campaigns.pause({ id: campaignId });
  await runner.pass("13 days");
  await resume();
  await caller.campaigns.pause({ id: campaignId });
  await runner.pass("15 days");
  await expect(resume()).rejects.toThrow("It has been paused for 15 days");
  expect((await caller.campaigns.byId({ id: campaignId })).status).toBe("paused");
  await resume(true);
  expect((await caller.campaigns.byId({ id: campaignId })).status).toBe("active");
});

test("a pause by hand is told in the words of whoever paused, to whoever launched it, and stays in the history", async () => {
  const tenant = await newTenant();
  const { id, campaign } = await finishedDraft(tenant);
  await tenant.caller.campaigns.launch({ id, version: campaign.version });
  const { caller: ana, email } = await colleague(tenant, "admin");
  const [person] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ name: string }>(sql`select name from users where email = ${email}`),
  );
  await ana.campaigns.pause({ id, reason: "  The price is wrong. " });
  const by = `Paused by ${person?.name ?? ""}`;
  expect((await tenant.caller.campaigns.byId({ id })).pauseReason).toBe(`${by}: “The price is wrong.”`);
  expect((await tenant.caller.analytics.live({ id })).answer.text).toContain("“The price is wrong.”");
  const told = async () =>
    (await tenant.caller.notifications.list()).rows.map(({ title, body }) => [title, body]);
  expect(await told()).toEqual([[`“Welcome” was paused by ${person?.name ?? ""}`, "The price is wrong."]]);
  await tenant.caller.campaigns.resume({ id });
  await tenant.caller.campaigns.pause({ id });
  // Nobody is told of what they did themselves.
  expect(await told()).toHaveLength(1);
  await expect(ana.campaigns.pause({ id, reason: "Again" })).rejects.toThrow(
    "is paused, so it cannot be paused",
  );
  const { rows, next } = await ana.campaigns.history({ id });
  expect(rows.map(({ title, detail }) => [title, detail])).toEqual([
    ["Paused", null],
    ["Resumed", null],
    ["Paused", "The price is wrong."],
    ["Launched to 2 people", null],
  ]);
  expect(next).toBeNull();
  expect(rows[2]?.who).toBe(person?.name);
  const other = await newTenant();
  expect((await other.caller.campaigns.history({ id })).rows).toEqual([]);
});

test("a longer history is turned page by page, each act once", async () => {
  const tenant = await newTenant();
  const { id, campaign } = await finishedDraft(tenant);
  const { campaigns } = tenant.caller;
  await campaigns.launch({ id, version: campaign.version });
  for (let turn = 0; turn < 12; turn += 1) {
    await campaigns.pause({ id, reason: `Pause ${turn}` });
    await campaigns.resume({ id });
  }
  const first = await campaigns.history({ id });
  const second = await campaigns.history({ id, cursor: first.next });
  expect([first.rows.length, second.rows.length, second.next]).toEqual([20, 5, null]);
  expect(second.rows.at(-1)?.title).toBe("Launched to 2 people");
  expect(new Set([...first.rows, ...second.rows].map((row) => row.id)).size).toBe(25);
});

test("whom the end date finds on the way leaves by it, and nothing that waits for them is sent", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test", "bea@example.test"],
    steps: [emailStep(), { stepType: "wait", waitDuration: { value: 2, unit: "days" } }, emailStep()],
  });
  const { scope, campaignId } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update campaigns set end_date = app_now() + interval '47 hours' where id = ${campaignId}::uuid`,
    ),
  );
  await launchEngine(scope, campaignId);
  await runner.settle();
  await runner.pass("46 hours");
  await runner.sweep();
  expect(await statusOf(campaign)).toBe("active");
  await runner.pass("1 hour");
  await runner.sweep();
  await runner.settle();
  expect((await places(campaign)).map(({ status, exit_reason }) => [status, exit_reason])).toEqual([
    ["exited", "campaign_ended"],
    ["exited", "campaign_ended"],
  ]);
  await runner.pass("3 days");
  expect((await ledger(campaign)).map(({ delivery_status }) => delivery_status)).toEqual(["sent", "sent"]);
  expect(await statusOf(campaign)).toBe("completed");
});

test("a campaign is not resumed while its mailbox cannot send, or a step lacks its words", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { id, first, campaign } = await finishedDraft(tenant);
  await caller.campaigns.launch({ id, version: campaign.version });
  await caller.campaigns.pause({ id });
  const set = (change: SQL) => withTenant(scope, (tx) => tx.execute(change));
  const resume = () => caller.campaigns.resume({ id });
  const stays = async () => expect((await caller.campaigns.byId({ id })).status).toBe("paused");
  await set(sql`update email_accounts set status = 'error', last_error = 'The password is refused.'`);
  await expect(resume()).rejects.toThrow(/cannot be resumed yet\. The mailbox .* is error and cannot send/);
  await stays();
  await set(sql`update email_accounts set status = 'active', last_error = null`);
  await set(sql`update campaign_steps set subject_line = '' where id = ${first}::uuid`);
  await expect(resume()).rejects.toThrow(/cannot be resumed yet\. .*subject/);
  await stays();
  await set(sql`update campaign_steps set subject_line = 'Hello' where id = ${first}::uuid`);
  // Who is in it was settled at the launch: that there is nobody left to write to keeps nobody from going on.
  await set(sql`delete from segments`);
  await resume();
  expect((await caller.campaigns.byId({ id })).status).toBe("active");
});
