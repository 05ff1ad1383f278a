import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { checkImport } from "./check.ts";
import { requestCheck } from "./mutations.ts";
import { importOptions } from "./schema.ts";
import { spoolImport } from "./spool.ts";
import { workbook } from "./formats/testing.ts";
import { doingsOf, type Row } from "./testing-copy.ts";
import { type Form, forms, text, windows1252 } from "./testing-forms.ts";
import { check, detailOf, importFile, takeOver, type TestTenant, upload } from "./testing.ts";

/** What an import has come to, but for where in the file its rows stand: that is another line in each form. */
async function comeTo({ scope }: TestTenant, id: string) {
  const { events, errors, job, ...rest } = await doingsOf(scope, id);
  const placeless = ({ row_no: _, raw_row: __, ...error }: Row) => error;
  const counts = job.map(({ forecast: _, checkpoint_row: __, ...each }) => each);
  const undoing = events.map((event) => Object.values(event).toSpliced(1, 1));
  return { ...rest, events: undoing, errors: errors.map(placeless), job: counts };
}

/** Small slices, so that a file is read in many. */
async function importForm({ file, fileName, format }: Pick<Form, "file" | "fileName" | "format">) {
  const tenant = await newTenant();
  const options = { bytes: 8000, tags: ["spring"], newList: "Fair", ...(format && { format }) };
  const done = await importFile(tenant, await file(), { fileName, ...options });
  expect(done.status).toBe("completed");
  return comeTo(tenant, done.id);
}

let expected: Awaited<ReturnType<typeof comeTo>>;
beforeAll(async () => {
  expected = await importForm({ file: () => text(",", "\n"), fileName: "people.csv" });
  expect(expected.job).toMatchObject([
    { created_count: 198, error_count: 1, skipped_count: 1, total_rows: 200 },
  ]);
  expect(expected.contacts[0]).toMatchObject({
    custom_fields: { zip: "00000", notes: "one\n“two” – 0", likes: ["Tea", "Jam"], badges: "b0|c0" },
  });
});

test.each(forms)("the same rows give the same database: $name", async (form) => {
  expect(await importForm(form)).toEqual(expected);
});

test("a workbook of numbers, dates and booleans gives the same database as their text", async () => {
  const typed = (attributes: string, value: string | number) => ({ attributes, inside: `<v>${value}</v>` });
  const days = Array.from({ length: 30 }, (_, n) =>
    new Date(Date.UTC(2026, 0, n + 1)).toISOString().slice(0, 10),
  );
  const header = ["Email", "Seats", "Since", "VIP", "Zip"];
  const cells = days.map((_, n) => [
    `p${n}@example.com`,
    typed("", n % 3 === 0 ? n + 0.5 : n),
    // 46023 is the first of January 2026.
    typed('s="1"', 46_023 + n),
    typed('t="b"', n % 2),
    String(n).padStart(5, "0"),
  ]);
  const lines = days.map((day, n) =>
    [
      `p${n}@example.com`,
      n % 3 === 0 ? n + 0.5 : n,
      day,
      n % 2 === 1 ? "TRUE" : "FALSE",
      String(n).padStart(5, "0"),
    ].join(","),
  );
  const sheet = await workbook({
    sheets: [{ name: "People", rows: [header, ...cells] }],
    formats: ["yyyy-mm-dd"],
  });
  const asText = await importForm({
    file: () => [header.join(","), ...lines].join("\n"),
    fileName: "people.csv",
  });
  expect(asText.fields.map(({ field_type: type }) => type)).toEqual(["number", "date", "boolean", "text"]);
  expect(asText.contacts[0]).toMatchObject({
    custom_fields: { seats: 0.5, since: "2026-01-01", vip: false, zip: "00000" },
  });
  expect(await importForm({ file: () => sheet, fileName: "people.xlsx" })).toEqual(asText);
});

test("rows that a run laid down before it died are laid down again by the next one, and by no other that comes late", async () => {
  const tenant = await newTenant();
  const { scope, workspaceId } = tenant;
  const bytes = windows1252(text(",", "\n"));
  const { id, mapping } = await upload(tenant, bytes);
  await withTenant(scope, (tx) => requestCheck(tx, id, mapping, importOptions.parse({})));
  const dead = await takeOver(tenant, id);
  // The parts are in storage, and the row that says so dies with its run.
  await asOwner(async (owner) => {
    await owner.unsafe(`
      create function die_laying() returns trigger language plpgsql as $$ begin
        raise sqlstate 'XX000' using message = 'killed'; end $$;
      create trigger die_laying after update on import_jobs for each row
        when (new.workspace_id = '${workspaceId}' and new.file_format #> '{format,spool}' is not null) execute function die_laying()`);
    await expect(spoolImport(scope, id, dead)).rejects.toThrow();
    await owner.unsafe("drop function die_laying cascade");
  });
  await moveClock("10 minutes");
  const fence = await takeOver(tenant, id);
  expect(await spoolImport(scope, id, dead)).toEqual({ outcome: "lost" });
  expect(await spoolImport(scope, id, fence)).toEqual({ outcome: "ready" });
  expect(await spoolImport(scope, id, fence)).toEqual({ outcome: "ready" });
  await checkImport(scope, id, fence);
  expect((await detailOf(tenant, id)).forecast).toMatchObject({ rows: 200, created: 198, errors: 1 });
});

test("a column that comes up late is named, left out, and can be mapped then", async () => {
  const tenant = await newTenant();
  const items = Array.from({ length: 1500 }, (_, n) => ({
    email: `p${n}@example.com`,
    ...(n > 1400 && { late: `l${n}` }),
  }));
  const seen = await check(tenant, JSON.stringify(items), { fileName: "people.json" });
  expect(seen.forecast).toMatchObject({ rows: 1500, errors: 0 });
  const again = await tenant.caller.imports.inspect({ id: seen.id });
  expect(again.headers).toEqual(["email", "late"]);
  expect(again.mapping[1]).toMatchObject({ header: "late", target: "ignore" });
  expect(again.preview.notes).toMatchObject([{ code: "late_columns", column: 1, message: /item 1402/ }]);
});

test("fields for which there is no column any more are named, wherever they come up", async () => {
  const tenant = await newTenant();
  const many = Object.fromEntries(Array.from({ length: 198 }, (_, n) => [`f${n}`, "x"]));
  const items = Array.from({ length: 1500 }, (_, n) => ({
    email: `p${n}@example.com`,
    ...(n === 0 && many),
    ...(n > 1400 && { late: "a", later: "b", latest: "c" }),
  }));
  const seen = await check(tenant, JSON.stringify(items), { fileName: "people.json" });
  const { preview } = await tenant.caller.imports.inspect({ id: seen.id });
  expect(preview.notes.map(({ code, message }) => [code, message])).toEqual([
    ["late_columns", expect.stringContaining("late")],
    ["crowded_columns", expect.stringMatching(/200 different fields: "later" and 1 more are left out/)],
  ]);
});

test("damage behind the first rows fails the check with a sentence, and writes nothing", async () => {
  const tenant = await newTenant();
  const many = Array.from({ length: 60_000 }, (_, n) => `p${n}@example.com,${Math.sin(n)}\n`).join("");
  const packed = gzipSync(`email,x\n${many}`);
  packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 1;
  const { id } = await check(tenant, packed, { fileName: "people.csv.gz" });
  const failed = await detailOf(tenant, id);
  expect(failed).toMatchObject({ status: "failed", created: 0 });
  expect(failed.problem).toMatch(/"people\.csv\.gz" is damaged: .*Pack it again/);
});

test("broken items of JSON are reported with their number, and the others are imported", async () => {
  const tenant = await newTenant();
  const done = await importFile(
    tenant,
    `[{"email":"a@example.com"},{"email":"b@example.com},{"email":"c@example.com"},7]`,
    {
      fileName: "people.json",
    },
  );
  expect(done).toMatchObject({ created: 2, errors: 2, totalRows: 4 });
  const [group] = await tenant.caller.imports.problems({ id: done.id });
  expect(group).toMatchObject({ code: "json_broken", rows: 2, examples: [{ line: 2 }, { line: 4 }] });
});
