import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Scope, withTenant } from "#db/tenancy";
import { createContact, createWorkspace } from "#db/factories";
import { newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { mailable } from "#server/messages/mailable";
import { suppressedAmong } from "./queries.ts";

test("pasted addresses are closed once each, the unreadable ones come back with a sentence", async () => {
  const { caller, scope } = await newTenant();
  const pasted = "Ada@Example.org, bob@bücher.example\nnot an address;ada@example.org";
  expect(await caller.suppressions.add({ emails: pasted, reason: "asked by phone" })).toMatchObject({
    added: 2,
    rejected: [{ email: "not an address", problem: expect.stringContaining("space") as string }],
  });
  expect(await caller.suppressions.add({ emails: pasted })).toMatchObject({ added: 0 });
  const { rows } = await caller.suppressions.list({ q: "ADA" });
  expect(rows).toMatchObject([{ email: "ada@example.org", reason: "asked by phone", scope: "workspace" }]);
  const asked = ["ADA@example.org", "carol@example.org", "bob@xn--bcher-kva.example"];
  expect(await withTenant(scope, (tx) => suppressedAmong(tx, asked))).toEqual([asked[0], asked[2]]);
});

test("a whole organization's suppression closes every workspace, and no workspace can lift it", async () => {
  const { caller, scope } = await newTenant();
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`insert into suppressions (email_normalized, scope, reason, source) values ('x@example.org', 'tenant', 'complained', 'fbl')`,
    ),
  );
  expect(await withTenant(scope, (tx) => suppressedAmong(tx, ["x@example.org"]))).toEqual(["x@example.org"]);
  const [row] = (await caller.suppressions.list({})).rows;
  await expect(
    caller.suppressions.remove({ id: row?.id ?? "", evidence: "They wrote to us." }),
  ).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});

test("who unsubscribed by their own click is not opened again by a colleague; what was added by hand is", async () => {
  const { caller, scope, workspaceId } = await newTenant();
  await withTenant(scope, async (tx) => {
    await createContact(tx, { email: "x@example.org" });
    await tx.execute(sql`insert into suppressions (email_normalized, scope, workspace_id, reason, source)
      values ('x@example.org', 'workspace', ${workspaceId}::uuid, 'unsubscribed', 'one_click')`);
  });
  await caller.suppressions.add({ emails: "y@example.org" });
  const { rows } = await caller.suppressions.list({});
  const idOf = (email: string) => rows.find((row) => row.email === email)?.id ?? "";
  await expect(
    caller.suppressions.remove({ id: idOf("x@example.org"), evidence: "They wrote." }),
  ).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await caller.suppressions.remove({ id: idOf("y@example.org"), evidence: "They wrote." });
  expect((await caller.suppressions.list({})).rows).toHaveLength(1);
});

test("another tenant neither sees nor lifts a suppression", async () => {
  const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
  await ours.caller.suppressions.add({ emails: "x@example.org" });
  const [row] = (await ours.caller.suppressions.list({})).rows;
  expect((await theirs.caller.suppressions.list({})).rows).toEqual([]);
  await expect(
    theirs.caller.suppressions.remove({ id: row?.id ?? "", evidence: "They wrote to us." }),
  ).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("a whole domain is closed, in the contact's page, in the list and for every address of it", async () => {
  const { caller, scope } = await newTenant();
  const { id } = await caller.contacts.create({ email: "ada@Rivals.example" });
  expect(
    await caller.suppressions.add({ emails: "@rivals.example\n*@Bücher.example\n@nonsense" }),
  ).toMatchObject({
    added: 2,
    rejected: [{ email: "@nonsense" }],
  });
  const asked = ["bob@rivals.example", "bob@not-rivals.example", "eve@bücher.example"];
  expect(await withTenant(scope, (tx) => suppressedAmong(tx, asked))).toEqual([asked[0], asked[2]]);
  expect(await caller.contacts.hindrances({ id })).toHaveLength(1);
  const [counted] = await withTenant(scope, (tx) =>
    tx.execute<{ mailable: boolean }>(sql`select ${mailable} as mailable from contacts c`),
  );
  expect(counted?.mailable).toBe(false);
});

test("who was unsubscribed by hand is opened again on evidence, with consent on record", async () => {
  const { caller } = await newTenant();
  const { id } = await caller.contacts.create({ email: "ada@example.org" });
  await caller.contacts.unsubscribe({ id });
  const [row] = (await caller.suppressions.list({ q: "ada@" })).rows;
  await expect(caller.suppressions.remove({ id: row?.id ?? "", evidence: "" })).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
  await caller.suppressions.remove({ id: row?.id ?? "", evidence: "Signed up again at the fair." });
  expect(await caller.contacts.byId({ id })).toMatchObject({ status: "active" });
  expect(await caller.contacts.hindrances({ id })).toEqual([]);
  expect(await caller.contacts.consent({ id })).toMatchObject([
    { action: "granted", basis: "opt_in", source: "Signed up again at the fair." },
    { action: "withdrawn", basis: "unsubscribed" },
  ]);
});

test("the organization's list is for those who speak for it, and comes out as a file", async () => {
  const [ours, member] = await Promise.all([newTenant(), newTenant({ roles: ["member"], role: "admin" })]);
  await expect(
    member.caller.suppressions.add({ emails: "x@example.org", scope: "tenant" }),
  ).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await ours.caller.suppressions.add({ emails: "x@example.org", scope: "tenant", reason: "=cmd()" });
  const { lines, next } = await ours.caller.suppressions.file({});
  expect(lines.split("\n")[1]).toMatch(/^x@example\.org,organization,'=cmd\(\),manual,/);
  expect(next).toBe(null);
});

test("a list that was downloaded comes back as it was, and no easier to lift", async () => {
  const [ours, theirs, member] = await Promise.all([
    newTenant(),
    newTenant(),
    newTenant({ roles: ["member"], role: "admin" }),
  ]);
  const closed = [
    ["complained@example.org", "tenant", "complained", "fbl"],
    ["stopped@example.org", "workspace", "unsubscribed", "one_click"],
    ["asked@example.org", "workspace", 'said "no",\non the phone', "manual"],
    ["@rivals.example", "workspace", "=cmd()", "manual"],
  ];
  await withTenant(ours.scope, (tx) =>
    tx.execute(sql`
      insert into suppressions (email_normalized, scope, workspace_id, reason, source)
      select s ->> 0, s ->> 1, case when s ->> 1 = 'workspace' then ${ours.workspaceId}::uuid end, s ->> 2, s ->> 3
      from jsonb_array_elements(${JSON.stringify(closed)}::jsonb) s`),
  );
  const { lines: file } = await ours.caller.suppressions.file({});
  // What is known as easy to lift becomes as hard as the file says.
  await theirs.caller.suppressions.add({ emails: "stopped@example.org" });
  expect(await theirs.caller.suppressions.addFile({ file })).toEqual({
    added: 3,
    already: 1,
    narrowed: 0,
    rejected: [],
  });
  const held = async ({ caller }: typeof ours) =>
    (await caller.suppressions.list({})).rows
      .map(({ email, scope, reason, source }) => [email, scope, reason, source])
      .sort();
  expect(await held(theirs)).toEqual([...closed].sort());
  const saved = file.replaceAll(",", ";").replaceAll("complained;fbl", "complained;manual");
  expect(await member.caller.suppressions.addFile({ file: saved })).toMatchObject({ added: 4, narrowed: 1 });
  const { rows } = await member.caller.suppressions.list({});
  for (const email of ["complained@example.org", "stopped@example.org"]) {
    const row = rows.find((each) => each.email === email);
    expect(row?.scope).toBe("workspace");
    await expect(
      member.caller.suppressions.remove({ id: row?.id ?? "", evidence: "They wrote to us." }),
    ).rejects.toMatchObject({ message: expect.stringContaining("asked for it") as string });
  }
});

test("any part of an address is found by its index, newest first and in pages, and nothing of another tenant or workspace", async () => {
  const ours = await newTenant();
  const [theirs, sibling] = await Promise.all([newTenant(), createWorkspace(ours)]);
  const fill = (scope: Scope, rows: number, name: string) =>
    withTenant(scope, (tx) =>
      tx.execute(sql`insert into suppressions (email_normalized, scope, workspace_id, reason, source)
        select ${name} || n || '@common.example', 'workspace', current_setting('app.current_workspace_id')::uuid, 'bounced', 'test'
        from generate_series(1, ${rows}::int) n`),
    );
  await fill(ours.scope, 120, "ours");
  await fill(theirs.scope, 60, "theirs");
  await fill(sibling.scope, 60, "sibling");
  const emails = async (q: string, after?: string) =>
    (await ours.caller.suppressions.list({ q, after })).rows.map(({ email }) => email);
  expect(await emails("S1@COMM")).toEqual(["ours1@common.example"]);
  expect(await emails("urs119")).toEqual(["ours119@common.example"]);
  for (const q of ["theirs", "sibling", "%", "0_99", "\\"]) expect(await emails(`${q}1`)).toEqual([]);
  const first = await ours.caller.suppressions.list({ q: "common" });
  expect(first.rows[0]?.email).toBe("ours120@common.example");
  expect((await emails("common", first.next ?? ""))[0]).toBe("ours70@common.example");

  await asOwner((owner) => owner`analyze suppressions`);
  const scans = await withTenant(ours.scope, async (tx) => {
    // So few rows are read soonest as they lie: as if each took its time.
    await tx.execute(sql`set local cpu_tuple_cost = 100`);
    const count = sql`select pg_stat_get_xact_numscans('idx_suppressions_search'::regclass)::int as index,
      pg_stat_get_xact_numscans('suppressions'::regclass)::int as whole`;
    const [before] = await tx.execute<{ index: number; whole: number }>(count);
    await tx.execute(sql`select search_suppressions('urs77@c')`);
    const [after] = await tx.execute<{ index: number; whole: number }>(count);
    return {
      index: (after?.index ?? 0) - (before?.index ?? 0),
      whole: (after?.whole ?? 0) - (before?.whole ?? 0),
    };
  });
  expect(scans).toEqual({ index: 1, whole: 0 });
});
