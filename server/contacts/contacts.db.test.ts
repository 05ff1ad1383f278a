import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { appNow } from "#db/clock";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { contactSorts, pageSize, usualColumns } from "./schema.ts";

type ContactListQuery = Record<string, unknown>;

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
  expect(timeline.entries.map(({ type }) => type)).toEqual(["tag.removed", "tag.added", "contact.created"]);
});

test("an edit of a contact that somebody else changed meanwhile is refused", async () => {
  const { caller } = await newTenant();
  await caller.customFields.create({ label: "Plan", type: "text" });
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
  ).rejects.toMatchObject({
    code: "CONFLICT",
    cause: {
      fields: { first_name: expect.stringContaining('"Ada"') as string, version: String(version + 1) },
    },
  });
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

test("an edit of one field minds that field only, and says what somebody else put there", async () => {
  const { caller } = await newTenant();
  await caller.customFields.create({ label: "Seats", type: "number" });
  const { id } = await caller.contacts.create({ email: "ada@example.com", city: "London" });
  await caller.contacts.edit({ id, field: "company", seen: "", value: "Engines" });
  await caller.contacts.edit({ id, field: "city", seen: "London", value: "Turin" });
  await expect(
    caller.contacts.edit({ id, field: "city", seen: "London", value: "Paris" }),
  ).rejects.toMatchObject({
    code: "CONFLICT",
    cause: { fields: { theirs: "Turin" } },
  });
  await caller.contacts.edit({ id, field: "custom.seats", seen: "", value: "12.50" });
  await expect(
    caller.contacts.edit({ id, field: "custom.seats", seen: "12.5", value: "a dozen" }),
  ).rejects.toMatchObject({ cause: { fields: { "custom.seats": expect.any(String) as string } } });
  await caller.contacts.edit({ id, field: "stage", seen: "new", value: "customer" });
  await expect(
    caller.contacts.edit({ id, field: "status", seen: "active", value: "x" }),
  ).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
  expect(await caller.contacts.byId({ id })).toMatchObject({
    company: "Engines",
    city: "Turin",
    lifecycleStage: "customer",
    custom: { seats: 12.5 },
  });
});

test("what a file brought may stand: only what is changed has to fit its field", async () => {
  const { caller, scope } = await newTenant();
  const { id } = await caller.contacts.create({ email: "ada@example.com", city: "London" });
  const long = "x".repeat(500);
  await withTenant(scope, (tx) =>
    tx.execute(sql`update contacts set timezone = 'Berlin', company = ${long} where id = ${id}::uuid`),
  );
  await caller.contacts.edit({ id, field: "city", seen: "London", value: "Turin" });
  const held = { email: "ada@example.com", timezone: "Berlin", company: long };
  const { version } = await caller.contacts.byId({ id });
  await caller.contacts.update({ id, version, ...held, first_name: "Ada", city: "Rome" });
  expect(await caller.contacts.byId({ id })).toMatchObject({ ...held, first_name: "Ada", city: "Rome" });
  const refused = (field: string) => ({
    code: "BAD_REQUEST",
    cause: { fields: { [field]: expect.any(String) as string } },
  });
  await expect(
    caller.contacts.edit({ id, field: "timezone", seen: "Berlin", value: "Bonn" }),
  ).rejects.toMatchObject(refused("timezone"));
  await expect(
    caller.contacts.update({ id, version: version + 1, ...held, company: `${long}y` }),
  ).rejects.toMatchObject(refused("company"));
  await expect(caller.contacts.create({ email: "bob@example.com", timezone: "Bonn" })).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
});

test("pages follow each other without a gap, forwards and back, by every order and with empty values", async () => {
  const { caller, scope } = await newTenant();
  const total = 2 * pageSize + 7;
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`insert into contacts (email, email_normalized, company, last_name, lead_score, last_activity_at)
        select e, e, case when n % 3 = 0 then 'Company ' || n % 5 end, case when n % 60 <> 0 then 'Name ' || n % 7 end, n % 4,
          case when n % 4 = 0 then app_now() - make_interval(secs => n % 6) end
        from (select n, 'p' || lpad(n::text, 3, '0') || '@example.com' as e from generate_series(1, ${total}) n) x`,
    ),
  );
  for (const sort of contactSorts) {
    for (const order of ["asc", "desc"] as const) {
      const pages = [await caller.contacts.list({ sort, order })];
      for (let next = pages[0]?.next; next; next = pages.at(-1)?.next)
        pages.push(await caller.contacts.list({ sort, order, after: next }));
      const ids = pages.map((page) => page.rows.map(({ id }) => id));
      expect(ids.map((page) => page.length)).toEqual([pageSize, pageSize, 7]);
      expect(new Set(ids.flat()).size).toBe(total);
      const back = [await caller.contacts.list({ sort, order, before: pages[2]?.before ?? "" })];
      back.unshift(await caller.contacts.list({ sort, order, before: back[0]?.before ?? "" }));
      expect(back.map((page) => page.rows.map(({ id }) => id))).toEqual(ids.slice(0, 2));
      expect(back[0]?.before).toBe(null);
    }
  }
  const nowhere = ["no such place", Buffer.from('["score","x","y"]').toString("base64url")];
  for (const after of nowhere)
    expect((await caller.contacts.list({ sort: "score", after })).rows).toHaveLength(pageSize);
});

test("filters combine, and none lets through more than all of them do", async () => {
  const { caller, scope } = await newTenant();
  await caller.customFields.create({ label: "Plan", type: "select", options: ["Pro", "Free"] });
  await caller.customFields.create({ label: "Seats", type: "number" });
  await caller.customFields.create({ label: "Renewal", type: "date" });
  const add = (name: string, custom: Record<string, string>, stage: "new" | "customer" = "new") =>
    caller.contacts.create({ email: `${name}@example.com`, first_name: name, custom, stage });
  const ada = await add("ada", { plan: "Pro", seats: "5", renewal: "2026-03-01" }, "customer");
  const bob = await add("bob", { plan: "Pro", seats: "50" });
  const cy = await add("cy", { plan: "Free", seats: "7" }, "customer");
  const { id: list } = await caller.lists.create({ name: "Some" });
  await caller.lists.add({ id: list, contactIds: [ada.id, bob.id] });
  for (const tag of ["one", "two"]) await caller.contacts.addTag({ id: ada.id, tag });
  await caller.contacts.addTag({ id: cy.id, tag: "one" });
  const found = async (filter: ContactListQuery) => {
    const { rows, total } = await caller.contacts.list({ ...filter, sort: "email" });
    expect(total).toBe(rows.length);
    return rows.map(({ name }) => name);
  };
  expect(await found({ "custom.plan": "pro" })).toEqual(["ada", "bob"]);
  expect(await found({ "custom.plan": "Pro", list, stage: "customer" })).toEqual(["ada"]);
  expect(await found({ "custom.seats": "5..10" })).toEqual(["ada", "cy"]);
  expect(await found({ "custom.seats": "6.." })).toEqual(["bob", "cy"]);
  expect(await found({ "custom.renewal": "2026-01-01..2026-12-31" })).toEqual(["ada"]);
  expect(await found({ tag: ["one", "two"] })).toEqual(["ada"]);
  expect(await found({ tag: ["one", "never"] })).toEqual([]);
  expect(await found({ q: "example.com", tag: "one", stage: ["customer", "churned"] })).toEqual([
    "ada",
    "cy",
  ]);
  expect(await found({ scoreMin: 1 })).toEqual([]);
  const today = (await withTenant(scope, appNow)).toISOString().slice(0, 10);
  expect(await found({ addedFrom: "2020-01-01", addedTo: today, status: "active" })).toHaveLength(3);
  expect(await found({ activeFrom: "2020-01-01" })).toEqual([]);
  await expect(caller.contacts.list({ "custom.seats": "many" })).rejects.toMatchObject({
    message: expect.stringContaining("Seats") as string,
  });
  await expect(caller.contacts.list({ "custom.nothing": "x" })).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
});

test("columns are remembered for a person and a workspace", async () => {
  const [mine, other] = await Promise.all([newTenant(), newTenant()]);
  expect(await mine.caller.contacts.columns()).toEqual(usualColumns);
  await mine.caller.contacts.chooseColumns({ columns: ["name", "custom.plan"] });
  await mine.caller.contacts.chooseColumns({ columns: ["score"] });
  expect(await mine.caller.contacts.columns()).toEqual(["score"]);
  expect(await other.caller.contacts.columns()).toEqual(usualColumns);
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
  expect((await theirs.caller.contacts.timeline({ id })).entries).toEqual([]);
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
