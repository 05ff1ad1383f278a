import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createWorkspace } from "#db/factories";
import { type TenantTx, withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { importFile, undoFile } from "#server/imports/testing";

type TestTenant = Awaited<ReturnType<typeof newTenant>>;
type Choices = Record<string, "keep" | "other" | "both">;

async function merge({ caller }: TestTenant, keepId: string, otherId: string, choices: Choices = {}) {
  const { keep, other } = await caller.contacts.mergePreview({ keepId, otherId });
  return caller.contacts.merge({
    keep: { id: keep.id, version: keep.version },
    other: { id: other.id, version: other.version },
    choices,
  });
}

test("two contacts become one with the chosen values and everything that both had, and the other leads to it", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  await caller.customFields.create({ label: "Likes", type: "multi_select", options: ["Tea", "Cake", "Jam"] });
  await caller.customFields.create({ label: "Plan", type: "text" });
  const keep = await caller.contacts.create({
    email: "ada@example.com",
    first_name: "Ada",
    city: "London",
    custom: { likes: "Tea, Jam", plan: "pro" },
  });
  const other = await caller.contacts.create({
    email: "ada@old.example",
    first_name: "Augusta Ada",
    city: "Turin",
    company: "Engines",
    stage: "customer",
    custom: { likes: "Cake, Tea" },
  });
  for (const [id, tag] of [
    [keep.id, "vip"],
    [other.id, "vip"],
    [other.id, "poet"],
  ] as const)
    await caller.contacts.addTag({ id, tag });
  const lists = await Promise.all(["One", "Two"].map((name) => caller.lists.create({ name })));
  for (const list of lists) await caller.lists.add({ id: list.id, contactIds: [other.id] });
  await caller.lists.add({ id: lists[0]?.id ?? "", contactIds: [keep.id] });
  await withTenant(scope, (tx) =>
    tx.execute(sql`insert into content.email_messages (contact_id, from_email, to_email, subject, delivery_status, sent_at)
      values (${other.id}::uuid, 'me@example.com', 'ada@old.example', 'Dear Ada', 'sent', app_now())`),
  );

  const preview = await caller.contacts.mergePreview({ keepId: keep.id, otherId: other.id });
  expect(preview.differences.map(({ name, proposed }) => [name, proposed])).toEqual([
    ["email", "keep"],
    ["first_name", "keep"],
    ["company", "other"],
    ["city", "keep"],
    ["stage", "other"],
    ["custom.likes", "both"],
    ["custom.plan", "keep"],
  ]);
  expect(preview).toMatchObject({ tags: ["poet"], lists: ["Two"], status: "active", suppressed: false });

  await merge(tenant, keep.id, other.id, { first_name: "other" });
  const merged = await caller.contacts.byId({ id: other.id });
  expect(merged).toMatchObject({
    id: keep.id,
    email: "ada@example.com",
    first_name: "Augusta Ada",
    city: "London",
    company: "Engines",
    lifecycleStage: "customer",
    custom: { likes: ["Tea", "Jam", "Cake"], plan: "pro" },
    tags: ["poet", "vip"],
  });
  expect(merged.lists.map(({ name }) => name)).toEqual(["One", "Two"]);
  expect((await caller.lists.list({})).rows.map(({ name, count }) => [name, count])).toEqual([
    ["One", 1],
    ["Two", 1],
  ]);
  const { entries } = await caller.contacts.timeline({ id: keep.id });
  expect(entries[0]).toMatchObject({ type: "contact.merged", data: { email: "ada@old.example" } });
  expect(entries.map(({ type }) => type)).toContain("email.sent");
  expect((await caller.contacts.list({})).total).toBe(1);
});

test("whoever said stop stays so, whichever of the two it was, at both addresses; and consent is not raised", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const keep = await caller.contacts.create({ email: "new@example.com" });
  const other = await caller.contacts.create({ email: "old@example.com" });
  await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`update contacts set consent_basis = 'consent', consent_source = 'Fair' where id = ${other.id}::uuid`,
    );
    await tx.execute(
      sql`insert into suppressions (email_normalized, scope, reason, source) values ('old@example.com', 'tenant', 'complained', 'fbl')`,
    );
    // Their own word for it is harder to take back than a colleague's.
    await tx.execute(sql`insert into suppressions (email_normalized, scope, workspace_id, reason, source) values
      ('new@example.com', 'workspace', current_setting('app.current_workspace_id')::uuid, 'by hand', 'manual'),
      ('old@example.com', 'workspace', current_setting('app.current_workspace_id')::uuid, 'unsubscribed', 'one_click')`);
    await tx.execute(
      sql`update contacts set status = 'unsubscribed', unsubscribed_at = app_now() where id = ${other.id}::uuid`,
    );
  });
  await merge(tenant, keep.id, other.id);
  expect(await caller.contacts.byId({ id: keep.id })).toMatchObject({
    status: "unsubscribed",
    consentBasis: null,
  });
  const closed = await withTenant(scope, (tx) =>
    tx.execute(sql`select email_normalized as email, scope, reason, source from suppressions order by 1, 2`),
  );
  expect([...closed]).toEqual(
    ["new@example.com", "old@example.com"].flatMap((email) => [
      { email, scope: "tenant", reason: "complained", source: "fbl" },
      { email, scope: "workspace", reason: "unsubscribed", source: "one_click" },
    ]),
  );
});

test("nobody merges with a contact of another tenant or workspace, or with one that was changed meanwhile", async () => {
  const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
  const sibling = await createWorkspace(ours);
  const elsewhere = await withTenant(sibling.scope, (tx) =>
    tx.execute<{ id: string }>(
      sql`insert into contacts (email, email_normalized) values ('s@example.com', 's@example.com') returning id`,
    ),
  );
  const [a, b] = await Promise.all(
    ["a@example.com", "b@example.com"].map((email) => ours.caller.contacts.create({ email })),
  );
  const foreign = await theirs.caller.contacts.create({ email: "a@example.com" });
  const pair = (id = "") => ({ keep: { id: a?.id ?? "", version: 1 }, other: { id, version: 1 } });
  for (const id of [foreign.id, elsewhere[0]?.id]) {
    await expect(ours.caller.contacts.merge(pair(id))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(
      ours.caller.contacts.mergePreview({ keepId: a?.id ?? "", otherId: id ?? "" }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  }
  const member = await newTenant({ roles: ["member"], role: "member" });
  await expect(member.caller.contacts.merge(pair(b?.id))).rejects.toMatchObject({ code: "FORBIDDEN" });
  await ours.caller.contacts.edit({ id: b?.id ?? "", field: "city", seen: "", value: "Ulm" });
  await expect(ours.caller.contacts.merge(pair(b?.id))).rejects.toMatchObject({ code: "CONFLICT" });
  expect((await ours.caller.contacts.list({})).total).toBe(2);
});

test.each([
  ["alone", false],
  ["and what closes an address", true],
])("who comes to a campaign, %s, while the merge is under way, is not lost", async (_name, closes) => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const [keep, other] = [
    await caller.contacts.create({ email: "keep@example.com" }),
    await caller.contacts.create({ email: "other@example.com" }),
  ];
  const { campaignId, stepIds } = await withTenant(scope, (tx) =>
    createCampaign(tx, { status: "active", steps: [{ stepType: "email" }] }),
  );
  let merging: Promise<unknown> | undefined;
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`select from contacts where id = ${other.id}::uuid for update`);
    merging = merge(tenant, keep.id, other.id);
    merging.catch(() => undefined);
    await expect.poll(() => waitingFor(tx), { timeout: 5000 }).toBe(true);
    await tx.execute(sql`
      insert into campaign_contacts (campaign_id, contact_id, current_step_id, next_email_scheduled_at)
      values (${campaignId}::uuid, ${other.id}::uuid, ${stepIds[0] ?? null}::uuid, app_now())`);
    await tx.execute(sql`
      insert into campaign_arrivals (campaign_id, contact_id) values (${campaignId}::uuid, ${other.id}::uuid)`);
    if (closes)
      await tx.execute(sql`insert into suppressions (email_normalized, scope, reason, source)
        values ('other@example.com', 'tenant', 'complained', 'fbl')`);
  });
  await merging;
  const [after] = await withTenant(scope, (tx) =>
    tx.execute(sql`
      select (select array_agg(contact_id) from campaign_arrivals) as waiting, e.contact_id as "contactId", e.exit_reason as reason,
        (select array_agg(email_normalized::text order by email_normalized) from suppressions) as closed
      from campaign_contacts e`),
  );
  expect(after).toEqual({
    waiting: [keep.id],
    contactId: keep.id,
    reason: closes ? "suppressed" : null,
    closed: closes ? ["keep@example.com", "other@example.com"] : null,
  });
});

/** Whether some transaction waits for this one. */
async function waitingFor(tx: TenantTx): Promise<boolean> {
  const rows = await tx.execute(sql`
    select from pg_locks l where not l.granted and pg_backend_pid() = any(pg_blocking_pids(l.pid)) limit 1`);
  return rows.length > 0;
}

test("an undo keeps contacts that were merged since, and names them; erasing one erases the other's address too", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { id } = await importFile(
    tenant,
    "Email,City\na@example.com,Ulm\nb@example.com,Bonn\nc@example.com,Kiel\n",
  );
  const { rows } = await caller.contacts.list({ sort: "email" });
  const [a = "", b = ""] = rows.map((row) => row.id);
  await merge(tenant, a, b, { email: "other" });
  const done = await undoFile(tenant, id);
  expect(done.undoReport).toMatchObject({ deleted: 1, kept: 2, reasons: { merged: 2 } });
  expect((await caller.imports.kept({ id })).rows.map(({ email, reason }) => [email, reason])).toEqual([
    ["a@example.com", "merged"],
    ["b@example.com", "merged"],
  ]);
  expect(await caller.contacts.byId({ id: a })).toMatchObject({ email: "b@example.com", city: "Ulm" });
  await caller.contacts.erase({ id: a });
  const left = await withTenant(scope, (tx) =>
    tx.execute(sql`select email from contacts where email like '%@example.com'
      union all select contact_email from import_events where contact_email in ('a@example.com', 'b@example.com')`),
  );
  expect([...left]).toEqual([]);
});
