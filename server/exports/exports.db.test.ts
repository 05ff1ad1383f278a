import { sql } from "drizzle-orm";
import { setTimeout } from "node:timers/promises";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { type TenantTx, withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { importFile } from "#server/imports/testing";
import { openDownload, signDownload } from "./download.ts";
import { takeExport, writeExport } from "./run.ts";
import { askForExport, exported, exportFile, download } from "./testing.ts";
import { sheetRows, workbookParts } from "./testing-workbook.ts";

const people = `email,first_name,custom.plan,tags
a@example.com,"=HYPERLINK(""x"")",pro,vip
b@example.com,"Zoë, ""the"" Bee",,
c@example.com,+49 30 123,free,new|vip
`;

const lines = (file: Buffer) => file.toString("utf8").replace(/\r\n$/, "").split("\r\n");
const addresses = (file: Buffer) =>
  lines(file)
    .slice(1)
    .map((line) => line.split(",")[0]);

test("a file holds the fields that were chosen, in their order, with formulas guarded", async () => {
  const tenant = await newTenant();
  await importFile(tenant, people);
  const file = await exported(tenant, { fields: ["email", "custom", "first_name", "tags"] });
  expect(lines(file)).toEqual([
    "\ufeffemail,custom.plan,first_name,tags",
    `a@example.com,pro,"'=HYPERLINK(""x"")",vip`,
    'b@example.com,,"Zoë, ""the"" Bee",',
    "c@example.com,free,+49 30 123,new|vip",
  ]);
  const objects = (
    await exported(tenant, { format: "ndjson", fields: ["email", "first_name", "tags", "lead_score"] })
  )
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(objects[0]).toEqual({
    email: "a@example.com",
    first_name: '=HYPERLINK("x")',
    tags: ["vip"],
    lead_score: 0,
  });
});

test("an export of a list, of rules, of a filter or of picked contacts holds these and nobody else", async () => {
  const tenant = await newTenant();
  await importFile(tenant, people);
  const list = await tenant.caller.lists.create({ name: "Some" });
  await tenant.caller.lists.addAddresses({ id: list.id, emails: ["c@example.com"] });
  const of = { kind: "segment", segmentId: list.id } as const;
  const id = await exportFile(tenant, { of, fields: ["email", "lists"] });
  expect(lines(await download(tenant, id))).toEqual(["\ufeffemail,lists", "c@example.com,Some"]);
  expect((await tenant.caller.exports.list({})).rows).toMatchObject([
    { id, status: "completed", total: 1, what: 'List "Some"', format: "csv" },
  ]);
  const tagged = {
    version: 1,
    match: "all",
    rules: [{ field: "tags", operator: "contains_any", value: ["vip"] }],
  } as const;
  expect(
    addresses(await exported(tenant, { of: { kind: "rules", rules: structuredClone(tagged) as never } })),
  ).toEqual(["a@example.com", "c@example.com"]);
  expect(addresses(await exported(tenant, { of: { kind: "filter", filter: { tag: ["new"] } } }))).toEqual([
    "c@example.com",
  ]);
  const [picked] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ id: string }>(sql`select id from contacts where email = 'b@example.com'`),
  );
  const all = { kind: "filter" as const, filter: { q: "example.com" }, except: [picked?.id ?? ""] };
  expect(addresses(await exported(tenant, { of: all }))).toEqual(["a@example.com", "c@example.com"]);
  const ids = [picked?.id ?? "", v7()];
  expect(addresses(await exported(tenant, { of: { kind: "selection", ids } }))).toEqual(["b@example.com"]);
});

test("those who bounced, said stop or are suppressed can be left out", async () => {
  const tenant = await newTenant();
  await importFile(tenant, people);
  await withTenant(tenant.scope, async (tx) => {
    await tx.execute(sql`update contacts set status = 'bounced' where email = 'a@example.com'`);
    await tx.execute(sql`insert into suppressions (email_normalized, scope, workspace_id, reason, source)
      values ('b@example.com', 'workspace', ${tenant.workspaceId}::uuid, 'manual', 'manual')`);
  });
  expect(addresses(await exported(tenant))).toHaveLength(3);
  expect(addresses(await exported(tenant, { leaveOut: ["bounced", "suppressed"] }))).toEqual([
    "c@example.com",
  ]);
  expect(await tenant.caller.exports.count({ of: { kind: "all" }, leaveOut: ["bounced"] })).toEqual({
    count: 2,
    more: false,
  });
});

test("a file shows one moment, whatever changes while it is written, and is named by it", async () => {
  const tenant = await newTenant();
  await importFile(tenant, people);
  const list = await tenant.caller.lists.create({ name: "Then" });
  const id = await askForExport(tenant, { format: "xlsx", fields: ["email", "first_name"] });
  const fence = (await takeExport(tenant.scope, id, v7())) ?? 0;
  // The file has counted its contacts when it comes to the lists, and there it waits until all has changed.
  const written = await withTenant(tenant.scope, async (tx) => {
    await tx.execute(sql`lock table segments in access exclusive mode`);
    const writing = writeExport(tenant.scope, id, fence);
    await waitsFor(tx, "segments", writing);
    await tx.execute(sql`update segments set name = 'Now' where id = ${list.id}::uuid`);
    await tx.execute(sql`update contacts set first_name = 'Changed'`);
    await tx.execute(
      sql`insert into contacts (email, email_normalized) values ('late@example.com', 'late@example.com')`,
    );
    return { writing };
  });
  expect(await written.writing).toBe(3);
  const parts = await workbookParts(await download(tenant, id));
  const [contacts, , lists, about] = [1, 2, 3, 4].map((sheet) =>
    sheetRows(parts.get(`xl/worksheets/sheet${sheet}.xml`) ?? ""),
  );
  expect(contacts?.map(([email]) => email)).toEqual([
    "email",
    "a@example.com",
    "b@example.com",
    "c@example.com",
  ]);
  expect(contacts?.flat()).not.toContain("Changed");
  expect(lists?.map(([name]) => name)).toEqual(["Name", "Then"]);
  expect(about).toContainEqual(["Contacts", "3"]);

  const row = await tenant.caller.exports.byId({ id });
  const stamp = row.snapshotAt?.toISOString().slice(0, 19).replaceAll(":", "-");
  expect(row.fileName).toBe(`all-contacts-${stamp}Z.xlsx`);
});

/** Until somebody waits for the table that this transaction has locked; throws when `work` is through before. */
async function waitsFor(tx: TenantTx, table: string, work: Promise<unknown>): Promise<void> {
  let ended = false;
  const end = () => (ended = true);
  work.then(end, end);
  for (;;) {
    const waiting = await tx.execute(sql`
      select from pg_locks where relation = ${table}::regclass and not granted
        and database = (select oid from pg_database where datname = current_database())`);
    if (waiting.length > 0) return;
    if (ended) throw new Error(`Nothing waited for ${table}.`);
    await setTimeout(10);
  }
}

test("a run that was taken over, and one that was cancelled, leave no file and change nothing", async () => {
  const tenant = await newTenant();
  await importFile(tenant, people);
  const id = await askForExport(tenant);
  const dead = (await takeExport(tenant.scope, id, "dead")) ?? 0;
  expect(await takeExport(tenant.scope, id, "impatient")).toBe(null);
  await moveClock("1 hour");
  const fence = (await takeExport(tenant.scope, id, "alive")) ?? 0;
  expect(await writeExport(tenant.scope, id, dead)).toBe(null);
  expect(await tenant.caller.exports.byId({ id })).toMatchObject({ status: "processing" });
  expect(await writeExport(tenant.scope, id, fence)).toBe(3);
  expect(await tenant.caller.exports.byId({ id })).toMatchObject({ status: "completed", total: 3 });

  const second = await askForExport(tenant);
  const other = (await takeExport(tenant.scope, second, v7())) ?? 0;
  await tenant.caller.exports.cancel({ id: second });
  await tenant.caller.exports.cancel({ id: second });
  expect(await writeExport(tenant.scope, second, other)).toBe(null);
  expect(await tenant.caller.exports.byId({ id: second })).toMatchObject({ status: "cancelled" });
  await expect(signDownload(tenant.scope, second)).rejects.toMatchObject({ code: "not_found" });
  await expect(tenant.caller.exports.cancel({ id })).rejects.toMatchObject({ code: "CONFLICT" });
});

test("a small export is there at once, once per key, and who asked is told", async () => {
  const tenant = await newTenant();
  await importFile(tenant, people);
  const input = { key: v7(), of: { kind: "all" as const }, fields: ["email"] };
  expect(await tenant.caller.exports.create(input)).toEqual({ id: input.key, done: true });
  expect(await tenant.caller.exports.create(input)).toEqual({ id: input.key, done: false });
  expect(addresses(await download(tenant, input.key))).toHaveLength(3);
  const told = await tenant.caller.notifications.list();
  expect(told.rows).toContainEqual(
    expect.objectContaining({ type: "export.completed", title: "The export of All contacts is ready" }),
  );
});

test("a link runs out, cannot be changed, is written down, and the file goes after a week", async () => {
  const [tenant, other] = await Promise.all([newTenant(), newTenant()]);
  await importFile(tenant, people);
  const id = await exportFile(tenant);
  const token = (await signDownload(tenant.scope, id)).path.replace("/api/exports/", "");
  await expect(openDownload(token.replace(tenant.tenantId, other.tenantId))).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(openDownload(`${token}x`)).rejects.toMatchObject({ code: "not_found" });
  await expect(signDownload(other.scope, id)).rejects.toMatchObject({ code: "not_found" });
  await openDownload(token);
  const acts = await withTenant(tenant.scope, (tx) =>
    tx.execute(
      sql`select actor_id from audit_log where action = 'export.downloaded' and resource_id = ${id}::uuid`,
    ),
  );
  expect([...acts]).toEqual([{ actor_id: tenant.userId }]);
  const become = (roles: string, role: string) =>
    withTenant(tenant.scope, async (tx) => {
      await tx.execute(
        sql`update tenant_users set roles = ${roles}::text[] where user_id = ${tenant.userId}::uuid`,
      );
      await tx.execute(
        sql`update workspace_members set role = ${role} where user_id = ${tenant.userId}::uuid`,
      );
    });
  await become("{member}", "member");
  await expect(openDownload(token)).rejects.toMatchObject({ code: "not_found" });
  await become("{member}", "admin");
  await openDownload(token);
  await become("{owner}", "admin");
  await moveClock("6 minutes");
  await expect(openDownload(token)).rejects.toMatchObject({ code: "not_found" });
  await moveClock("7 days");
  await expect(signDownload(tenant.scope, id)).rejects.toMatchObject({ code: "not_found" });
  expect((await tenant.caller.exports.list({})).rows).toMatchObject([{ status: "expired" }]);
});

test("exports are for admins, and stay within their workspace", async () => {
  const [tenant, member, other] = await Promise.all([
    newTenant(),
    newTenant({ roles: ["member"], role: "member" }),
    newTenant(),
  ]);
  const all = { key: v7(), of: { kind: "all" as const } };
  await expect(member.caller.exports.list({})).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(member.caller.exports.create(all)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await importFile(tenant, people);
  const list = await tenant.caller.lists.create({ name: "Ours" });
  const [ours] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ id: string }>(sql`select id from contacts limit 1`),
  );
  const foreign = [
    { kind: "segment" as const, segmentId: list.id },
    { kind: "filter" as const, filter: { list: list.id } },
    { kind: "selection" as const, ids: [ours?.id ?? ""] },
  ];
  for (const of of foreign)
    await expect(other.caller.exports.create({ key: v7(), of })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(other.caller.exports.create({ ...all, fields: ["password"] })).rejects.toThrow(
    "There is no field",
  );
});
