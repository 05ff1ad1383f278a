import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createContact } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { tasksOf } from "./queries.ts";
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

test("one's own tasks are read in order from an index of whose they are, however many others have", async () => {
  const tenant = await newTenant();
  const plan = await withTenant(tenant.scope, async (tx) => {
    const contactId = await createContact(tx);
    await tx.execute(sql`
      insert into tasks (contact_id, title, assignee_id)
      select ${contactId}::uuid, 'Call', case when n % 100 = 0 then ${tenant.userId}::uuid else uuidv7() end
      from generate_series(1, 500) n`);
    // What is asked is which index can serve: the table is small.
    await tx.execute(sql`set local enable_seqscan = off`);
    const rows = await tx.execute<{ "QUERY PLAN": string }>(
      sql`explain ${tasksOf({ view: "mine" }, tenant.userId)}`,
    );
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
  expect(plan).toContain("idx_tasks_assignee");
  expect(plan).toMatch(/Index Cond:.*assignee_id/);
  expect(plan).not.toContain("Sort");
});
