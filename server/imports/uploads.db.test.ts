import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { storage } from "#server/storage";
import { expireImports } from "./expire.ts";
import { folderOf, partKey } from "./file.ts";
import { partBytes } from "./schema.ts";
import { forms } from "./testing-forms.ts";
import { check, importFile, type TestTenant, upload } from "./testing.ts";

const bytes = Buffer.alloc(partBytes + 10, "email\n");
const begin = (tenant: TestTenant, key: string, fingerprint?: string, fileName = "a.csv") =>
  tenant.caller.imports.create({ key, fileName, sizeBytes: bytes.length, fingerprint });
const first = bytes.subarray(0, partBytes);

test("an upload that broke off is found by its file, by the one who began it, until all of it is there", async () => {
  const [tenant, other] = await Promise.all([newTenant(), newTenant()]);
  const { id } = await begin(tenant, v7(), "a:1");
  await tenant.caller.imports.putPart({ id, part: 0, bytes: first });
  expect(await begin(tenant, v7(), "a:1")).toEqual({ id, partsReceived: 1 });
  expect((await begin(tenant, v7(), "a:2")).id).not.toBe(id);
  expect((await begin(tenant, v7(), "a:1", "b.csv")).id).not.toBe(id);
  expect((await begin(other, v7(), "a:1")).id).not.toBe(id);
  // The parts of what it was must not mix with those of what it is.
  await expect(begin(tenant, id, "a:2")).rejects.toThrow(/"a\.csv" was changed since its upload began/);
  await tenant.caller.imports.putPart({ id, part: 1, bytes: bytes.subarray(partBytes) });
  expect((await begin(tenant, v7(), "a:1")).id).not.toBe(id);
});

test("a part that was damaged on its way is refused, and one that comes twice is stored once", async () => {
  const tenant = await newTenant();
  const { id } = await begin(tenant, v7());
  const sha256 = createHash("sha256").update(first).digest("hex");
  const damaged = Buffer.from(first);
  damaged[5] = 0;
  await expect(tenant.caller.imports.putPart({ id, part: 0, bytes: damaged, sha256 })).rejects.toThrow(
    /was damaged/,
  );
  await tenant.caller.imports.putPart({ id, part: 0, bytes: first, sha256 });
  await tenant.caller.imports.putPart({ id, part: 0, bytes: first, sha256 });
  expect(await tenant.caller.imports.byId({ id })).toMatchObject({ partsReceived: 1 });
});

test("the same file again is remarked on, and its columns are mapped as last time", async () => {
  const tenant = await newTenant();
  const file = "mail,colour\na@example.com,red\n";
  const { id } = await importFile(tenant, file);
  await withTenant(tenant.scope, (tx) =>
    tx.execute(
      sql`update import_jobs set field_mapping = jsonb_set(field_mapping, '{1,target}', '"custom.hue"') where id = ${id}::uuid`,
    ),
  );
  const again = await upload(tenant, file);
  expect(again.preview.notes).toMatchObject([
    { code: "same_file", message: /"contacts\.csv" on .*, 1 rows/ },
  ]);
  expect(again.mapping.map(({ target }) => target)).toEqual(["email", "custom.hue"]);
  expect(again.guesses[1]).toEqual({ how: "remembered", confidence: 1 });
});

test("a file that is read in another way than it was checked must be checked again", async () => {
  const tenant = await newTenant();
  const { id } = await check(tenant, "email,first_name;x\na@example.com,Ada;1\n");
  expect(await tenant.caller.imports.inspect({ id })).toMatchObject({ status: "awaiting_confirmation" });
  const other = await tenant.caller.imports.inspect({ id, format: { delimiter: ";" } });
  expect(other).toMatchObject({ status: "pending", forecast: null });
  await expect(tenant.caller.imports.start({ id })).rejects.toThrow(/Check the file first/);

  for (const { file, fileName } of forms.filter(({ name }) => /^(JSON with lists|zip of XLSX)/.test(name))) {
    const seen = await check(tenant, await file(), { fileName });
    const again = await tenant.caller.imports.inspect({ id: seen.id });
    expect({ fileName, status: again.status }).toEqual({ fileName, status: "awaiting_confirmation" });
  }
});

test("files go after their days, normalised rows when the import has ended, and nothing of others", async () => {
  const tenant = await newTenant();
  const done = await importFile(tenant, '[{"email":"a@example.com"}]', { fileName: "a.json" });
  const abandoned = await upload(tenant, "email\nb@example.com\n");
  const file = (id: string) => storage.exists(partKey(folderOf(tenant.scope, id), 0));
  const spooled = () =>
    withTenant(tenant.scope, async (tx) => {
      const [row] = await tx.execute<{ spool: unknown }>(
        sql`select file_format #> '{format,spool}' as spool from import_jobs where id = ${done.id}::uuid`,
      );
      return row?.spool;
    });
  expect(await spooled()).toMatchObject({ sizeBytes: 20 });
  await expireImports();
  expect(await spooled()).toBeNull();
  expect([await file(done.id), await file(abandoned.id)]).toEqual([true, true]);
  await moveClock("8 days");
  await expireImports();
  expect([await file(done.id), await file(abandoned.id)]).toEqual([true, false]);
  expect((await tenant.caller.imports.byId({ id: abandoned.id })).status).toBe("cancelled");
  await moveClock("23 days");
  await expireImports();
  expect(await file(done.id)).toBe(false);
  expect((await tenant.caller.imports.byId({ id: done.id })).status).toBe("completed");
});
