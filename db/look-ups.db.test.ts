import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withoutTenant } from "./client.ts";
import {
  createCampaign,
  createContact,
  createContacts,
  createSession,
  createTenant,
  createWorkspace,
} from "./factories.ts";
import { emailMessages } from "./schema/messages.ts";
import { campaignContacts } from "./schema/enrollments.ts";
import { stepDrivers } from "./schema/campaign-steps.ts";
import { withTenant, type Scope } from "./tenancy.ts";
import { moveClock } from "./testing.ts";
import { asOwner } from "./testing-database.ts";

const found = (scope: Scope, q: string, after: string | null = null, atMost = 51) =>
  withTenant(scope, async (tx) =>
    (
      await tx.execute<{ id: string }>(
        sql`select search_contacts(${q}, ${atMost}::int, ${after}::uuid) as id`,
      )
    ).map(({ id }) => id),
  );

test("search finds parts of names, addresses and companies, newest first, in pages", async () => {
  const { scope } = await createTenant();
  const ids = await withTenant(scope, (tx) =>
    createContacts(tx, [
      { email: "ada@engines.test", name: "Ada Lovelace" },
      { email: "b@x.test", name: "Babbage", company: "Analytical Engines" },
      { email: "100%_sure@x.test" },
    ]),
  );
  expect(await found(scope, "ENGINE")).toEqual([ids[1], ids[0]]);
  expect(await found(scope, "engine", ids[1])).toEqual([ids[0]]);
  expect(await found(scope, "engine", null, 1)).toEqual([ids[1]]);
  expect(await found(scope, "0%_s")).toEqual([ids[2]]);
  expect(await found(scope, "%")).toEqual([ids[2]]);
});

test("search shows nothing of another tenant or workspace, and nothing without a scope", async () => {
  const ours = await createTenant();
  const [sibling, theirs] = await Promise.all([createWorkspace(ours), createTenant()]);
  const id = await withTenant(ours.scope, (tx) => createContact(tx, { name: "Findable" }));
  expect(await found(ours.scope, "findable")).toEqual([id]);
  expect(await found({ ...ours.scope, workspaceId: "*" }, "findable")).toEqual([id]);
  expect(await found(sibling.scope, "findable")).toEqual([]);
  expect(await found(theirs.scope, "findable")).toEqual([]);
  expect(await found({ ...theirs.scope, workspaceId: ours.workspaceId }, "findable")).toEqual([]);
  expect(await found({ ...theirs.scope, workspaceId: "*" }, "findable")).toEqual([]);
  expect([...(await withoutTenant((tx) => tx.execute(sql`select search_contacts('findable')`)))]).toEqual([]);
});

test("search stays with its arguments, whatever they hold", async () => {
  const [ours, theirs] = await Promise.all([createTenant(), createTenant()]);
  await withTenant(ours.scope, (tx) => createContact(tx, { name: "Secret" }));
  for (const q of ["' or true --", "\\", "\\%", "$1", "%' or tenant_id is not null --"]) {
    expect(await found(theirs.scope, q)).toEqual([]);
  }
});

test("search of one word reads the trigram index, not the tenant's contacts", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      insert into contacts (email, email_normalized)
      select 'p' || i || '@many.test', 'p' || i || '@many.test' from generate_series(1, 10000) i`),
  );
  await asOwner((owner) => owner`vacuum analyze contacts`);
  const scans = () =>
    withTenant(scope, async (tx) => {
      const rows = await tx.execute<{ id: string }>(sql`select search_contacts('p9999@many') as id`);
      await tx.execute(sql`select pg_stat_force_next_flush()`);
      return rows.length;
    }).then((rows) =>
      asOwner(async (owner) => {
        const [row] = await owner<{ used: number }[]>`
          select idx_scan::int as used from pg_stat_user_indexes where indexrelname = 'idx_contacts_search'`;
        return { rows, used: row?.used ?? 0 };
      }),
    );
  const before = await scans();
  expect(await scans()).toEqual({ rows: 1, used: before.used + 1 });
});

test("a session is known until it is idle, expired or revoked", async () => {
  const { userId } = await createTenant();
  const { sessionId } = await createSession(userId);
  const live = () =>
    withoutTenant(
      async (tx) => (await tx.execute(sql`select from auth_session(${sessionId}::uuid, 8)`)).length,
    );
  expect(await live()).toBe(1);
  await moveClock("7 hours");
  expect(await live()).toBe(1);
  await moveClock("2 hours");
  expect(await live()).toBe(0);
});

test("membership is per person: owners reach every workspace of their tenant, others their own only", async () => {
  const ours = await createTenant();
  const sibling = await createWorkspace(ours);
  const member = await createTenant({ roles: ["member"], role: "viewer" });
  const roleIn = (userId: string, slug: string) =>
    withoutTenant(async (tx) => [
      ...(await tx.execute(sql`select workspace_id, role from auth_membership(${userId}::uuid, ${slug})`)),
    ]);
  expect(await roleIn(ours.userId, sibling.slug)).toEqual([
    { workspace_id: sibling.workspaceId, role: "admin" },
  ]);
  expect(await roleIn(member.userId, member.slug)).toEqual([
    { workspace_id: member.workspaceId, role: "viewer" },
  ]);
  expect(await roleIn(member.userId, ours.slug)).toEqual([]);
  await withTenant(ours.scope, (tx) =>
    tx.execute(sql`delete from workspace_members where user_id = ${ours.userId}`),
  );
  expect(await roleIn(ours.userId, sibling.slug)).toEqual([
    { workspace_id: sibling.workspaceId, role: null },
  ]);
  await withTenant(ours.scope, (tx) =>
    tx.execute(sql`delete from tenant_users where user_id = ${ours.userId}`),
  );
  expect(await roleIn(ours.userId, sibling.slug)).toEqual([]);
});

test("the sweeper sees overdue steps of every tenant, also when the wake-up was lost", async () => {
  const tenants = await Promise.all([createTenant(), createTenant()]);
  const due = await Promise.all(
    tenants.map(({ scope }, index) =>
      withTenant(scope, async (tx) => {
        const { campaignId, stepIds } = await createCampaign(tx, {
          status: "active",
          steps: [{ stepType: "email" }],
        });
        const contactId = await createContact(tx);
        const stepId = stepIds[0] ?? "";
        // The first one's driver slept through its time; the second one's was never told of the work.
        await tx
          .insert(stepDrivers)
          .values({ campaignId, stepId, wakesAt: index === 0 ? sql`app_now()` : null });
        await tx
          .insert(campaignContacts)
          .values({ campaignId, contactId, currentStepId: stepId, nextEmailScheduledAt: sql`app_now()` });
        return { tenant_id: scope.tenantId, workspace_id: scope.workspaceId, id: stepId };
      }),
    ),
  );
  const overdue = () =>
    withoutTenant(async (tx) => [...(await tx.execute(sql`select * from due_step_drivers(20)`))]);
  const ids = new Set(due.map(({ id }) => id));
  const ours = async () => (await overdue()).filter(({ id }) => ids.has(String(id)));
  expect(await ours()).toEqual([]);
  await moveClock("1 minute");
  expect((await ours()).sort(byId)).toEqual(due.sort(byId));
  for (const { scope } of tenants)
    await withTenant(scope, (tx) => tx.execute(sql`update campaigns set status = 'paused'`));
  expect(await ours()).toEqual([]);
});

test("mailboxes call for a run while their mail may go, not while its campaign is paused or they rest or are switched off", async () => {
  type Mailbox = "active" | "paused" | "rested" | "resting";
  const queue = async (campaign: "active" | "paused" | "completed", mailbox: Mailbox, attempts = 0) => {
    const { scope, emailAccountId } = await createTenant();
    await withTenant(scope, async (tx) => {
      const { campaignId } = await createCampaign(tx, { status: campaign, emailAccountId });
      const rests = mailbox === "rested" ? "30 seconds" : mailbox === "resting" ? "1 hour" : null;
      await tx.execute(sql`
        update email_accounts set status = ${rests ? "cooling_down" : mailbox}, status_until = app_now() + ${rests}::interval
        where id = ${emailAccountId}::uuid`);
      await tx.execute(sql`
        insert into mailbox_lanes (email_account_id, lane) values (${emailAccountId}::uuid, 0)
        on conflict do nothing`);
      await tx.execute(sql`
        insert into content.email_messages (from_email, to_email, campaign_id, email_account_id, attempts, next_attempt_at, scheduled_for)
        values ('a@x.test', 'b@x.test', ${campaignId}::uuid, ${emailAccountId}::uuid, ${attempts}, app_now(), app_now())`);
    });
    return emailAccountId;
  };
  const may = [
    await queue("active", "active"),
    await queue("active", "rested"),
    await queue("active", "active", 1),
    await queue("completed", "active", 1),
  ];
  const mayNot = [
    await queue("paused", "active"),
    await queue("active", "paused"),
    await queue("active", "resting"),
    await queue("paused", "active", 1),
    await queue("completed", "active"),
  ];
  await moveClock("1 minute");
  const due = await withoutTenant((tx) =>
    tx.execute<{ id: string }>(sql`select id from due_mailbox_lanes()`),
  );
  const ids = due.map(({ id }) => id);
  expect(ids.filter((id) => may.includes(id)).sort()).toEqual(may.sort());
  expect(ids.filter((id) => mayNot.includes(id))).toEqual([]);
});

const byId = (a: { id?: unknown }, b: { id?: unknown }) => String(a.id).localeCompare(String(b.id));

test("a message's scope is given for its id alone", async () => {
  const { scope } = await createTenant();
  const [message] = await withTenant(scope, (tx) =>
    tx
      .insert(emailMessages)
      .values({ fromEmail: "a@x.test", toEmail: "b@x.test" })
      .returning({ id: emailMessages.id }),
  );
  const rows = await withoutTenant((tx) =>
    tx.execute(sql`select * from message_scope(${message?.id ?? ""}::uuid)`),
  );
  expect([...rows]).toEqual([{ tenant_id: scope.tenantId, workspace_id: scope.workspaceId }]);
});
