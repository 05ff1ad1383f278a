import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { finishImport, importSlices } from "./run.ts";
import { sampleContacts } from "./sample.ts";
import { contactOf } from "./staging.ts";
import { begin, check, detailOf, takeOver, type TestTenant } from "./testing.ts";
import { cancelImport } from "./mutations.ts";

const contactsOf = (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) => [
    ...(await tx.execute(sql`
      select email, first_name, last_name, company, custom_fields,
        array(select t.name from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id order by 1) as tags,
        (select count(*)::int from segment_contacts s where s.contact_id = c.id) as lists
      from contacts c order by email_normalized`)),
  ]);

const file = () =>
  `${sampleContacts()}later@example.com,First,,,,,,,,one\r\nlater@example.com,,Last,,,,,,,two\r\n`;

async function importAbreast(tenant: TestTenant, abreast: number) {
  const { id } = await check(tenant, file(), { newList: "Fair", tags: ["spring"] });
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  while (!(await importSlices(tenant.scope, id, fence, { bytes: 4000, abreast })).done);
  await finishImport(tenant.scope, id, fence);
  const { created, skipped, errors, totalRows, status } = await detailOf(tenant, id);
  return { sums: { created, skipped, errors, totalRows, status }, contacts: await contactsOf(tenant) };
}

test("slices written abreast end as if one had followed the other", async () => {
  const [one, many] = [await newTenant(), await newTenant()];
  const abreast = await importAbreast(many, 3);
  expect(abreast).toEqual(await importAbreast(one, 1));
  expect(abreast.sums).toEqual({ created: 481, skipped: 13, errors: 8, totalRows: 502, status: "completed" });
});

test("a cancel between slices under way leaves whole slices, and their checkpoint", async () => {
  const tenant = await newTenant();
  const { id } = await check(tenant, file());
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  const running = importSlices(tenant.scope, id, fence, { bytes: 3000, abreast: 3 });
  await withTenant(tenant.scope, (tx) => cancelImport(tx, id, tenant.userId));
  expect(await running).toMatchObject({ done: true });
  const { created, skipped, errors, processedRows, status } = await detailOf(tenant, id);
  expect(status).toBe("cancelled");
  expect(created + skipped + errors).toBe(processedRows);
  expect(await contactsOf(tenant)).toHaveLength(created);
});

test("an import does not end while rows that a failing server forgot are missing, and its last ones are not forgotten", async () => {
  const tenant = await newTenant();
  const { id } = await check(tenant, file());
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  // Where the checkpoint stands after a server that died has lost what came behind it.
  await importSlices(tenant.scope, id, fence, { bytes: 3000, slicesMax: 2 });
  expect(await finishImport(tenant.scope, id, fence)).toEqual({ ended: false });
  expect(await detailOf(tenant, id)).toMatchObject({ status: "processing" });
  const flushed = await flushedSlices(tenant, async () => {
    while (!(await importSlices(tenant.scope, id, fence, { bytes: 3000 })).done);
  });
  expect(flushed).toEqual([...flushed.slice(1).map(() => "off"), "on"]);
  expect(await finishImport(tenant.scope, id, fence)).toEqual({ ended: true });
  // Asked again because its answer was lost.
  expect(await finishImport(tenant.scope, id, fence)).toEqual({ ended: true });
  expect(await detailOf(tenant, id)).toMatchObject({ status: "completed", totalRows: 502 });
});

/** Whether each checkpoint that moved meanwhile waited for the disk, in order. */
function flushedSlices({ workspaceId }: TestTenant, work: () => Promise<void>): Promise<string[]> {
  return asOwner(async (owner) => {
    await owner.unsafe(`create table flushed (no int generated always as identity, how text);
      create function note_flush() returns trigger language plpgsql security definer as $$ begin
        if new.workspace_id = '${workspaceId}' and new.checkpoint is distinct from old.checkpoint
          then insert into public.flushed (how) values (current_setting('synchronous_commit')); end if; return new; end $$;
      create trigger note_flush after update on import_jobs for each row execute function note_flush()`);
    try {
      await work();
      return (await owner<{ how: string }[]>`select how from flushed order by no`).map(({ how }) => how);
    } finally {
      await owner.unsafe("drop function note_flush cascade; drop table flushed");
    }
  });
}

test("a look-up by address reads the unique index, whatever the planner knows of the table", async () => {
  const tenant = await newTenant();
  const sibling = await createWorkspace(tenant);
  await withTenant(sibling.scope, (tx) =>
    tx.execute(
      sql`insert into contacts (email, email_normalized) select 'p' || i || '@x.test', 'p' || i || '@x.test' from generate_series(1, 3000) i`,
    ),
  );
  for (const scope of [tenant.scope, sibling.scope]) {
    const plan = await withTenant(scope, async (tx) => {
      await tx.execute(
        sql`create temporary table known on commit drop as select 'p7@x.test' collate "C" as email_normalized`,
      );
      await tx.execute(sql`set local enable_sort = off`);
      const lines = await tx.execute<Record<string, string>>(
        sql`explain (costs off) select ${contactOf} from known last`,
      );
      return lines.map((line) => Object.values(line)[0]).join("\n");
    });
    expect(plan).toMatch(/Index (Only )?Scan using contacts_email_unique/);
    expect(plan).toMatch(/Index Cond:.*email_normalized >= last\.email_normalized/);
  }
});
