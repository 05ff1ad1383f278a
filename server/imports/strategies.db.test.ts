import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { z } from "zod";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { type ColumnMapping, duplicateStrategies, importOptions, type MergeRule } from "./schema.ts";
import { requestCheck } from "./mutations.ts";
import { checkImport } from "./check.ts";
import { begin, detailOf, importFile, takeOver, type TestTenant, undoFile, upload } from "./testing.ts";
import { finishImport, importSlice } from "./run.ts";

type Options = z.input<typeof importOptions> & { bytes?: number };

/** Imports a file whose columns go where `targets` says. */
async function importTo(
  tenant: TestTenant,
  content: string,
  targets: Partial<ColumnMapping>[],
  options: Options = {},
) {
  const { id, headers } = await upload(tenant, content);
  const mapping = headers.map((header, column) => ({ column, header, target: "ignore", ...targets[column] }));
  await withTenant(tenant.scope, (tx) => requestCheck(tx, id, mapping, importOptions.parse(options)));
  await checkImport(tenant.scope, id, await takeOver(tenant, id), options.bytes);
  const { forecast } = await detailOf(tenant, id);
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  while (!(await importSlice(tenant.scope, id, fence, options.bytes)).done);
  await finishImport(tenant.scope, id, fence);
  return { ...(await detailOf(tenant, id)), forecast };
}

const contactsOf = (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) => [
    ...(await tx.execute<Record<string, unknown>>(sql`
      select email, first_name, company, phone, status, lifecycle_stage, lead_score, custom_fields, consent_basis, consent_source,
        consent_at is not null as consented, unsubscribed_at is not null as left,
        array(select t.name from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id order by 1) as tags
      from contacts c order by email_normalized`)),
  ]);

const to = (...targets: string[]) => targets.map((target) => ({ target }));

test("merge follows the rule of each field, and a status only gets stricter", async () => {
  const tenant = await newTenant();
  const columns = [
    ...to("email", "first_name", "company", "lead_score", "status", "tags", "updated_at"),
    { target: "custom.likes", fieldType: "multi_select" as const, choices: ["Tea", "Cake", "Jam"] },
    { target: "custom.seats", fieldType: "number" as const },
    { target: "custom.plan" },
  ];
  const header = "email,first,company,score,status,tags,changed,likes,seats,plan\n";
  await importTo(
    tenant,
    `${header}a@x.test,Ada,Old,40,unsubscribed,one,,tea|cake,5,free\nb@x.test,,Old,60,,,,,9,\n`,
    columns,
  );
  const rules: Record<string, MergeRule> = {
    first_name: "keep_existing",
    company: "newest",
    "custom.seats": "keep_higher",
    "custom.plan": "overwrite",
  };
  const file = `${header}a@x.test,Anna,New,30,active,two,2999-01-01,Jam;TEA,7,pro\nb@x.test,Bob,New,70,complained,,2001-01-01,jam,3,\n`;
  expect(await importTo(tenant, file, columns, { duplicates: "merge", rules })).toMatchObject({
    updated: 2,
    errors: 0,
  });
  expect(await contactsOf(tenant)).toMatchObject([
    {
      first_name: "Ada",
      company: "New",
      lead_score: 40,
      status: "unsubscribed",
      left: true,
      tags: ["one", "two"],
      custom_fields: { likes: ["Tea", "Cake", "Jam"], seats: 7, plan: "pro" },
    },
    {
      first_name: null,
      company: "Old",
      lead_score: 70,
      status: "complained",
      custom_fields: { likes: ["Jam"], seats: 9 },
    },
  ]);
});

test("under error, known people are reported with their row and stay as they are; new ones come in", async () => {
  const tenant = await newTenant();
  await importFile(tenant, "email,first_name\na@x.test,Ada\n");
  const file = "email,first_name\na@x.test,One\nb@x.test,Bob\nb@x.test,Bobby\na@x.test,Two\n";
  for (const bytes of [20, 2000]) {
    const result = await importTo(tenant, file, to("email", "first_name"), {
      duplicates: "error",
      bytes,
      tags: ["t"],
    });
    expect(result).toMatchObject({
      created: 1,
      updated: 0,
      errors: 1,
      skipped: 2,
      forecast: { created: 1, errors: 1, repeated: 2 },
    });
    expect(await tenant.caller.imports.problems({ id: result.id })).toMatchObject([
      { code: "exists", rows: 1, examples: [{ line: 5, value: "a@x.test" }] },
    ]);
    expect(await contactsOf(tenant)).toMatchObject([
      { first_name: "Ada", tags: [] },
      { first_name: "Bobby", tags: ["t"] },
    ]);
    await undoFile(tenant, result.id);
    expect(await contactsOf(tenant)).toMatchObject([{ first_name: "Ada" }]);
  }
});

test("consent is written where none is known, and of nobody who said stop", async () => {
  const tenant = await newTenant();
  await importTo(tenant, "email,status\na@x.test,\nout@x.test,unsubscribed\n", to("email", "status"));
  const consent = { basis: "consent", source: "Fair 2026" } as const;
  const { id } = await importTo(tenant, "email\na@x.test\nnew@x.test\nout@x.test\n", to("email"), {
    consent,
  });
  const known = { consent_basis: "consent", consent_source: "Fair 2026", consented: true };
  const none = { consent_basis: null, consent_source: null, consented: false };
  expect(await contactsOf(tenant)).toMatchObject([known, known, { email: "out@x.test", ...none }]);
  await importTo(tenant, "email\na@x.test\n", to("email"), { consent: { ...consent, source: "Later" } });
  expect((await contactsOf(tenant))[0]).toMatchObject(known);
  await undoFile(tenant, id);
  expect(await contactsOf(tenant)).toMatchObject([
    { email: "a@x.test", ...none },
    { email: "out@x.test", ...none },
  ]);
});

test("what any row of a file says of somebody who wants no mail holds, wherever a later row says otherwise", async () => {
  const rows = [
    ["new@x.test", "unsubscribed", "One"],
    ["known@x.test", "bounced", "One"],
    ["worse@x.test", "unsubscribed", "One"],
    ["gone@x.test", "archived", "One"],
    ["new@x.test", "active", "Two"],
    ["known@x.test", "", "Two"],
    ["worse@x.test", "complained", "Two"],
    ["gone@x.test", "opt-out", "Two"],
  ];
  const file = `email,status,first\n${rows.map((row) => row.join(",")).join("\n")}\n`;
  const consent = { basis: "consent", source: "Fair" } as const;
  for (const bytes of [undefined, 20]) {
    const tenant = await newTenant();
    await importFile(tenant, "email,first_name\nknown@x.test,Before\n");
    const start = await contactsOf(tenant);
    const options = { consent, ...(bytes && { bytes }) };
    const result = await importTo(tenant, file, to("email", "status", "first_name"), options);
    expect(result).toMatchObject({
      created: 3,
      updated: 1,
      forecast: { created: 3, updated: 1, repeated: 4 },
    });
    const silent = { first_name: "Two", consent_basis: null, consented: false };
    expect(await contactsOf(tenant)).toMatchObject([
      { email: "gone@x.test", status: "archived", left: true, ...silent },
      { email: "known@x.test", status: "bounced", ...silent },
      { email: "new@x.test", status: "unsubscribed", left: true, ...silent },
      { email: "worse@x.test", status: "complained", left: true, ...silent },
    ]);
    await undoFile(tenant, result.id);
    expect(await contactsOf(tenant)).toEqual(start);
  }
});

test("values are read as the file writes them; what cannot be read is named", async () => {
  const tenant = await newTenant();
  const columns: Partial<ColumnMapping>[] = [
    ...to("email", "phone", "company", "lead_score", "lifecycle_stage", "status"),
    { target: "custom.born", fieldType: "date" },
    { target: "custom.worth", fieldType: "number" },
    { target: "custom.vip", fieldType: "boolean" },
  ];
  const reading = {
    country: "DE",
    dateOrder: "dmy",
    decimal: ",",
    titleCaseCompany: true,
    timeZone: "Europe/Berlin",
  } as const;
  const rows = [
    "a@x.test;030 901820;ACME WIDGETS GMBH;7;Meeting booked;Opt-out;31.12.1999;1.234,5;ja",
    "b@mailinator.com;12;eBay;;;;2026-05-31T23:30:00Z;;nein",
    "c@x.test;;;101;;;;;",
    "d@x.test;;;;;inactive;;;",
    "e@x.test;;;;;;31.02.2020;;",
    "f@x.test;;;;;;;1,5,5;",
  ];
  const result = await importTo(
    tenant,
    `email;phone;company;score;stage;status;born;worth;vip\n${rows.join("\n")}\n`,
    columns,
    { reading },
  );
  expect(result).toMatchObject({ created: 2, errors: 4 });
  expect(result.forecast?.problems.map(({ code }) => code).sort()).toEqual([
    "date_invalid",
    "number_invalid",
    "score_invalid",
    "status_unknown",
  ]);
  expect(result.forecast?.warnings.map(({ code }) => code)).toEqual(
    expect.arrayContaining(["disposable", "phone_unusual"]),
  );
  expect(await contactsOf(tenant)).toMatchObject([
    {
      phone: "+4930901820",
      company: "Acme Widgets GmbH",
      lead_score: 7,
      lifecycle_stage: "meeting_booked",
      status: "unsubscribed",
      custom_fields: { born: "1999-12-31", worth: 1234.5, vip: true },
    },
    { phone: "12", company: "eBay", custom_fields: { born: "2026-06-01", vip: false } },
  ]);
});

test("the dry run foresees exactly what the import does, whatever the strategy and the slices", async () => {
  const cell = fc.constantFrom("", "A", "B");
  const row = fc.tuple(
    fc.integer({ min: 0, max: 4 }),
    cell,
    fc.constantFrom("", "5", "50", "500"),
    fc.constantFrom("", "unsubscribed", "active"),
    cell,
  );
  const rows = fc.array(row, { minLength: 1, maxLength: 10 });
  const header = "email,first,score,status,plan\n";
  const columns = to("email", "first_name", "lead_score", "status", "custom.plan");
  const fileOf = (list: [number, string, string, string, string][]) =>
    header + list.map(([who, ...rest]) => [`p${who}@x.test`, ...rest].join(",")).join("\n");
  await fc.assert(
    fc.asyncProperty(
      rows,
      rows,
      fc.constantFrom(...duplicateStrategies),
      async (before, file, duplicates) => {
        const tenant = await newTenant();
        await importTo(tenant, fileOf(before), columns);
        const start = await contactsOf(tenant);
        const rules = { first_name: "overwrite", "custom.plan": "newest" } as const;
        const { forecast, ...result } = await importTo(tenant, fileOf(file), columns, {
          duplicates,
          rules,
          bytes: 90,
          tags: ["t"],
        });
        expect({
          rows: result.totalRows,
          created: result.created,
          updated: result.updated,
          unchanged: result.unchanged,
          errors: result.errors,
          ...result.skipReasons,
        }).toEqual({
          rows: forecast?.rows,
          created: forecast?.created,
          updated: forecast?.updated,
          unchanged: forecast?.unchanged,
          errors: forecast?.errors,
          repeated: forecast?.repeated,
          existing: forecast?.existing,
        });
        expect(result.created + result.updated + result.unchanged + result.skipped + result.errors).toBe(
          result.totalRows,
        );
        await undoFile(tenant, result.id, 3);
        expect(await contactsOf(tenant)).toEqual(start);
      },
    ),
    { numRuns: 4 },
  );
}, 60_000);
