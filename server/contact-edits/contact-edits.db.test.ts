import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createContacts } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { createContactEdit } from "./mutations.ts";
import { editSlice, takeContactEdit } from "./run.ts";
import type { ContactEditInput } from "./schema.ts";

type Tenant = Awaited<ReturnType<typeof newTenant>>;

const people = (count: number) => Array.from({ length: count }, (_, n) => ({ email: `p${n}@example.com` }));
const seed = (tenant: Tenant, count: number) =>
  withTenant(tenant.scope, (tx) => createContacts(tx, people(count)));

/** Asks for an edit and gives the fence of the run that takes it. */
async function asked(tenant: Tenant, input: Omit<ContactEditInput, "key">) {
  const key = crypto.randomUUID();
  const { id } = await withTenant(tenant.scope, (tx) =>
    createContactEdit(tx, { key, ...input }, tenant.scope),
  );
  const fence = await takeContactEdit(tenant.scope, id, "run");
  if (fence === null) throw new Error("The edit was not taken.");
  return { id, fence };
}

async function run(tenant: Tenant, { id, fence }: { id: string; fence: number }, size = 2) {
  while (!(await editSlice(tenant.scope, id, fence, size)).done);
  return tenant.caller.contactEdits.byId({ id });
}

test("all that a filter lets through are changed, though the change takes them out of the filter", async () => {
  const tenant = await newTenant();
  const ids = await seed(tenant, 7);
  await tenant.caller.contacts.addTag({ id: ids[0] ?? "", tag: "old" });
  const edit = await asked(tenant, {
    selection: { filter: { stage: ["new"] } },
    change: { action: "set_stage", stage: "customer" },
  });
  const late = await tenant.caller.contacts.create({ email: "late@example.com" });
  const report = await run(tenant, edit);
  expect(report).toMatchObject({
    status: "completed",
    total: 7,
    processed: 7,
    changed: 7,
    unchanged: 0,
    failed: 0,
  });
  const rows = (await tenant.caller.contacts.list({ stage: "customer" })).rows;
  expect(rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect((await tenant.caller.contacts.byId({ id: late.id })).lifecycleStage).toBe("new");
});

test("of all that a filter lets through some can be excepted, whole slices of them too", async () => {
  const tenant = await newTenant();
  const ids = [...(await seed(tenant, 9))].sort();
  const except = [...ids.slice(0, 4), ids[8] ?? ""];
  const edit = await asked(tenant, {
    selection: { filter: { stage: ["new"] }, except },
    change: { action: "set_stage", stage: "customer" },
  });
  expect(await run(tenant, edit)).toMatchObject({ status: "completed", total: 4, changed: 4, failed: 0 });
  const { rows } = await tenant.caller.contacts.list({ stage: "customer" });
  expect(rows.map(({ id }) => id).sort()).toEqual(ids.slice(4, 8));
});

test("who could not be changed is named with the reason, the others are changed", async () => {
  const tenant = await newTenant();
  const [archived = "", stopped = "", active = "", gone = ""] = await seed(tenant, 4);
  await tenant.caller.contacts.archive({ id: archived });
  await withTenant(tenant.scope, (tx) =>
    tx.execute(
      sql`update contacts set status = 'unsubscribed', unsubscribed_at = app_now() where id = ${stopped}::uuid`,
    ),
  );
  const edit = await asked(tenant, {
    selection: { ids: [archived, stopped, active, gone] },
    change: { action: "restore" },
  });
  await tenant.caller.contacts.delete({ id: gone });
  const report = await run(tenant, edit);
  expect(report).toMatchObject({ processed: 4, changed: 1, unchanged: 1, failed: 2 });
  const { rows } = await tenant.caller.contactEdits.failures({ id: edit.id });
  expect(rows.map(({ contactId, reason }) => [contactId, reason])).toEqual([
    [stopped, expect.stringContaining("only they can take that back")],
    [gone, expect.stringContaining("deleted meanwhile")],
  ]);
  expect((await tenant.caller.contacts.byId({ id: archived })).status).toBe("active");
});

test("a run that was taken over changes nothing more, and the next goes on at the checkpoint", async () => {
  const tenant = await newTenant();
  await seed(tenant, 5);
  const edit = await asked(tenant, { selection: { filter: {} }, change: { action: "tag", tag: "VIP" } });
  await editSlice(tenant.scope, edit.id, edit.fence, 2);
  await withTenant(tenant.scope, (tx) =>
    tx.execute(
      sql`update contact_edits set lease_until = app_now() - interval '1 second' where id = ${edit.id}::uuid`,
    ),
  );
  const fence = (await takeContactEdit(tenant.scope, edit.id, "another run")) ?? 0;
  expect(fence).toBeGreaterThan(edit.fence);
  expect(await editSlice(tenant.scope, edit.id, edit.fence, 2)).toEqual({ done: true, contacts: 0 });
  expect(await run(tenant, { id: edit.id, fence })).toMatchObject({ processed: 5, changed: 5, unchanged: 0 });
  expect((await tenant.caller.contacts.list({ tag: "vip" })).total).toBe(5);
});

test("deletion, lists, fields and unsubscribing do to many what they do to one", async () => {
  const tenant = await newTenant();
  const ids = await seed(tenant, 3);
  const list = await tenant.caller.lists.create({ name: "Friends" });
  await tenant.caller.customFields.create({ label: "Seats", type: "number" });
  const whole = async (change: ContactEditInput["change"]) =>
    run(tenant, await asked(tenant, { selection: { filter: {} }, change }));
  expect(await whole({ action: "add_to_list", listId: list.id })).toMatchObject({ changed: 3 });
  expect(await whole({ action: "set_field", field: "custom.seats", value: "12" })).toMatchObject({
    changed: 3,
  });
  expect(await whole({ action: "set_field", field: "custom.seats", value: "12.0" })).toMatchObject({
    unchanged: 3,
  });
  await tenant.caller.customFields.create({ label: "Likes", type: "multi_select", options: ["Tea", "Cake"] });
  for (const value of ["Tea|Cake", "Tea"])
    expect(await whole({ action: "set_field", field: "custom.likes", value })).toMatchObject({ changed: 3 });
  expect((await tenant.caller.contacts.byId({ id: ids[0] ?? "" })).custom).toEqual({
    seats: 12,
    likes: ["Tea"],
  });
  expect(await whole({ action: "unsubscribe" })).toMatchObject({ changed: 3 });
  expect((await tenant.caller.suppressions.list({})).rows).toHaveLength(3);
  expect(await whole({ action: "delete" })).toMatchObject({ changed: 3 });
  expect(await tenant.caller.lists.byId({ id: list.id })).toMatchObject({ count: 0 });
});

test("tags, lists and fields are taken back from many as they were given, and all are archived", async () => {
  const tenant = await newTenant();
  const ids = await seed(tenant, 3);
  const list = await tenant.caller.lists.create({ name: "Friends" });
  await tenant.caller.lists.add({ id: list.id, contactIds: ids });
  await tenant.caller.contacts.addTag({ id: ids[0] ?? "", tag: "vip" });
  const whole = async (change: ContactEditInput["change"]) =>
    run(tenant, await asked(tenant, { selection: { filter: {} }, change }));
  expect(await whole({ action: "untag", tag: "vip" })).toMatchObject({ changed: 1, unchanged: 2 });
  expect((await tenant.caller.contacts.list({ tag: "vip" })).total).toBe(0);
  expect(await whole({ action: "remove_from_list", listId: list.id })).toMatchObject({ changed: 3 });
  expect(await tenant.caller.lists.byId({ id: list.id })).toMatchObject({ count: 0 });
  for (const value of ["Turin", ""]) {
    expect(await whole({ action: "set_field", field: "city", value })).toMatchObject({ changed: 3 });
    expect(await tenant.caller.contacts.byId({ id: ids[1] ?? "" })).toMatchObject({ city: value || null });
  }
  expect(await whole({ action: "archive" })).toMatchObject({ changed: 3, failed: 0 });
  expect((await tenant.caller.contacts.list({ status: "archived" })).total).toBe(3);
});

test("a value that the field does not take is refused before anything is changed", async () => {
  const tenant = await newTenant();
  await tenant.caller.customFields.create({ label: "Seats", type: "number", required: true });
  const create = (value: string, field = "custom.seats") =>
    tenant.caller.contactEdits.create({
      key: crypto.randomUUID(),
      selection: { filter: {} },
      change: { action: "set_field", field, value },
    });
  for (const [field, value] of [
    ["timezone", "Berlin"],
    ["language", "x".repeat(36)],
  ] as const)
    await expect(create(value, field)).rejects.toMatchObject({
      code: "BAD_REQUEST",
      cause: { fields: { value: expect.any(String) as string } },
    });
  await expect(create("many")).rejects.toMatchObject({
    message: expect.stringContaining("not a number") as string,
  });
  await expect(create("")).rejects.toMatchObject({ message: "Seats is required." });
});

test("a double click is one edit; another tenant sees none of it, and only an admin deletes", async () => {
  const [ours, theirs, member] = await Promise.all([
    newTenant(),
    newTenant(),
    newTenant({ roles: ["member"], role: "member" }),
  ]);
  const ids = await seed(ours, 2);
  const input = { key: crypto.randomUUID(), selection: { ids }, change: { action: "delete" as const } };
  const [first, second] = [
    await ours.caller.contactEdits.create(input),
    await ours.caller.contactEdits.create(input),
  ];
  expect(second).toEqual(first);
  expect((await ours.caller.contactEdits.list({})).rows).toHaveLength(1);
  await expect(theirs.caller.contactEdits.byId(first)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await theirs.caller.contactEdits.failures(first)).rows).toEqual([]);
  const stolen = await asked(theirs, { selection: { ids }, change: { action: "archive" } });
  expect(await run(theirs, stolen)).toMatchObject({ changed: 0, failed: 2 });
  await expect(
    member.caller.contactEdits.create({ ...input, key: crypto.randomUUID() }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect((await ours.caller.contacts.list({})).total).toBe(2);
  await ours.caller.contactEdits.cancel(first);
  expect(await takeContactEdit(ours.scope, first.id, "late run")).toBe(null);
  await expect(ours.caller.contactEdits.cancel(first)).rejects.toMatchObject({ code: "CONFLICT" });
});
