import { setImmediate } from "node:timers/promises";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { appNow } from "./clock.ts";
import { withoutTenant } from "./client.ts";
import { violates } from "./errors.ts";
import { createContact, createTenant, createWorkspace } from "./factories.ts";
import { contactTags, tags } from "./schema/tags.ts";
import { contacts } from "./schema/contacts.ts";
import { withTenant, type TenantTx } from "./tenancy.ts";
import { moveClock } from "./testing.ts";
import { asOwner } from "./testing-database.ts";
import { clientOf, savepoint } from "./transaction.ts";

test("another tenant's contact cannot be read, changed, deleted or pointed at", async () => {
  const [ours, theirs] = await Promise.all([createTenant(), createTenant()]);
  const id = await withTenant(ours.scope, (tx) => createContact(tx));
  await withTenant(theirs.scope, async (tx) => {
    expect(await tx.select().from(contacts).where(eq(contacts.id, id))).toEqual([]);
    expect(
      await tx.update(contacts).set({ firstName: "Eve" }).where(eq(contacts.id, id)).returning(),
    ).toEqual([]);
    expect(await tx.delete(contacts).where(eq(contacts.id, id)).returning()).toEqual([]);
    const tagId = (await tx.insert(tags).values({ name: "mine" }).returning({ id: tags.id }))[0]?.id ?? "";
    const pointing = savepoint(tx, (inner) => inner.insert(contactTags).values({ contactId: id, tagId }));
    await expect(pointing).rejects.toSatisfy((error) => violates(error, "contact_tags_contact_id_fkey"));
  });
});

test("a row cannot be written into another tenant or workspace", async () => {
  const [ours, theirs] = await Promise.all([createTenant(), createTenant()]);
  const sibling = await createWorkspace(ours);
  for (const target of [theirs, sibling]) {
    const row = {
      email: "x@example.test",
      emailNormalized: "x@example.test",
      tenantId: target.tenantId,
      workspaceId: target.workspaceId,
    };
    await expect(withTenant(ours.scope, (tx) => tx.insert(contacts).values(row))).rejects.toMatchObject({
      cause: { code: "42501" },
    });
  }
});

test("another workspace of the same tenant sees nothing, work over all of them sees both", async () => {
  const first = await createTenant();
  const second = await createWorkspace(first);
  await withTenant(first.scope, (tx) => createContact(tx, { email: "one@example.test" }));
  await withTenant(second.scope, (tx) => createContact(tx, { email: "two@example.test" }));
  const emails = (workspaceId: string) =>
    withTenant({ ...first.scope, workspaceId }, async (tx) =>
      (await tx.select({ email: contacts.email }).from(contacts).orderBy(contacts.email)).map(
        ({ email }) => email,
      ),
    );
  expect(await emails(first.workspaceId)).toEqual(["one@example.test"]);
  expect(await emails(second.workspaceId)).toEqual(["two@example.test"]);
  expect(await emails("*")).toEqual(["one@example.test", "two@example.test"]);
});

test("without a tenant there are no rows, and none can be written", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, (tx) => createContact(tx));
  // The same pooled connection as before: what a transaction set must not outlive it.
  expect(await withoutTenant((tx) => tx.select().from(contacts))).toEqual([]);
  const row = { ...scope, email: "x@example.test", emailNormalized: "x@example.test" };
  await expect(withoutTenant((tx) => tx.insert(contacts).values(row))).rejects.toMatchObject({
    cause: { code: "42501" },
  });
});

test("a scope that is no uuid never reaches the database", async () => {
  const scope = { tenantId: "x'; drop table contacts; --", workspaceId: "*" };
  expect(() => withTenant(scope, async () => 1)).toThrow("tenantId must be a uuid");
});

test("a failed statement undoes its savepoint and nothing else", async () => {
  const { scope } = await createTenant();
  const email = "twice@example.test";
  await withTenant(scope, async (tx) => {
    await createContact(tx, { email });
    await expect(savepoint(tx, (inner) => createContact(inner, { email }))).rejects.toSatisfy((error) =>
      violates(error, "contacts_email_unique"),
    );
    await createContact(tx, { email: "other@example.test" });
  });
  expect(await withTenant(scope, (tx) => tx.select().from(contacts))).toHaveLength(2);
});

test("a swallowed failure does not turn into a silent rollback", async () => {
  const { scope } = await createTenant();
  const work = withTenant(scope, async (tx) => {
    await createContact(tx);
    await tx.execute(sql`select 1 / 0`).catch(() => undefined);
    return "done";
  });
  await expect(work).rejects.toMatchObject({ cause: { code: "22012" } });
  expect(await withTenant(scope, (tx) => tx.select().from(contacts))).toEqual([]);
});

test("a statement that was not awaited is part of its transaction, and none runs after it", async () => {
  const { scope } = await createTenant();
  const escaped = await withTenant(scope, async (tx) => {
    void createContact(tx);
    return { tx };
  });
  expect(await withTenant(scope, (tx) => tx.select().from(contacts))).toHaveLength(1);
  await expect(escaped.tx.select().from(contacts)).rejects.toThrow();
});

test("two transactions that deadlock both finish", async () => {
  const { scope } = await createTenant();
  const [a, b] = await withTenant(scope, async (tx) => [await createContact(tx), await createContact(tx)]);
  let runs = 0;
  const touch = (first: string, second: string) =>
    withTenant(scope, async (tx) => {
      runs += 1;
      await tx
        .update(contacts)
        .set({ version: sql`version + 1` })
        .where(eq(contacts.id, first));
      await tx.execute(sql`select pg_sleep(0.2)`);
      await tx
        .update(contacts)
        .set({ version: sql`version + 1` })
        .where(eq(contacts.id, second));
    });
  await Promise.all([touch(a, b), touch(b, a)]);
  expect(runs).toBeGreaterThan(2);
  const rows = await withTenant(scope, (tx) => tx.select({ version: contacts.version }).from(contacts));
  expect(rows.map(({ version }) => version)).toEqual([3, 3]);
});

test("a lost connection never lets a transaction go on outside itself", async () => {
  const { scope } = await createTenant();
  let runs = 0;
  const result = await withTenant(scope, async (tx) => {
    runs += 1;
    await createContact(tx);
    if (runs === 1) {
      const [me] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await asOwner((owner) => owner`select pg_terminate_backend(${me?.pid ?? 0}, 2000)`);
    }
    return (await tx.select().from(contacts)).length;
  });
  expect({ runs, result }).toEqual({ runs: 2, result: 1 });
});

test("a transaction whose connection is lost before its commit runs again", async () => {
  const { scope } = await createTenant();
  let runs = 0;
  const result = await withTenant(scope, async (tx) => {
    runs += 1;
    await createContact(tx);
    const made = await tx.select().from(contacts);
    const [me] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    if (runs === 1) {
      await asOwner((owner) => owner`select pg_terminate_backend(${me?.pid ?? 0}, 2000)`);
      while (!isLost(tx)) await setImmediate();
    }
    return made.length;
  });
  expect({ runs, result }).toEqual({ runs: 2, result: 1 });
});

/** A statement is refused on the spot once the loss is known here. */
function isLost(tx: TenantTx): boolean {
  try {
    clientOf(tx)
      .unsafe("select 1")
      .catch(() => undefined);
    return false;
  } catch {
    return true;
  }
}

test("the clock moves for everyone, and rows are stamped by it", async () => {
  const { scope } = await createTenant();
  const before = await withoutTenant(appNow);
  await moveClock("40 days");
  const after = await withoutTenant(appNow);
  expect(after.getTime() - before.getTime()).toBeGreaterThanOrEqual(40 * 86_400_000);
  const id = await withTenant(scope, (tx) => createContact(tx));
  const [row] = await withTenant(scope, (tx) => tx.select().from(contacts).where(eq(contacts.id, id)));
  expect(row?.createdAt.getTime()).toBeGreaterThanOrEqual(after.getTime());
});

test("raw rows hold what the client documents", async () => {
  const [row] = await withoutTenant((tx) =>
    tx.execute(sql`select '2026-01-02T03:04:05Z'::timestamptz as at, '2026-01-02'::date as day, 5::bigint as big,
      1.50::numeric as price, '{"a":[1]}'::jsonb as json, array['a','b'] as list,
      ${sql.param(["x", "y"])}::text[] as bound, ${{ k: 1 }}::jsonb as sent, '09:00'::time as time`),
  );
  expect(row).toEqual({
    at: new Date("2026-01-02T03:04:05Z"),
    day: "2026-01-02",
    big: 5,
    price: "1.50",
    json: { a: [1] },
    list: ["a", "b"],
    bound: ["x", "y"],
    sent: { k: 1 },
    time: "09:00:00",
  });
});
