import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { createContacts, createSegment, createTenant, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { sweepSegments } from "#server/drivers/sweep";
import { sinks } from "#server/messages/testing-sinks";
import { refreshNext, requestDueRefresh, requestRefresh, takeRefresh } from "./refresh.ts";
import type { RuleTree } from "./schema.ts";

const company = (value: string): RuleTree => ({
  version: 1,
  match: "all",
  rules: [{ field: "company", operator: "equals", value }],
});

async function refresh({ scope }: Tenant, run: string = crypto.randomUUID()): Promise<void> {
  const fence = await takeRefresh(scope, run);
  if (fence === null) throw new Error("Another run is at work.");
  while (!(await refreshNext(scope, fence)).done) continue;
}

const members = ({ scope }: Tenant, segmentId: string) =>
  withTenant(scope, async (tx) => [
    ...(await tx.execute<{ email: string; row: string }>(sql`
      select c.email::text as email, m.id as row from segment_contacts m join contacts c on c.id = m.contact_id
      where m.segment_id = ${segmentId}::uuid order by 1`)),
  ]);

const said = (segmentId: string) =>
  sinks.events
    .filter(({ data }) => data.segmentId === segmentId)
    .map(({ name, data }) => ({ name, count: (data.contactIds as string[]).length }));

async function acmeOfTwo() {
  const tenant = await createTenant({ timezone: "Pacific/Kiritimati" });
  const segmentId = await withTenant(tenant.scope, async (tx) => {
    await createContacts(tx, [
      { email: "a@people.test", company: "Acme" },
      { email: "b@people.test", company: "Acme" },
      { email: "c@people.test", company: "Globex" },
    ]);
    const id = await createSegment(tx, { name: "Acme", rules: company("acme") });
    await requestRefresh(tx, tenant.workspaceId);
    return id;
  });
  return { tenant, segmentId };
}

test("a recalculation changes only what differs, says who came and went, and keeps the day's size", async () => {
  const { tenant, segmentId } = await acmeOfTwo();
  await refresh(tenant);
  const before = await members(tenant, segmentId);
  expect(before.map(({ email }) => email)).toEqual(["a@people.test", "b@people.test"]);
  await withTenant(tenant.scope, async (tx) => {
    await tx.execute(sql`update contacts set company = case email when 'a@people.test' then 'Globex' else 'ACME' end
      where email <> 'b@people.test'`);
    await requestRefresh(tx, tenant.workspaceId, segmentId);
  });
  await refresh(tenant);
  const after = await members(tenant, segmentId);
  expect(after.map(({ email }) => email)).toEqual(["b@people.test", "c@people.test"]);
  expect(after[0]?.row, "who stayed was not taken out and put in again").toBe(before[1]?.row);
  expect(said(segmentId)).toEqual([
    { name: "segment/entered", count: 2 },
    { name: "segment/entered", count: 1 },
    { name: "segment/left", count: 1 },
  ]);
  const [row] = await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`select s.contact_count as count, a.contact_count as size, a.date::text as day,
        (app_now() at time zone 'Pacific/Kiritimati')::date::text as today
      from segments s join analytics.segment_analytics a on a.segment_id = s.id where s.id = ${segmentId}::uuid`),
  );
  expect(row).toMatchObject({ count: 2, size: 2, day: row?.today });
});

test("a run that dies in the middle is gone on with from its checkpoint, and a late one changes nothing", async () => {
  const { tenant, segmentId } = await acmeOfTwo();
  const dead = (await takeRefresh(tenant.scope, "dead")) ?? -1;
  expect(await takeRefresh(tenant.scope, "second")).toBeNull();
  await refreshNext(tenant.scope, dead);
  await moveClock("10 minutes");
  await refresh(tenant, "second");
  expect(await members(tenant, segmentId)).toHaveLength(2);
  expect(said(segmentId)).toEqual([{ name: "segment/entered", count: 2 }]);
  expect(await refreshNext(tenant.scope, dead)).toEqual({ done: true });
});

test("what a crash left unsaid is said by the next run", async () => {
  const { tenant, segmentId } = await acmeOfTwo();
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`insert into contact_announcements (event, ref_id, contact_ids)
      select 'segment.left', ${segmentId}::uuid, array_agg(id) from contacts`),
  );
  await refresh(tenant);
  expect(said(segmentId)).toContainEqual({ name: "segment/left", count: 3 });
});

test("a segment that cannot be worked out says why, and the others are worked out all the same", async () => {
  const { tenant, segmentId } = await acmeOfTwo();
  const broken = await withTenant(tenant.scope, (tx) =>
    createSegment(tx, { name: "A broken one", rules: { version: 7 } }),
  );
  await refresh(tenant);
  expect(await members(tenant, segmentId)).toHaveLength(2);
  const rows = await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`select id, problem from segments where problem is not null`),
  );
  expect([...rows]).toEqual([
    { id: broken, problem: expect.stringMatching(/no longer understood/) as string },
  ]);
});

test("a segment that the database refuses says why, and the others are worked out all the same", async () => {
  const { tenant, segmentId } = await acmeOfTwo();
  const refused = await withTenant(tenant.scope, (tx) =>
    createSegment(tx, { name: "A refused one", rules: company("globex") }),
  );
  const name = `refuse_${refused.replaceAll("-", "")}`;
  await asOwner((owner) =>
    owner.unsafe(`
      create function ${name}() returns trigger language plpgsql as $$ begin
        perform '+010000-01-01T00:00:00Z'::timestamptz; return new; end $$;
      create trigger ${name} before insert on segment_contacts for each row
        when (new.segment_id = '${refused}') execute function ${name}()`),
  );
  await refresh(tenant);
  expect(await members(tenant, segmentId)).toHaveLength(2);
  const problems = () =>
    withTenant(tenant.scope, (tx) =>
      tx.execute<{ id: string; problem: string }>(
        sql`select id, problem from segments where problem is not null`,
      ),
    );
  expect([...(await problems())]).toEqual([
    {
      id: refused,
      problem: expect.stringMatching(/^The database refuses a value.*\+010000-01-01/) as string,
    },
  ]);
  await asOwner((owner) => owner.unsafe(`drop function ${name} cascade`));
  await withTenant(tenant.scope, (tx) => requestRefresh(tx, tenant.workspaceId, refused));
  await refresh(tenant);
  expect(await members(tenant, refused)).toHaveLength(1);
  expect(await problems()).toHaveLength(0);
});

test("a change to contacts calls for a recalculation once it is quiet, and half an hour does in any case", async () => {
  const { tenant } = await acmeOfTwo();
  const asked = () => {
    const found = sinks.events.filter(
      ({ name, data }) => name === "segment/refresh.requested" && data.workspaceId === tenant.workspaceId,
    );
    return found.length;
  };
  await refresh(tenant);
  await withTenant(tenant.scope, (tx) => tx.execute(sql`delete from contact_changes`));
  await sweepSegments();
  expect(asked()).toBe(0);
  await withTenant(tenant.scope, (tx) => tx.execute(sql`update contacts set city = 'Berlin'`));
  await sweepSegments();
  expect(asked(), "it has not been quiet yet").toBe(0);
  await moveClock("40 seconds");
  await sweepSegments();
  expect(asked()).toBe(1);
  await refresh(tenant);
  await sweepSegments();
  expect(asked()).toBe(1);
  await moveClock("31 minutes");
  await sweepSegments();
  expect(asked()).toBe(2);
});

test("people of an import that commits while members are worked out enter with the next run, once", async () => {
  const { tenant, segmentId } = await acmeOfTwo();
  const { scope, workspaceId } = tenant;
  await withTenant(scope, async (importing) => {
    await importing.execute(sql`insert into contacts (email, email_normalized, company)
      select email, email, 'Acme' from (select 'n' || n || '@people.test' as email from generate_series(1, 1000) n) x`);
    // Their ids are smaller than those of people who come while the import has not committed.
    await withTenant(scope, (tx) => createContacts(tx, [{ email: "z@people.test", company: "Acme" }]));
    await withTenant(scope, (tx) => requestDueRefresh(tx, workspaceId));
    await refresh(tenant);
    expect(await members(tenant, segmentId)).toHaveLength(3);
  });
  await withTenant(scope, async (tx) => {
    expect(await tx.execute(sql`select 1 from contact_changes`), "the change is noted").toHaveLength(1);
    await requestDueRefresh(tx, workspaceId);
  });
  await refresh(tenant);
  expect(await members(tenant, segmentId)).toHaveLength(1003);
  expect(said(segmentId).reduce((sum, { count }) => sum + count, 0)).toBe(1003);
});

test("a workspace without segments notes no changes", async () => {
  const tenant = await createTenant();
  await withTenant(tenant.scope, (tx) => createContacts(tx, [{ email: "a@people.test" }]));
  const due = await withoutTenant((tx) => tx.execute(sql`select * from due_segment_drivers(0, 0)`));
  expect([...due].filter((row) => row.id === tenant.workspaceId)).toEqual([]);
});
