import { v7 } from "uuid";
import { expect, test } from "vitest";
import { createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { notify } from "./mutations.ts";

const told = { type: "import.completed" as const, title: "a.csv was imported", path: "/imports/1" };

test("somebody is told what is meant for them, in the workspace it happened in, and no one else", async () => {
  const tenant = await newTenant();
  const stranger = await newTenant();
  const other = await createWorkspace(tenant);
  await withTenant(tenant.scope, async (tx) => {
    await notify(tx, { ...told, userId: tenant.userId });
    await notify(tx, { ...told, userId: v7(), title: "For a colleague" });
    await notify(tx, { ...told, userId: null, title: "For nobody" });
  });
  await withTenant({ ...tenant.scope, workspaceId: other.workspaceId }, (tx) =>
    notify(tx, { ...told, userId: tenant.userId, title: "Elsewhere" }),
  );
  const { rows, unread } = await tenant.caller.notifications.list();
  expect(rows.map(({ title, path, read }) => ({ title, path, read }))).toEqual([
    { title: "a.csv was imported", path: "/imports/1", read: false },
  ]);
  expect(unread).toBe(1);
  expect((await stranger.caller.notifications.list()).rows).toEqual([]);
});

test("what came after the screen was drawn stays unread", async () => {
  const tenant = await newTenant();
  const tell = (title: string) =>
    withTenant(tenant.scope, (tx) => notify(tx, { ...told, title, userId: tenant.userId }));
  await tell("First");
  const { rows } = await tenant.caller.notifications.list();
  await tell("Second");
  await tenant.caller.notifications.read({ upTo: rows[0]?.id ?? "" });
  const after = await tenant.caller.notifications.list();
  expect(after.rows.map(({ title, read }) => [title, read])).toEqual([
    ["Second", false],
    ["First", true],
  ]);
  expect(after.unread).toBe(1);
});
