import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { AppError } from "#server/errors";
import { begin, check, detailOf, importFile, takeOver, type TestTenant, undoFile } from "./testing.ts";
import { finishImport, importSlice } from "./run.ts";
import { finishUndo, requestUndo, undoNext } from "./undo.ts";

const stateOf = (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) => {
    const rows = async (query: ReturnType<typeof sql>) => [...(await tx.execute(query))];
    return {
      contacts: await rows(
        sql`select email, first_name, company, custom_fields, status, lead_score from contacts order by email_normalized`,
      ),
      tags: await rows(
        sql`select c.email, t.name from contact_tags ct join tags t on t.id = ct.tag_id join contacts c on c.id = ct.contact_id order by 1, 2`,
      ),
      names: await rows(sql`select name from tags union all select name from segments order by 1`),
      fields: await rows(sql`select field_name from custom_field_definitions order by 1`),
    };
  });

const small = 'email,name,tags\r\na@x.test,"A, ""B""",v\r\nb@x.test,Zoë,\r\n';

test("whichever byte of a file is damaged, every row is accounted for and the undo is exact", async () => {
  const tenant = await newTenant();
  await importFile(tenant, "email,name\na@x.test,Before\n");
  const start = await stateOf(tenant);
  const bytes = Buffer.from(small);
  // A byte each that is text, structure, no UTF-8, and no text at all, on its way round the file.
  const damages = [0x78, 0x22, 0xff, 0x00, 0x2c, 0x0a];
  let imported = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at] = damages[at % damages.length] ?? 0;
    const result = await importFile(tenant, damaged).catch((error: unknown) => error);
    if (result instanceof Error) {
      // Refused before anything was written, with a sentence.
      expect((result.cause instanceof AppError ? result.cause : result).message).toMatch(/\w+ \w+.*\./);
      expect(await stateOf(tenant)).toEqual(start);
      continue;
    }
    const { id, canUndo, created, updated, unchanged, skipped, errors, totalRows } = result as Awaited<
      ReturnType<typeof detailOf>
    >;
    expect({ at, sum: created + updated + unchanged + skipped + errors }).toEqual({ at, sum: totalRows });
    imported += 1;
    if (canUndo) await undoFile(tenant, id);
    expect({ at, ...(await stateOf(tenant)) }).toEqual({ at, ...start });
  }
  expect(imported).toBeGreaterThan(bytes.length / 2);
}, 60_000);

test("an import and an undo that die at any statement end as if they had not", async () => {
  const file =
    "email,name,plan,tags\na@x.test,Ada,pro,x\nb@x.test,Bob,,y\na@x.test,Anna,,\nc@x.test,Cy,free,x\nbad,,,\n";
  const run = async (tenant: TestTenant, act: (work: () => Promise<{ done: boolean }>) => Promise<void>) => {
    await importFile(tenant, "email,name\na@x.test,Before\n");
    const start = await stateOf(tenant);
    const { id } = await check(tenant, file, { newList: "L", tags: ["every"] });
    await begin(tenant, id);
    const fence = await takeOver(tenant, id);
    await act(() => importSlice(tenant.scope, id, fence, 30));
    await finishImport(tenant.scope, id, fence);
    const detail = await detailOf(tenant, id);
    const end = await stateOf(tenant);
    await withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
    const undoFence = await takeOver(tenant, id);
    await act(() => undoNext(tenant.scope, id, undoFence, 2));
    await finishUndo(tenant.scope, id, undoFence);
    expect(await stateOf(tenant)).toEqual(start);
    const { created, updated, skipped, errors, undoReport } = { ...detail, ...(await detailOf(tenant, id)) };
    return { end, sums: { created, updated, skipped, errors, undoReport } };
  };
  const whole = await run(await newTenant(), async (work) => {
    while (!(await work()).done);
  });

  const tenant = await newTenant();
  let deaths = 0;
  const killed = await run(tenant, async (work) => {
    for (let life = 0, done = false; !done; life++) {
      await dieAt(tenant, life % 9);
      try {
        ({ done } = await work());
      } catch {
        deaths += 1;
      } finally {
        await dieAt(tenant, null);
      }
    }
  });
  expect(deaths).toBeGreaterThan(3);
  expect(killed).toEqual(whole);
}, 60_000);

const statements = [
  ["contacts", "insert"],
  ["import_events", "insert"],
  ["contact_tags", "insert"],
  ["segment_contacts", "insert"],
  ["import_jobs", "update"],
  ["contacts", "update"],
  ["segments", "update"],
  ["import_events", "update"],
] as const;

/** The transaction that reaches this statement in this workspace is killed; null lets all pass. */
async function dieAt({ workspaceId }: TestTenant, place: number | null): Promise<void> {
  const [table, event] = statements[place ?? -1] ?? [];
  await asOwner(async (owner) => {
    for (const each of new Set(statements.map(([name]) => name)))
      await owner.unsafe(`drop trigger if exists die on ${each}`);
    // An admin's shutdown is what a kill looks like from within; a serialization failure would just be tried again.
    await owner.unsafe(`create or replace function die() returns trigger language plpgsql as $$ begin
      if new.workspace_id = '${workspaceId}' then raise sqlstate 'XX000' using message = 'killed'; end if; return new; end $$`);
    if (table && event)
      await owner.unsafe(`create trigger die after ${event} on ${table} for each row execute function die()`);
  });
}
