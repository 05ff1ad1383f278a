import { sql } from "drizzle-orm";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { failImport } from "./mutations.ts";
import { finishImport, importSlice, takeImport } from "./run.ts";
import { sampleContacts } from "./sample.ts";
import { begin, check, detailOf, importFile, takeOver, type TestTenant, upload } from "./testing.ts";

const header = "email,first_name,company,plan,tags\n";
/** The contacts of a tenant with everything an import touches, in the order of their addresses. */
const contactsOf = (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) => [
    ...(await tx.execute(sql`
      select c.email_normalized, c.email, c.first_name, c.last_name, c.company, c.phone, c.city, c.custom_fields, c.status,
        array(select t.name::text from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id order by 1) as tags,
        array(select s.name::text from segment_contacts sc join segments s on s.id = sc.segment_id where sc.contact_id = c.id order by 1) as lists
      from contacts c where c.deleted_at is null order by c.email_normalized`)),
  ]);
const sums = ({
  created,
  updated,
  unchanged,
  skipped,
  errors,
  totalRows,
  skipReasons,
}: Awaited<ReturnType<typeof importFile>>) => ({
  created,
  updated,
  unchanged,
  skipped,
  errors,
  totalRows,
  skipReasons,
});

test("every row is accounted for, and the check foretells the result", async () => {
  const tenant = await newTenant();
  await importFile(tenant, `${header}a@example.com,Ada,Acme,,\nb@example.com,Bob,,,\n`);
  const file = `${header}a@example.com,Ada,Acme,,\nB@example.com,Robert,,,\nc@example.com,Cy,,,\nc@example.com,Cyd,,,\nnobody,,,,\n`;
  const { forecast } = await check(tenant, file);
  expect(forecast).toMatchObject({ rows: 5, created: 1, updated: 1, unchanged: 1, repeated: 1, errors: 1 });
  expect(forecast?.problems).toEqual([
    {
      code: "email_invalid",
      rows: 1,
      examples: [{ line: 6, field: "email", value: "nobody", message: 'The address has no "@".' }],
    },
  ]);
  const result = await importFile(tenant, file);
  expect(result).toMatchObject({
    status: "completed",
    totalRows: 5,
    created: 1,
    updated: 1,
    unchanged: 1,
    skipped: 1,
    errors: 1,
  });
});

test("the size of the slices makes no difference, wherever an address comes again", async () => {
  const file = `${sampleContacts()}later@example.com,First,,,,,,,,one\r\nlater@example.com,,Last,,,,,,,two\r\n`;
  const results = [];
  for (const bytes of [undefined, 4000]) {
    const tenant = await newTenant();
    await importFile(tenant, `${header}ada.lovelace0@example.com,Before,Kept,gold,old\n`);
    const detail = await importFile(tenant, file, {
      tags: ["spring"],
      newList: "Fair",
      ...(bytes && { bytes }),
    });
    results.push({ sums: sums(detail), contacts: await contactsOf(tenant) });
  }
  expect(results[1]).toEqual(results[0]);
  expect(
    results[0]?.contacts.find((contact) => contact.email_normalized === "later@example.com"),
  ).toMatchObject({ first_name: null, last_name: "Last", tags: ["spring", "two"] });
});

test("a slice that two runs do at once is done once", async () => {
  const tenant = await newTenant();
  const { id } = await check(tenant, sampleContacts());
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  await Promise.all([importSlice(tenant.scope, id, fence), importSlice(tenant.scope, id, fence)]);
  await finishImport(tenant.scope, id, fence);
  expect(await detailOf(tenant, id)).toMatchObject({ created: 480, skipped: 12, errors: 8, totalRows: 500 });
});

test("a run that dies between slices is taken over, and the dead one can write no more", async () => {
  const tenant = await newTenant();
  const { id } = await check(tenant, sampleContacts());
  await begin(tenant, id);
  const dead = await takeOver(tenant, id);
  await importSlice(tenant.scope, id, dead, 6000);
  expect(await takeImport(tenant.scope, id, "another run")).toBe(null);
  await moveClock("10 minutes");
  const fence = await takeOver(tenant, id);
  expect(await importSlice(tenant.scope, id, dead, 6000)).toMatchObject({ done: true });
  while (!(await importSlice(tenant.scope, id, fence, 6000)).done);
  await finishImport(tenant.scope, id, fence);
  expect(await detailOf(tenant, id)).toMatchObject({
    status: "completed",
    created: 480,
    skipped: 12,
    errors: 8,
    totalRows: 500,
  });
});

test("skip leaves known people alone, fill blanks fills only blanks, and both still put them on the list", async () => {
  const tenant = await newTenant();
  await importFile(tenant, `${header}a@example.com,Ada,,gold,\n`);
  const file = `${header}a@example.com,Anna,Acme,silver,\n`;
  expect(await importFile(tenant, file, { duplicates: "skip", newList: "One" })).toMatchObject({
    created: 0,
    updated: 0,
    skipped: 1,
    skipReasons: { existing: 1 },
  });
  expect(await contactsOf(tenant)).toMatchObject([
    { first_name: "Ada", company: null, custom_fields: { plan: "gold" }, lists: ["One"] },
  ]);
  await importFile(tenant, file, { duplicates: "fill_blanks" });
  expect(await contactsOf(tenant)).toMatchObject([
    { first_name: "Ada", company: "Acme", custom_fields: { plan: "gold" } },
  ]);
  await importFile(tenant, `${header}a@example.com,,,silver,\n`);
  expect(await contactsOf(tenant)).toMatchObject([
    { first_name: "Ada", company: "Acme", custom_fields: { plan: "silver" } },
  ]);
});

test("the dry run counts whom a closed domain keeps from being mailed", async () => {
  const tenant = await newTenant();
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`insert into suppressions (email_normalized, scope, reason, source)
      values ('@closed.example', 'tenant', 'manual', 'test')`),
  );
  const file = "email\na@closed.example\nb@example.com\n";
  expect((await check(tenant, file)).forecast).toMatchObject({ unmailable: 1, created: 2 });
});

test("an import never brings anybody back who said stop", async () => {
  const tenant = await newTenant();
  await importFile(tenant, `${header}a@example.com,Ada,,,\n`);
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update contacts set status = 'unsubscribed', unsubscribed_at = app_now()`),
  );
  const file = "email,status,first_name\na@example.com,active,Anna\n";
  expect((await check(tenant, file)).forecast).toMatchObject({ unmailable: 1 });
  await importFile(tenant, file);
  expect(await contactsOf(tenant)).toMatchObject([{ first_name: "Anna", status: "unsubscribed" }]);
});

test.each([
  ["an empty line", "\n", /is empty/],
  ["a PDF", "%PDF-1.7 …", /is a PDF, whatever its name says/],
  [
    "no column of addresses",
    "name,town\nAda,Cork\n",
    /no column with email addresses: its columns are "name", "town"/,
  ],
  ["nothing below the header", "email,name\n", /nothing below it/],
])("a file with %s is refused with a sentence", async (_, content, sentence) => {
  const tenant = await newTenant();
  await expect(upload(tenant, content)).rejects.toMatchObject({
    code: "BAD_REQUEST",
    message: expect.stringMatching(sentence) as string,
  });
});

test("an empty file is refused before anything is uploaded", async () => {
  const tenant = await newTenant();
  const key = "0190a5a0-0000-7000-8000-000000000001";
  await expect(tenant.caller.imports.create({ key, fileName: "a.csv", sizeBytes: 0 })).rejects.toMatchObject({
    code: "BAD_REQUEST",
    message: expect.stringMatching(/file is empty/) as string,
  });
});

test("ten thousand rows that are all invalid end in an explanation, not in a crash", async () => {
  const tenant = await newTenant();
  const result = await importFile(tenant, `email,name\n${"not an address,Ada\n".repeat(10_000)}`);
  expect(result).toMatchObject({ status: "completed", created: 0, errors: 10_000, totalRows: 10_000 });
  const [group] = await tenant.caller.imports.problems({ id: result.id });
  expect(group).toMatchObject({ code: "email_invalid", rows: 10_000 });
  expect(group?.examples[0]).toMatchObject({ line: 2, value: "not an address" });
});

test("rejected rows come back as a file that can be mended and imported", async () => {
  const tenant = await newTenant();
  const { id } = await importFile(tenant, `${header}good@example.com,Ada,,,\nbad,"=1+1, ""x""",,,\n`);
  const page = await tenant.caller.imports.rejected({ id, after: 0 });
  const file = (page.header + page.lines).replace("bad,", "mended@example.com,");
  expect(page.lines).toContain(`"'=1+1, ""x"""`);
  expect(await importFile(tenant, file)).toMatchObject({ created: 1, errors: 0 });
  expect(await contactsOf(tenant)).toMatchObject([
    {},
    { email: "mended@example.com", first_name: '=1+1, "x"', custom_fields: {} },
  ]);
});

test("one key begins one import, and it starts once", async () => {
  const tenant = await newTenant();
  const begun = { key: "0190a5a0-0000-7000-8000-00000000000a", fileName: "a.csv", sizeBytes: 10 };
  const both = await Promise.all([tenant.caller.imports.create(begun), tenant.caller.imports.create(begun)]);
  expect(both[0]?.id).toBe(both[1]?.id);
  expect((await tenant.caller.imports.list({})).rows).toHaveLength(1);
  await expect(tenant.caller.imports.create({ ...begun, fileName: "b.csv" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  const { id } = await check(tenant, `${header}a@example.com,Ada,,,\n`);
  const fences = await Promise.all([begin(tenant, id), begin(tenant, id)]);
  expect(fences.filter((fence) => fence !== null)).toHaveLength(1);
});

test("parts come in order, have their size, and can be sent again", async () => {
  const tenant = await newTenant();
  const { id } = await tenant.caller.imports.create({
    key: "0190a5a0-0000-7000-8000-00000000000b",
    fileName: "a.csv",
    sizeBytes: 900_010,
  });
  const whole = new Uint8Array(900_000).fill(97);
  await expect(
    tenant.caller.imports.putPart({ id, part: 1, bytes: new Uint8Array(10) }),
  ).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(
    tenant.caller.imports.putPart({ id, part: 0, bytes: new Uint8Array(5) }),
  ).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await tenant.caller.imports.putPart({ id, part: 0, bytes: whole });
  await tenant.caller.imports.putPart({ id, part: 0, bytes: whole });
  await expect(tenant.caller.imports.inspect({ id })).rejects.toMatchObject({
    message: expect.stringMatching(/1 of 2 parts/) as string,
  });
});

test("a failed import keeps what it wrote and says what to do", async () => {
  const tenant = await newTenant();
  const { id } = await check(tenant, sampleContacts());
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  await importSlice(tenant.scope, id, fence, 6000);
  await withTenant(tenant.scope, (tx) => failImport(tx, id, "It stopped."));
  expect(await importSlice(tenant.scope, id, fence, 6000)).toMatchObject({ done: true });
  const detail = await detailOf(tenant, id);
  expect(detail).toMatchObject({ status: "failed", problem: "It stopped.", canUndo: true });
  expect((await contactsOf(tenant)).length).toBe(detail.created);
});

test("a cancelled import stops where it is", async () => {
  const tenant = await newTenant();
  const { id } = await check(tenant, sampleContacts());
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  await importSlice(tenant.scope, id, fence, 6000);
  const before = (await contactsOf(tenant)).length;
  await tenant.caller.imports.cancel({ id });
  expect(await importSlice(tenant.scope, id, fence, 6000)).toMatchObject({ done: true });
  expect((await contactsOf(tenant)).length).toBe(before);
  expect(await detailOf(tenant, id)).toMatchObject({ status: "cancelled", canUndo: true });
});

test("nobody elsewhere sees an import, and a viewer cannot make one", async () => {
  const [ours, theirs, viewer] = await Promise.all([
    newTenant(),
    newTenant(),
    newTenant({ roles: ["member"], role: "viewer" }),
  ]);
  const { id } = await importFile(ours, `${header}a@example.com,Ada,,,\n`);
  await expect(theirs.caller.imports.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(theirs.caller.imports.start({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(theirs.caller.imports.undo({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await theirs.caller.imports.rejected({ id, after: 0 }).catch(() => null)).toBe(null);
  expect((await theirs.caller.imports.list({})).rows).toEqual([]);
  await expect(
    viewer.caller.imports.create({
      key: "0190a5a0-0000-7000-8000-00000000000c",
      fileName: "a.csv",
      sizeBytes: 1,
    }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
});

const us500 = path.resolve(import.meta.dirname, "../../../shared/data/contacts/us-500.csv");
test.skipIf(!existsSync(us500))("a public sample of 500 contacts is imported whole", async () => {
  const tenant = await newTenant();
  expect(await importFile(tenant, readFileSync(us500))).toMatchObject({
    status: "completed",
    created: 500,
    errors: 0,
    totalRows: 500,
  });
  const [first] = (await contactsOf(tenant)).filter(({ email }) => email === "jbutt@gmail.com");
  expect(first).toMatchObject({
    first_name: "James",
    company: "Benton, John B Jr",
    phone: "504-621-8927",
    custom_fields: { zip: "70116", county: "Orleans" },
  });
});
