import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { cleaned, readEmail } from "#server/contacts/address";
import { importFile } from "#server/imports/testing";
import { exportFormats } from "./schema.ts";
import { exported } from "./testing.ts";
import { workbookParts } from "./testing-workbook.ts";

type TestTenant = Awaited<ReturnType<typeof newTenant>>;

const pieces = [
  ..."'=+-@|,;\\\"<>&#",
  "\n",
  "\r\n",
  "\t",
  "_x0041_",
  "00",
  "1",
  " ",
  "é",
  "Ωß",
  "👩‍👩‍👧",
  "日本",
  "null",
  "\\N",
  "\u0001",
];
const typical = [
  "007",
  "=1+1",
  "'=1",
  "''+1",
  "+49 30 123",
  "-5",
  "1e5",
  "TRUE",
  "a,b;c|d",
  "{}",
  "[1]",
  "\\.",
  "12.50",
  '"',
];
/** Whatever a field may hold: what a file or a form brings is trimmed. */
const value = fc
  .oneof(
    fc.constantFrom(...typical),
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 }).map((all) => all.join("")),
  )
  .filter((text) => text !== "" && cleaned(text) === text);
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });

/** Addresses that a file, a spreadsheet or a domain could spoil; the others are like those everybody has. */
const awkward = [
  "Ada.Lovelace+Shop@Example.COM",
  "o'brien@example.com",
  "=cmd@example.com",
  "+lead@example.com",
  "-x@example.com",
  "'=quoted@example.com",
  "00123@example.com",
  "a|b{c}%d/e@example.com",
  "jörg@müller.example",
  "pelé@xn--mller-kva.example",
  "null@example.com",
];
const addressOf = (no: number) => awkward[no] ?? `p${no}@example.com`;
const short = value.filter((text) => text.length <= 35);

const person = fc.record({
  first_name: maybe(value),
  last_name: maybe(value),
  name: maybe(value),
  company: maybe(value),
  job_title: maybe(value),
  city: maybe(value),
  state: maybe(value),
  country: maybe(value),
  timezone: maybe(fc.constantFrom("Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC")),
  language: maybe(short),
  phone: maybe(fc.constantFrom("+493012345678", "+12025550123")),
  status: fc.constantFrom("active", "unsubscribed", "bounced", "complained", "archived"),
  lifecycle_stage: fc.constantFrom("new", "customer"),
  lead_score: fc.integer({ min: 0, max: 100 }),
  at: fc.constantFrom("2026-03-01 09:30:00.123456+00", "2025-12-31 23:59:59+00"),
  left: fc.boolean(),
  consent_basis: maybe(fc.constantFrom("consent", "opt_in")),
  tags: fc.uniqueArray(
    value.map((text) => cleaned(text.toLowerCase())),
    { maxLength: 3 },
  ),
  custom_fields: fc
    .record({
      note: maybe(value),
      seats: maybe(fc.constantFrom(0, -7, 12.5, 1234567, 0.000001)),
      since: maybe(fc.constantFrom("2026-02-28", "1999-12-31")),
      vip: maybe(fc.boolean()),
      plan: maybe(fc.constantFrom("Free", "=Pro")),
      likes: maybe(fc.subarray(["Tea", "'=Cake", "Jam & Bread"], { minLength: 1 })),
    })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, held]) => held !== null))),
});

/** Fields that only their types tell apart in JSON. */
async function defineFields({ caller }: TestTenant): Promise<void> {
  const field = (
    name: string,
    type: "text" | "number" | "date" | "boolean" | "select" | "multi_select",
    options: string[] = [],
  ) => caller.customFields.create({ label: name, name, type, options });
  await field("note", "text");
  await field("seats", "number");
  await field("since", "date");
  await field("vip", "boolean");
  await field("plan", "select", ["Free", "=Pro"]);
  await field("likes", "multi_select", ["Tea", "'=Cake", "Jam & Bread"]);
}

/** What an archived field holds is kept, and so it is exported. */
async function archiveNote({ caller }: TestTenant): Promise<void> {
  const fields = await caller.customFields.list();
  const note = fields.find(({ name }) => name === "note");
  await caller.customFields.archive({ id: note?.id ?? "" });
}

async function fill(tenant: TestTenant): Promise<void> {
  const people = fc.sample(person, { numRuns: 150, seed: 20_261_121 }).map((one, no) => {
    const read = readEmail(addressOf(no));
    if ("problem" in read) throw new Error(read.problem);
    return { ...one, email: read.email, email_normalized: read.normalized };
  });
  await withTenant(tenant.scope, async (tx) => {
    await tx.execute(sql`
      insert into contacts (email, email_normalized, first_name, last_name, name, company, job_title, phone, city, state, country,
        timezone, language, status, lifecycle_stage, lead_score, custom_fields, unsubscribed_at, bounced_at, complained_at, consent_basis, consent_source, consent_at)
      select p ->> 'email', p ->> 'email_normalized', p ->> 'first_name', p ->> 'last_name', p ->> 'name', p ->> 'company',
        p ->> 'job_title', p ->> 'phone', p ->> 'city', p ->> 'state', p ->> 'country', p ->> 'timezone', p ->> 'language',
        p ->> 'status', p ->> 'lifecycle_stage', (p ->> 'lead_score')::int, p -> 'custom_fields',
        case when p ->> 'status' = 'unsubscribed' or p ->> 'status' in ('complained', 'archived') and (p ->> 'left')::boolean
          then (p ->> 'at')::timestamptz end,
        case when p ->> 'status' = 'bounced' then (p ->> 'at')::timestamptz end,
        case when p ->> 'status' = 'complained' then (p ->> 'at')::timestamptz end,
        p ->> 'consent_basis', case when p ->> 'consent_basis' is not null then 'Fair' end,
        case when p ->> 'consent_basis' is not null then (p ->> 'at')::timestamptz end
      from jsonb_array_elements(${JSON.stringify(people)}::jsonb) p`);
    await tx.execute(sql`
      insert into tags (name) select distinct t.name from jsonb_array_elements(${JSON.stringify(people)}::jsonb) p,
        jsonb_array_elements_text(p -> 'tags') t (name)`);
    await tx.execute(sql`
      insert into contact_tags (contact_id, tag_id) select c.id, t.id
      from jsonb_array_elements(${JSON.stringify(people)}::jsonb) p
        join contacts c on c.email = p ->> 'email', jsonb_array_elements_text(p -> 'tags') n (name)
        join tags t on t.name = n.name`);
    await tx.execute(sql`
      insert into segments (name, segment_type) values ('Fair, Ulm', 'static'), ('=Spring', 'static')`);
    await tx.execute(sql`
      insert into segment_contacts (segment_id, contact_id) select s.id, c.id from segments s
        join contacts c on hashtext(c.email || s.name) % 3 = 0`);
  });
}

/** The bytes of a file, but for when it was written; of a workbook those of its contacts and their fields. */
async function bytesOf(file: Buffer, format: string) {
  if (format !== "xlsx") return file.toString("utf8").replace(/^\{"exported_at":"[^"]*"/, "");
  const parts = await workbookParts(file);
  const sheets = [1, 2].map((sheet) => parts.get(`xl/worksheets/sheet${sheet}.xml`));
  expect(sheets).not.toContain(undefined);
  return sheets;
}

test.each(exportFormats)(
  "an export as %s, imported into an empty workspace, exports the same bytes",
  async (format) => {
    const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
    await Promise.all([defineFields(ours), defineFields(theirs)]);
    await fill(ours);
    await archiveNote(ours);
    const file = await exported(ours, { format });
    const { errors, created } = await importFile(theirs, file, { fileName: `contacts.${format}` });
    expect({ errors, created }).toEqual({ errors: 0, created: 150 });
    await archiveNote(theirs);
    const again = await exported(theirs, { format });
    expect(await bytesOf(again, format)).toEqual(await bytesOf(file, format));
    // What one form has no way to say shows in another.
    const [before, after] = await Promise.all(
      [ours, theirs].map((tenant) => exported(tenant, { format: "ndjson" })),
    );
    expect(after?.toString("utf8")).toBe(before?.toString("utf8"));
  },
);

test.each(["csv", "json", "xlsx"] as const)(
  "a file as %s makes the fields and lists that are missing, and its values come back byte for byte",
  async (format) => {
    const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
    await defineFields(ours);
    await fill(ours);
    const file = await exported(ours, { format });
    await importFile(theirs, file, { fileName: `contacts.${format}` });
    const [before, after] = await Promise.all([ours, theirs].map((tenant) => exported(tenant)));
    expect(after?.toString("utf8")).toBe(before?.toString("utf8"));
    const likes = (await theirs.caller.customFields.list()).find(({ name }) => name === "likes");
    expect(likes).toMatchObject({ type: "multi_select", label: "likes" });
    expect(likes?.options.toSorted()).toEqual(["'=Cake", "Jam & Bread", "Tea"]);
    const plan = (await theirs.caller.customFields.list()).find(({ name }) => name === "plan");
    // Only a workbook has room to say it.
    expect(plan?.type).toBe(format === "xlsx" ? "select" : "text");
  },
);
