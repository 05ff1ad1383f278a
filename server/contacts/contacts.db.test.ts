import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { pageSize } from "./schema.ts";

test("a contact is added once, is found by name, address and company, and can be tagged", async () => {
  const { caller } = await newTenant();
  const { id } = await caller.contacts.create({
    email: "Ada@Example.com",
    first_name: "Ada",
    company: "Analytical Engines",
  });
  const again = caller.contacts.create({ email: "ada@example.COM" });
  await expect(again).rejects.toMatchObject({
    code: "CONFLICT",
    cause: { fields: { email: expect.any(String) as string } },
  });
  await expect(caller.contacts.create({ email: "nobody" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  for (const q of ["ada@", "lytical", "Ada"])
    expect((await caller.contacts.list({ q, sort: "newest" })).rows.map((row) => row.id)).toEqual([id]);
  expect((await caller.contacts.list({ q: "%", sort: "newest" })).rows).toEqual([]);
  await caller.contacts.addTag({ id, tag: "VIP" });
  await caller.contacts.addTag({ id, tag: "vip" });
  expect((await caller.contacts.list({ tag: "vip", sort: "newest" })).rows).toMatchObject([
    { id, tags: ["vip"] },
  ]);
  await caller.contacts.removeTag({ id, tag: "vip" });
  const timeline = await caller.contacts.timeline({ id });
  expect(timeline.map(({ type }) => type)).toEqual(["tag.removed", "tag.added", "contact.created"]);
});

test("an edit of a contact that somebody else changed meanwhile is refused", async () => {
  const { caller } = await newTenant();
  const { id } = await caller.contacts.create({ email: "ada@example.com", custom: { plan: "pro" } });
  const { version } = await caller.contacts.byId({ id });
  await caller.contacts.update({
    id,
    version,
    email: "ada@example.com",
    first_name: "Ada",
    custom: { plan: "" },
  });
  await expect(
    caller.contacts.update({ id, version, email: "ada@example.com", first_name: "Anna", custom: {} }),
  ).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await caller.contacts.byId({ id })).toMatchObject({
    first_name: "Ada",
    custom: {},
    version: version + 1,
  });
});

test("a new address starts with a clean record, and one that said stop does not", async () => {
  const { caller, scope } = await newTenant();
  const people = await Promise.all(
    ["bounced", "unsubscribed"].map((name) => caller.contacts.create({ email: `${name}@example.com` })),
  );
  await withTenant(scope, (tx) => tx.execute(sql`update contacts set status = split_part(email, '@', 1)`));
  const after = [];
  for (const { id } of people) {
    const { version } = await caller.contacts.byId({ id });
    await caller.contacts.update({ id, version, email: `new-${id}@example.com`, custom: {} });
    after.push((await caller.contacts.byId({ id })).status);
  }
  expect(after).toEqual(["active", "unsubscribed"]);
});

test("a contact that may not be mailed says why", async () => {
  const { caller, scope } = await newTenant();
  const { id } = await caller.contacts.create({ email: "ada@example.com" });
  expect(await caller.contacts.hindrances({ id })).toEqual([]);
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`update contacts set status = 'complained', complained_at = app_now()`);
    await tx.execute(
      sql`insert into suppressions (email_normalized, scope, reason, source) values ('ada@example.com', 'tenant', 'complaint', 'test')`,
    );
  });
  expect((await caller.contacts.hindrances({ id })).map(({ reason }) => reason)).toEqual([
    "Reported a mail as spam.",
    "The address is on the suppression list of the whole organization (complaint).",
  ]);
});

test("pages follow each other without a gap, by newest and by address", async () => {
  const { caller, scope } = await newTenant();
  const total = pageSize + 7;
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`insert into contacts (email, email_normalized) select e, e from (select 'p' || lpad(n::text, 3, '0') || '@example.com' as e from generate_series(1, ${total}) n) x`,
    ),
  );
  for (const sort of ["newest", "email"] as const) {
    const first = await caller.contacts.list({ sort });
    const second = await caller.contacts.list({ sort, after: first.next ?? "" });
    expect(second.next).toBe(null);
    const all = [...first.rows, ...second.rows].map(({ email }) => email);
    expect(new Set(all).size).toBe(total);
    if (sort === "email") expect(all).toEqual([...all].sort());
  }
  expect((await caller.contacts.list({ sort: "newest", after: "no such place" })).rows).toHaveLength(
    pageSize,
  );
});

test("a deleted contact is gone from every page, and its address is free again", async () => {
  const { caller } = await newTenant();
  const { id } = await caller.contacts.create({ email: "ada@example.com" });
  await caller.contacts.delete({ id });
  await expect(caller.contacts.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await caller.contacts.list({ sort: "newest" })).toMatchObject({ rows: [], any: false });
  await expect(caller.contacts.create({ email: "ada@example.com" })).resolves.toBeDefined();
});

test("nobody of another tenant reads, finds or changes a contact, and a viewer only reads", async () => {
  const [ours, theirs, viewer] = await Promise.all([
    newTenant(),
    newTenant(),
    newTenant({ roles: ["member"], role: "viewer" }),
  ]);
  const { id } = await ours.caller.contacts.create({ email: "ada@example.com" });
  await expect(theirs.caller.contacts.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(theirs.caller.contacts.delete({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(theirs.caller.contacts.addTag({ id, tag: "x" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await theirs.caller.contacts.list({ q: "ada", sort: "newest" })).rows).toEqual([]);
  expect(await theirs.caller.contacts.timeline({ id })).toEqual([]);
  await expect(viewer.caller.contacts.list({ sort: "newest" })).resolves.toMatchObject({ rows: [] });
  await expect(viewer.caller.contacts.create({ email: "x@example.com" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});

test("a list takes people by address and names those it does not know", async () => {
  const { caller } = await newTenant();
  await caller.contacts.create({ email: "ada@example.com" });
  const { id } = await caller.lists.create({ name: "Friends" });
  await expect(caller.lists.create({ name: "Friends" })).rejects.toMatchObject({ code: "CONFLICT" });
  const emails = ["ADA@example.com", "unknown@example.com", "nonsense"];
  expect(await caller.lists.addAddresses({ id, emails })).toEqual({
    added: 1,
    already: 0,
    unknown: ["unknown@example.com"],
    invalid: ["nonsense"],
  });
  expect(await caller.lists.addAddresses({ id, emails: ["ada@example.com"] })).toMatchObject({
    added: 0,
    already: 1,
  });
  expect(await caller.lists.byId({ id })).toMatchObject({ count: 1 });
  await caller.lists.delete({ id });
  await expect(caller.lists.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
