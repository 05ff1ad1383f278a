import { expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { importFile, undoFile } from "#server/imports/testing";
import { copyOf } from "#server/imports/testing-copy";

test("a required field is asked for, an option in use stays, and an archived field keeps its values", async () => {
  const { caller } = await newTenant();
  const plan = await caller.customFields.create({
    label: "Plan type!",
    type: "select",
    options: ["Pro", "Free"],
    required: true,
  });
  expect(plan.name).toBe("plan_type");
  await expect(caller.customFields.create({ label: "plan type", type: "text" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  const missing = { cause: { fields: { "custom.plan_type": "Plan type! is required." } } };
  await expect(caller.contacts.create({ email: "ada@example.com" })).rejects.toMatchObject(missing);
  const { id } = await caller.contacts.create({ email: "ada@example.com", custom: { plan_type: "pro" } });
  await expect(
    caller.contacts.edit({ id, field: "custom.plan_type", seen: "Pro", value: "" }),
  ).rejects.toMatchObject(missing);
  const change = { id: plan.id, label: "Plan", required: false };
  await expect(caller.customFields.update({ ...change, options: ["Free"] })).rejects.toMatchObject({
    code: "CONFLICT",
    cause: { fields: { options: expect.stringContaining('"Pro"') as string } },
  });
  await caller.customFields.update({ ...change, options: ["Pro", "Gold"] });
  await caller.customFields.archive({ id: plan.id });
  expect(await caller.customFields.list()).toEqual([]);
  expect(await caller.customFields.list({ archived: true })).toMatchObject([
    { label: "Plan", options: ["Pro", "Gold"] },
  ]);
  expect((await caller.contacts.byId({ id })).custom).toEqual({ plan_type: "Pro" });
});

test("a new contact gets the defaults, values keep to the limits, and what is beyond new ones may stay", async () => {
  const tenant = await newTenant();
  const { caller } = tenant;
  const fields = caller.customFields;
  const seats = await fields.create({
    label: "Seats",
    type: "number",
    required: true,
    defaultValue: "5",
    limits: { min: "1", max: "100" },
  });
  await fields.create({ label: "Since", type: "date", limits: { min: "2020-01-01" } });
  await fields.create({ label: "Code", type: "text", limits: { lengthMax: "4" } });
  await fields.create({
    label: "Colours",
    type: "multi_select",
    options: ["Red", "Blue"],
    defaultValue: "blue, red",
  });
  const wrong = [
    [{ limits: { min: "9", max: "2" } }, "limits.max"],
    [{ limits: { min: "many" } }, "limits.min"],
    [{ limits: { max: "3" }, defaultValue: "4" }, "defaultValue"],
  ] as const;
  for (const [input, name] of wrong)
    await expect(fields.create({ label: "Wrong", type: "number", ...input })).rejects.toMatchObject({
      cause: { fields: { [name]: expect.stringMatching(/\.$/) as string } },
    });

  const { id } = await caller.contacts.create({ email: "ada@example.com" });
  const customOf = async () => (await caller.contacts.byId({ id })).custom;
  expect(await customOf()).toEqual({ seats: 5, colours: ["Blue", "Red"] });
  // What somebody left blank on purpose stays blank; what is required does not.
  await expect(
    caller.contacts.create({ email: "b@example.com", custom: { seats: "" } }),
  ).rejects.toMatchObject({ cause: { fields: { "custom.seats": "Seats is required." } } });
  const edit = (field: string, seen: string, value: string) =>
    caller.contacts.edit({ id, field: `custom.${field}`, seen, value });
  await expect(edit("seats", "5", "101")).rejects.toThrow(
    '"101" does not fit: this field holds values from 1 to 100.',
  );
  await expect(edit("since", "", "2019-12-31")).rejects.toThrow(/at least 2020-01-01/);
  await expect(edit("code", "", "ABCDE")).rejects.toThrow(/under 5 characters; it has 5/);
  const change = { action: "set_field", field: "custom.seats", value: "0" } as const;
  await expect(
    caller.contactEdits.create({ key: crypto.randomUUID(), selection: { ids: [id] }, change }),
  ).rejects.toThrow(/from 1 to 100/);

  await fields.update({ id: seats.id, label: "Seats", required: true, limits: { max: "3" } });
  const { version } = await caller.contacts.byId({ id });
  await caller.contacts.update({
    id,
    version,
    email: "ada@example.com",
    custom: { seats: "5", code: "ABCD" },
  });
  expect(await customOf()).toMatchObject({ seats: 5, code: "ABCD" });
});

test("an import gives new people the defaults, refuses values beyond the limits, and its undo is exact", async () => {
  const tenant = await newTenant();
  const { caller } = tenant;
  await caller.contacts.create({ email: "here@example.com" });
  const field = {
    label: "Seats",
    type: "number",
    required: true,
    defaultValue: "5",
    limits: { max: "10" },
  } as const;
  await caller.customFields.create(field);
  const before = await copyOf(tenant.scope);
  const customOf = async () =>
    new Map((await copyOf(tenant.scope)).contacts.map(({ email, custom_fields: custom }) => [email, custom]));
  const rows =
    "here@example.com,\nnew@example.com,\nmany@example.com,11\nsome@example.com,7\nnew@example.com,\n";
  const { id, created, errors } = await importFile(tenant, `email,seats\n${rows}`, { bytes: 40 });
  expect({ created, errors }).toEqual({ created: 2, errors: 1 });
  expect([...(await customOf())]).toEqual([
    ["here@example.com", {}],
    ["new@example.com", { seats: 5 }],
    ["some@example.com", { seats: 7 }],
  ]);
  expect((await caller.imports.problems({ id }))[0]).toMatchObject({
    code: "out_of_limits",
    examples: [{ line: 4, value: "11", message: expect.stringMatching(/at most 10\.$/) as string }],
  });
  expect((await undoFile(tenant, id)).undoReport).toMatchObject({ deleted: 2, kept: 0 });
  expect(await copyOf(tenant.scope)).toEqual(before);

  // A file without the field, and a person who stands in it twice.
  const plain = await importFile(tenant, "email\na@example.com\nb@example.com\na@example.com\n", {
    bytes: 20,
  });
  expect([...(await customOf()).values()]).toEqual([{ seats: 5 }, { seats: 5 }, {}]);
  expect((await undoFile(tenant, plain.id)).undoReport).toMatchObject({ deleted: 2, kept: 0 });
  expect(await copyOf(tenant.scope)).toEqual(before);
});

test("fields are for admins to define, and another workspace's are not there", async () => {
  const [ours, theirs, member] = await Promise.all([
    newTenant(),
    newTenant(),
    newTenant({ roles: ["member"], role: "member" }),
  ]);
  const { id } = await ours.caller.customFields.create({ label: "Plan", type: "text" });
  const change = { id, label: "Mine", required: true, options: [] };
  await expect(theirs.caller.customFields.update(change)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(theirs.caller.customFields.archive({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(
    theirs.caller.contacts.create({ email: "x@example.com", custom: { plan: "x" } }),
  ).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(member.caller.customFields.create({ label: "Plan", type: "text" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});
