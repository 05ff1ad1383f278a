import { expect, test } from "vitest";
import { newTenant } from "#db/testing";

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
