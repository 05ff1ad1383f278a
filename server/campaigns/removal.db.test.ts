import { sql } from "drizzle-orm";
import { beforeEach, expect, test, vi } from "vitest";
import { createCampaign } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { signedInAgain } from "#server/approvals/testing";
import { commitThenSend } from "#server/drivers/events";
import { enrollSlice } from "#server/enrollments/freeze";
import { pauseCampaign } from "#server/enrollments/launch";
import { startCampaign } from "#server/enrollments/run";
import { createRunner, emailStep, launch, newCampaign, places } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { triggeredCampaign, triggeredDraft } from "#server/triggers/testing";
import { archiveCampaign } from "./mutations.ts";
import { purgeCampaigns, sliceOfPlaces } from "./purge.ts";
import { deleteCampaign, removeCampaign, takePeopleOut, undeleteCampaign } from "./removal.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("who is in a campaign that was put away keeps nobody out of another; deleted, they have left it", async () => {
  const campaign = await triggeredCampaign({
    triggers: [{ type: "manual" }],
    audience: { leaveOut: { inOtherCampaign: true, emailedWithinHours: 0, stages: [] } },
    emails: ["archived@example.test", "deleted@example.test", "back@example.test"],
  });
  const { caller, scope, campaignId, contactIds } = campaign;
  const putAway = async (contactId: string) => {
    const { campaignId: id, version } = await triggeredDraft(campaign, { triggers: [{ type: "manual" }] });
    await caller.campaigns.launch({ id, version });
    await caller.enrollments.add({ campaignId: id, contactIds: [contactId] });
    await caller.campaigns.pause({ id });
    await caller.campaigns.archive({ id });
    return id;
  };
  const add = async (contactId: string) =>
    (await caller.enrollments.add({ campaignId, contactIds: [contactId] })).admitted.map(
      ({ outcome }) => outcome,
    );
  const [archived = "", deleted = "", back = ""] = contactIds;
  await putAway(archived);
  expect(await add(archived)).toEqual(["enrolled"]);
  const gone = await putAway(deleted);
  await caller.campaigns.remove({ id: gone });
  expect(await add(deleted)).toEqual(["enrolled"]);
  const left = await withTenant(scope, (tx) =>
    tx.execute<{ status: string; exit_reason: string }>(sql`
      select status, exit_reason from campaign_contacts where campaign_id = ${gone}::uuid`),
  );
  expect([...left]).toEqual([{ status: "exited", exit_reason: "campaign_ended" }]);
  const restored = await putAway(back);
  await caller.campaigns.restore({ id: restored });
  expect(await add(back)).toEqual(["excluded"]);
});

test("a request takes a slice of the people out of a campaign that is deleted, and rounds that may die the others", async () => {
  const campaign = await newCampaign({
    emails: ["a@x.test", "b@x.test", "c@x.test", "d@x.test", "e@x.test", "f@x.test"],
    steps: [{ stepType: "wait", waitDuration: { value: 2, unit: "days" } }, emailStep()],
  });
  const { scope, userId, campaignId: id } = campaign;
  await launch(scope, id);
  await runner.settle();
  await withTenant(scope, async (tx) => {
    await pauseCampaign(tx, { campaignId: id });
    await archiveCampaign(tx, { id, userId: null });
  });
  const act = { id, userId };
  const { caller } = await signedInAgain(campaign);
  const still = async () => {
    const [row] = (await caller.campaigns.list({ status: "deleted" })).rows;
    const here = (await places(campaign)).filter(({ exit_reason }) => exit_reason !== "campaign_ended");
    return { leaving: row?.leaving, people: here.length };
  };
  expect(await removeCampaign({ scope, act }, 2)).toEqual({ leaving: true });
  expect(await still()).toEqual({ leaving: true, people: 4 });
  // Nobody comes back by halves, and whoever tries has some more leave.
  await expect(undeleteCampaign({ scope, act }, 2)).rejects.toThrow("still leaving");
  expect(await still()).toEqual({ leaving: true, people: 2 });
  expect(await purgeCampaigns(1, { size: 1, slices: 1 })).toEqual({ purged: 0, more: true });
  expect(await still()).toEqual({ leaving: true, people: 1 });
  while ((await purgeCampaigns(1, { size: 1, slices: 1 })).more);
  expect(await still()).toEqual({ leaving: false, people: 0 });
  expect((await places(campaign)).map(({ status }) => status)).toEqual(
    Array.from({ length: 6 }, () => "exited"),
  );
  await expect(removeCampaign({ scope, act })).rejects.toThrow("no such campaign");
  await undeleteCampaign({ scope, act });
});

/** Two people wait in it, one has left; it is paused and archived. */
async function putAway(emails = ["a@x.test", "b@x.test"]) {
  const campaign = await newCampaign({
    emails,
    steps: [emailStep(), { stepType: "wait", waitDuration: { value: 2, unit: "days" } }, emailStep()],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  await withTenant(campaign.scope, async (tx) => {
    await pauseCampaign(tx, { campaignId: campaign.campaignId });
    await archiveCampaign(tx, { id: campaign.campaignId, userId: null });
  });
  return campaign;
}

/** Has the database die when somebody's place is to be removed. */
async function cutOff(contactId: string, work: () => Promise<unknown>) {
  await asOwner((db) =>
    db.unsafe(`create function test_cut() returns trigger language plpgsql as $$ begin
        if old.contact_id = '${contactId}' then raise exception 'cut off'; end if; return old; end $$;
      create trigger test_cut before delete on campaign_contacts for each row execute function test_cut()`),
  );
  try {
    await expect(work()).rejects.toThrow("1 deleted campaigns stayed");
  } finally {
    await asOwner((db) => db.unsafe("drop trigger test_cut on campaign_contacts; drop function test_cut"));
  }
}

test("a deleted campaign is listed for 30 days and comes back as it was, with nobody in it", async () => {
  const campaign = await putAway();
  const { campaignId: id } = campaign;
  const { caller } = await signedInAgain(campaign);
  await caller.campaigns.remove({ id });
  expect((await caller.campaigns.list({ status: "archived" })).rows).toEqual([]);
  const [deleted] = (await caller.campaigns.list({ status: "deleted" })).rows;
  expect(deleted).toMatchObject({ id, archived: true, status: "paused" });
  await expect(caller.campaigns.byId({ id })).rejects.toThrow("no such campaign");
  await caller.campaigns.undelete({ id });
  expect(await caller.campaigns.byId({ id })).toMatchObject({ status: "paused", archived: true });
  expect((await caller.campaigns.list({ status: "deleted" })).rows).toEqual([]);
  await expect(caller.campaigns.undelete({ id })).rejects.toThrow("among the deleted ones");
  const { rows } = await caller.campaigns.history({ id });
  expect(rows.slice(0, 3).map(({ title }) => title)).toEqual(["Brought back", "Deleted", "Archived"]);
  expect((await places(campaign)).map(({ status }) => status)).toEqual(["exited", "exited"]);
});

test("30 days after its deletion a campaign is gone, by slices that may die anywhere; what it sent and counted stays", async () => {
  const campaign = await putAway(["a@x.test", "b@x.test", "c@x.test"]);
  const { scope, campaignId: id, contactIds } = campaign;
  const { caller } = await signedInAgain(campaign);
  const { id: draft } = await caller.campaigns.clone({ id });
  await caller.campaigns.remove({ id });
  await caller.campaigns.remove({ id: draft });
  await moveClock("29 days");
  await purgeCampaigns();
  const counts = () =>
    withTenant(scope, async (tx) => {
      const [row] = await tx.execute<Record<string, number>>(sql`
        select (select count(*)::int from campaigns) as campaigns,
          (select count(*)::int from campaign_contacts) as people,
          (select count(*)::int from enrollment_step_log) as log,
          (select count(*)::int from step_drivers) as drivers,
          (select count(*)::int from campaign_step_versions where campaign_id = ${id}::uuid) as versions,
          (select count(*)::int from content.email_messages where campaign_id = ${id}::uuid) as messages`);
      return row;
    });
  const before = await counts();
  expect(before).toMatchObject({ campaigns: 2, people: 3, messages: 3 });
  const { caller: later } = await signedInAgain(campaign);
  expect((await later.campaigns.list({ status: "deleted" })).rows).toHaveLength(2);
  await moveClock("1 day");
  await expect(later.campaigns.undelete({ id })).rejects.toThrow("more than 30 days ago");
  await cutOff(contactIds[2] ?? "", () => purgeCampaigns(1));
  expect((await counts())?.people).toBe(1);
  await purgeCampaigns(1);
  expect(await counts()).toEqual({ ...before, campaigns: 1, people: 0, log: 0, drivers: 0 });
  expect(await purgeCampaigns()).toEqual({ purged: 0, more: false });
  const { entries } = await later.contacts.timeline({ id: contactIds[0] ?? "" });
  expect(entries.find(({ type }) => type === "email.sent")?.data).toMatchObject({ campaignId: id });
  expect((await later.campaigns.list({ status: "deleted" })).rows).toEqual([]);
});

test("a slice of a purge reads no more places than it removes, however many are left", async () => {
  const people = Array.from({ length: 300 }, (_, index) => `person-${index}@x.test`);
  const { scope, campaignId: id, contactIds } = await newCampaign({ emails: people });
  await withTenant(scope, async (tx) => {
    const audience = { everyone: true, include: [], exclude: [] };
    for (const campaign of [id, (await createCampaign(tx, { audience, steps: [emailStep()] })).campaignId])
      await tx.execute(sql`
        insert into campaign_contacts (campaign_id, contact_id, status)
        select ${campaign}::uuid, unnest(${sql.param(contactIds)}::uuid[]), 'exited'`);
  });
  await asOwner((db) => db`analyze campaign_contacts`);
  const plan = await withTenant(scope, async (tx) => {
    // What is asked is which index can serve: the table is small.
    await tx.execute(
      sql`select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
    );
    const rows = await tx.execute<{ "QUERY PLAN": string }>(sql`explain ${sliceOfPlaces(id, 20)}`);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
  expect(plan).toMatch(
    /Limit[^]*Index (Only )?Scan using idx_campaign_contacts_campaign_status[^]*Index Cond:.*campaign_id/,
  );
  expect(plan).not.toContain("Sort");
});

test("a campaign that is brought back while it is purged keeps what is left of it", async () => {
  const campaign = await putAway(["a@x.test", "b@x.test", "c@x.test"]);
  const { scope, userId, campaignId: id } = campaign;
  await removeCampaign({ scope, act: { id, userId } });
  await moveClock("30 days");
  // The second slice waits where its rows are deleted, and the purge has found the campaign long before.
  await asOwner((db) =>
    db.unsafe(`create function test_wait() returns trigger language plpgsql as $$ begin
        if (select count(*) from campaign_contacts where campaign_id = old.campaign_id) = 2 then
          perform pg_advisory_xact_lock(4711); end if;
        return old; end $$;
      create trigger test_wait before delete on campaign_contacts for each row execute function test_wait()`),
  );
  try {
    await asOwner(async (db) => {
      await db`select pg_advisory_lock(4711)`;
      const purging = purgeCampaigns(1);
      await untilLocked();
      // As somebody does whose request was there before the 30 days were over. Tables are locked in the order of asking:
      // it has its turn right behind the slice that waits.
      const back = withTenant(scope, async (tx) => {
        await tx.execute(sql`lock table campaigns in exclusive mode`);
        await tx.execute(sql`update campaigns set deleted_at = null where id = ${id}::uuid`);
      });
      await Promise.race([back, untilLocked(2)]);
      await db`select pg_advisory_unlock(4711)`;
      await back;
      expect(await purging).toMatchObject({ purged: 0 });
    });
  } finally {
    await asOwner((db) => db.unsafe("drop trigger test_wait on campaign_contacts; drop function test_wait"));
  }
  expect(await places(campaign)).toHaveLength(1);
  const [left] = await withTenant(scope, (tx) =>
    tx.execute<{ purged: boolean; drivers: number }>(sql`
      select purged_at is not null as purged, (select count(*)::int from step_drivers where campaign_id = ${id}::uuid) as drivers
      from campaigns where id = ${id}::uuid`),
  );
  expect(left).toEqual({ purged: false, drivers: 3 });
});

test("a slice that enrolls at the moment of the deletion leaves nobody on the way, whichever of the two is first", async () => {
  for (const first of ["enrolling", "deletion"] as const) {
    const campaign = await newCampaign({ emails: ["a@x.test", "b@x.test"], steps: [emailStep()] });
    const { scope, userId, campaignId: id } = campaign;
    await launch(scope, id);
    await withTenant(scope, async (tx) => {
      await pauseCampaign(tx, { campaignId: id });
      await archiveCampaign(tx, { id, userId: null });
    });
    const fence = (await startCampaign({ ...scope, campaignId: id }, "run")) ?? 0;
    const opened = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const held = { opened: () => opened.resolve(), closed: () => gate.promise };
    const enroll = (wait?: typeof held) =>
      commitThenSend(scope, async (tx) => {
        const slice = await enrollSlice(tx, { scope, campaignId: id, fence, size: 10 });
        wait?.opened();
        await wait?.closed();
        return slice;
      });
    const remove = async (wait?: typeof held) => {
      await withTenant(scope, async (tx) => {
        await deleteCampaign(tx, { id, userId });
        wait?.opened();
        await wait?.closed();
      });
      await takePeopleOut({ scope, id }, { slices: 1 });
    };
    const leading = first === "enrolling" ? enroll(held) : remove(held);
    await opened.promise;
    const behind = first === "enrolling" ? remove() : enroll();
    await untilLocked();
    gate.resolve();
    await Promise.all([leading, behind]);
    expect((await places(campaign)).map(({ exit_reason }) => exit_reason)).toEqual(
      first === "enrolling" ? ["campaign_ended", "campaign_ended"] : [],
    );
  }
});

/** One of two waits for the other, or so many for one. */
const untilLocked = (count = 1) =>
  vi.waitFor(
    async () => {
      const [row] = await asOwner(
        (db) => db`select count(*)::int as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      expect(row?.waiting).toBe(count);
    },
    { timeout: 10_000 },
  );
