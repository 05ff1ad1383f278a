import { sql } from "drizzle-orm";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { requestCheck } from "./mutations.ts";
import { checkImport } from "./check.ts";
import { finishImport, importSlice } from "./run.ts";
import { importOptions } from "./schema.ts";
import { begin, detailOf, takeOver, undoFile, upload } from "./testing.ts";

const folder = path.resolve(import.meta.dirname, "../../../shared/data/csv");
const names = existsSync(folder) ? readdirSync(path.join(folder, "csvs")) : [];

/** The file with a column of addresses before the others: the samples hold no people. */
function withAddresses(content: string): string {
  let quoted = false;
  let record = 0;
  let written = "email,";
  for (const [at, character] of [...content].entries()) {
    written += character;
    if (character === '"') quoted = !quoted;
    if (character !== "\n" || quoted || at === content.length - 1) continue;
    written += `p${String(record).padStart(3, "0")}@example.com,`;
    record += 1;
  }
  return written;
}

test.skipIf(names.length > 0)(
  `samples of the spectrum of CSV are not at ${folder}: they are skipped`,
  () => undefined,
);
test.each(names)("%s is imported as its JSON says, and undone", async (name) => {
  const tenant = await newTenant();
  const { scope } = tenant;
  const content = readFileSync(path.join(folder, "csvs", name), "utf8");
  const told = JSON.parse(
    readFileSync(path.join(folder, "json", name.replace(".csv", ".json")), "utf8"),
  ) as Record<string, string>[];
  const { id, headers } = await upload(tenant, withAddresses(content), name);
  const mapping = headers.map((header, column) =>
    column === 0
      ? { column, header, target: "email" }
      : { column, header, target: `custom.c${column}`, fieldType: "text" as const },
  );
  await withTenant(scope, (tx) => requestCheck(tx, id, mapping, importOptions.parse({})));
  await checkImport(scope, id, await takeOver(tenant, id), 30);
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  while (!(await importSlice(scope, id, fence, 30)).done);
  await finishImport(scope, id, fence);
  expect(await detailOf(tenant, id)).toMatchObject({ created: told.length, errors: 0 });
  const held = await withTenant(scope, (tx) =>
    tx.execute<{ fields: Record<string, string> }>(
      sql`select custom_fields as fields from contacts order by email`,
    ),
  );
  const expected = told.map((row) =>
    Object.fromEntries(
      headers
        .slice(1)
        .flatMap((header, at) => (row[header]?.trim() ? [[`c${at + 1}`, row[header].trim()]] : [])),
    ),
  );
  expect(held.map(({ fields }) => fields)).toEqual(expected);
  await undoFile(tenant, id);
  expect((await tenant.caller.contacts.list({})).rows).toEqual([]);
});
