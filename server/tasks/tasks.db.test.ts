import { expect, test } from "vitest";
import { createContact } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { taskPageSize } from "./schema.ts";

const fields = { note: "", dueOn: "", assigneeId: "" };

test("open tasks come by their day, page by page, and a done one is found among the done", async () => {
  const tenant = await newTenant();
  const { tasks } = tenant.caller;
  const contactId = await withTenant(tenant.scope, (tx) => createContact(tx));
  const days = Array.from({ length: taskPageSize + 2 }, (_, index) =>
    index % 3 === 0 ? "" : `2026-01-${10 + (index % 9)}`,
  );
  for (const [index, dueOn] of days.entries())
    await tasks.create({ ...fields, contactId, title: `Task ${index}`, dueOn });
  const first = await tasks.list({ view: "all" });
  const second = await tasks.list({ view: "all", after: first.next ?? "" });
  const all = [...first.rows, ...second.rows];
  expect(all).toHaveLength(days.length);
  expect(second.next).toBeNull();
  expect(all.map(({ dueOn }) => dueOn ?? "9999")).toEqual(days.map((day) => day || "9999").toSorted());
  expect((await tasks.list({ view: "mine" })).rows).toEqual([]);

  const [one] = first.rows;
  await tasks.update({
    id: one?.id ?? "",
    title: "Call",
    note: "twice",
    dueOn: "",
    assigneeId: tenant.userId,
  });
  expect((await tasks.list({ view: "mine" })).rows).toMatchObject([
    { title: "Call", note: "twice", overdue: false },
  ]);
  await tasks.finish({ id: one?.id ?? "", done: true });
  await tasks.finish({ id: one?.id ?? "", done: true });
  expect((await tasks.list({ view: "done" })).rows).toMatchObject([{ title: "Call", doneBy: "Olive Owner" }]);
  const timeline = await tenant.caller.contacts.timeline({ id: contactId });
  expect(timeline.entries.filter(({ type }) => type === "task.done")).toHaveLength(1);
});

test("a task is nobody's of another workspace, and goes to no stranger", async () => {
  const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
  const contactId = await withTenant(ours.scope, (tx) => createContact(tx));
  const { id } = await ours.caller.tasks.create({ ...fields, contactId, title: "Call" });
  await expect(theirs.caller.tasks.finish({ id, done: true })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(theirs.caller.tasks.create({ ...fields, contactId, title: "x" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(
    ours.caller.tasks.create({ ...fields, contactId, title: "x", assigneeId: theirs.userId }),
  ).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
