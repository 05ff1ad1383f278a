import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createSegment, createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { callerFor } from "#server/testing";

type TestTenant = Awaited<ReturnType<typeof newTenant>>;
const email = "ada@example.com";

/** Two workspaces of one organization, each with a contact at the same address. */
async function neighbours() {
  const ours = await newTenant();
  const made = await createWorkspace(ours);
  const { sessionId } = ours;
  const theirs = { ...made, sessionId, caller: callerFor({ sessionId, workspaceSlug: made.slug }) };
  const add = async (tenant: TestTenant) => (await tenant.caller.contacts.create({ email })).id;
  return { ours, theirs, id: await add(ours), theirId: await add(theirs) };
}

test("a contact's page shows the campaigns that they are or were in, where they stand, and none of another workspace", async () => {
  const { ours, theirs, id, theirId } = await neighbours();
  const enroll = (tenant: TestTenant, name: string, contactId: string, status: "active" | "exited") =>
    withTenant(tenant.scope, async (tx) => {
      const steps = [{ stepType: "email" as const, name: "Hello" }];
      const { campaignId, stepIds } = await createCampaign(tx, { name, status: "active", steps });
      await tx.execute(sql`
        insert into campaign_contacts (campaign_id, contact_id, status, current_step_id, next_email_scheduled_at, exit_reason)
        values (${campaignId}::uuid, ${contactId}::uuid, ${status}, ${stepIds[0] ?? null}::uuid,
          ${status === "active" ? sql`app_now()` : sql`null`}, ${status === "exited" ? "replied" : null})`);
    });
  await enroll(ours, "Left", id, "exited");
  await enroll(ours, "Under way", id, "active");
  await enroll(theirs, "Theirs", theirId, "active");
  expect(await ours.caller.contacts.campaigns({ id })).toMatchObject([
    {
      name: "Under way",
      status: "active",
      campaignStatus: "active",
      acts: true,
      step: "Hello",
      dueAt: expect.any(Date) as Date,
    },
    { name: "Left", status: "exited", exitReason: "replied", dueAt: null },
  ]);
  expect(await ours.caller.contacts.campaigns({ id: theirId })).toEqual([]);
  expect(await theirs.caller.contacts.campaigns({ id })).toEqual([]);
});

test("a contact's page shows what they consented to and took back, newest first, and none of another workspace", async () => {
  const { ours, theirs, id, theirId } = await neighbours();
  const note = (tenant: TestTenant, contactId: string, action: string, source: string, ago: string) =>
    withTenant(tenant.scope, (tx) =>
      tx.execute(sql`insert into consent_records (contact_id, action, basis, source, occurred_at)
        values (${contactId}::uuid, ${action}, 'opt_in', ${source}, app_now() - ${ago}::interval)`),
    );
  await note(ours, id, "withdrawn", "by phone", "1 day");
  await note(ours, id, "granted", "fair", "2 days");
  await note(theirs, theirId, "granted", "their form", "1 hour");
  expect(await ours.caller.contacts.consent({ id })).toMatchObject([
    { action: "withdrawn", basis: "opt_in", source: "by phone" },
    { action: "granted", basis: "opt_in", source: "fair" },
  ]);
  expect(await ours.caller.contacts.consent({ id: theirId })).toEqual([]);
  expect(await theirs.caller.contacts.consent({ id })).toEqual([]);
});

test("a contact's page shows the segments that they are in by name, apart from lists, and none of another workspace", async () => {
  const { ours, theirs, id, theirId } = await neighbours();
  const rules = { version: 1, match: "all", rules: [] };
  const join = (tenant: TestTenant, name: string, contactId: string | null) =>
    withTenant(tenant.scope, async (tx) => {
      const segmentId = await createSegment(tx, { name, rules });
      if (contactId)
        await tx.execute(sql`insert into segment_contacts (segment_id, contact_id, added_via)
          values (${segmentId}::uuid, ${contactId}::uuid, 'rule_match')`);
      return segmentId;
    });
  const north = await join(ours, "North", id);
  const active = await join(ours, "Active", id);
  await join(ours, "Nobody", null);
  await join(theirs, "Theirs", theirId);
  const list = await ours.caller.lists.create({ name: "A list" });
  await ours.caller.lists.addAddresses({ id: list.id, emails: [email] });
  expect(await ours.caller.contacts.byId({ id })).toMatchObject({
    segments: [
      { id: active, name: "Active" },
      { id: north, name: "North" },
    ],
    lists: [{ id: list.id, name: "A list" }],
  });
  await expect(theirs.caller.contacts.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
