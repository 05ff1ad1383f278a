import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { AppError } from "#server/errors";
import { readFile, type ReadFile } from "./testing-read.ts";
import { isCandidate } from "./validate.ts";
import { begin, check, detailOf, importFile, takeOver, type TestTenant, undoFile } from "./testing.ts";
import { finishImport, importSlice } from "./run.ts";
import { finishUndo, requestUndo } from "./undo.ts";
import { undoSlices } from "./undo-slices.ts";

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
/** Each byte in turn is each other one. */
const damaged = Array.from(Buffer.from(small).keys()).flatMap((at) =>
  Array.from({ length: 256 }, (_, byte) => {
    const file = Buffer.from(small);
    file[at] = byte;
    return { at, byte, file };
  }),
);

/**
 * What a file asks of the database: whether rows are wrong, or whom they are of and what they bring. Files that ask for
 * the same are the same to it, whatever the values.
 */
function demandOf({ mapping, rows }: ReadFile): string {
  const seen = new Set<string>();
  const demands = rows.map((row) => {
    if (!isCandidate(row)) return "wrong";
    const who = seen.has(row.emailNormalized) ? "again" : row.email === "a@x.test" ? "known" : "new";
    seen.add(row.emailNormalized);
    return [who, Object.keys(row.custom).length > 0, row.tags.length > 0].join();
  });
  const custom = mapping.some(({ target }) => target.startsWith("custom."));
  return [custom, ...new Set(demands.sort())].join(" | ");
}

test("whichever byte of a file is damaged, every row is accounted for and the undo is exact", async () => {
  const demands = new Map<string, Buffer>();
  const refused: { at: number; byte: number; message: string }[] = [];
  for (const { at, byte, file } of damaged) {
    const read = await readFile(file).catch((error: unknown) => error);
    if (read instanceof Error) {
      expect({ at, byte, read }).toMatchObject({ read: expect.any(AppError) as AppError });
      refused.push({ at, byte, message: read.message });
      continue;
    }
    const { columns, rows } = read as ReadFile;
    for (const row of rows)
      if (isCandidate(row)) {
        expect(JSON.stringify(row)).not.toMatch(/\ufffd|\\u0000/);
        const codes = row.warnings.map(({ code }) => code);
        expect({ at, byte, short: row.raw.length < columns, codes }).toMatchObject({
          short: codes.includes("too_few_values"),
        });
      } else
        expect(row).toMatchObject({
          line: expect.any(Number) as number,
          message: expect.stringMatching(/\.$/) as string,
        });
    demands.set(demandOf(read as ReadFile), file);
  }
  // A quotation mark before the name of a column takes the header away: no other damage costs more than its row.
  const message = expect.stringMatching(/^The first line of the file cannot be read: .*\.$/) as string;
  expect(refused).toEqual([0, 6, 11].map((at) => ({ at, byte: 0x22, message })));
  expect(demands.size).toBeGreaterThan(10);

  const tenant = await newTenant();
  await importFile(tenant, "email,name\na@x.test,Before\n");
  const start = await stateOf(tenant);
  for (const [demand, file] of demands) {
    const { id, canUndo, created, updated, unchanged, skipped, errors, totalRows } = await importFile(
      tenant,
      file,
    );
    expect({ demand, sum: created + updated + unchanged + skipped + errors }).toEqual({
      demand,
      sum: totalRows,
    });
    if (canUndo) await undoFile(tenant, id);
    expect({ demand, ...(await stateOf(tenant)) }).toEqual({ demand, ...start });
  }
}, 120_000);

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
    await act(() => undoSlices(tenant.scope, id, undoFence, { size: 2, slicesMax: 1 }));
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
  const killed = await withKiller(tenant, (dieAt) =>
    run(tenant, async (work) => {
      for (let life = 0, done = false; !done; life++) {
        await dieAt(life % 9);
        try {
          ({ done } = await work());
        } catch {
          deaths += 1;
        } finally {
          await dieAt(null);
        }
      }
    }),
  );
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

/** Hands on what says at which statement transactions of this workspace are killed; null lets all pass. */
function withKiller<T>(
  { workspaceId }: TestTenant,
  work: (dieAt: (place: number | null) => Promise<void>) => Promise<T>,
): Promise<T> {
  return asOwner(async (owner) => {
    // An admin's shutdown is what a kill looks like from within; a serialization failure would just be tried again.
    await owner.unsafe(`create table dies_at (place int);
      insert into dies_at values (null);
      create function die() returns trigger language plpgsql security definer as $$ begin
        if new.workspace_id = '${workspaceId}' and exists (select 1 from public.dies_at where place::text = tg_argv[0])
          then raise sqlstate 'XX000' using message = 'killed'; end if; return new; end $$`);
    for (const [place, [table, event]] of statements.entries())
      await owner.unsafe(
        `create trigger die_${place} after ${event} on ${table} for each row execute function die('${place}')`,
      );
    try {
      return await work(async (place) => {
        await owner`update dies_at set place = ${place}`;
      });
    } finally {
      await owner.unsafe("drop function die cascade; drop table dies_at");
    }
  });
}
