import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { detailOf, importFile, takeOver, type TestTenant } from "./testing.ts";
import { finishUndo, requestUndo } from "./undo.ts";
import { undoSlices } from "./undo-slices.ts";

const known = 10;
const people = 30;
const address = (who: number) => `p${who}@example.com`;
const fileOf = (count: number, first: string) =>
  `email,first_name,company\n${Array.from({ length: count }, (_, who) => `${address(who)},${first},${first}\n`).join("")}`;

type Person = { email: string; first_name: string; company: string };
const peopleOf = (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) => {
    const rows = await tx.execute<Person>(
      sql`select email, first_name, company from contacts order by email`,
    );
    return new Map(rows.map((row) => [row.email, row]));
  });

/** Edits one field of a person, as the form does; false when the person is gone by then. */
const edit = (tenant: TestTenant, who: number) =>
  withTenant(tenant.scope, async (tx) => {
    const rows = await tx.execute(sql`
      update contacts set first_name = 'By hand', version = version + 1, updated_at = app_now()
      where email_normalized = ${address(who)} and deleted_at is null returning id`);
    return rows.length === 1;
  });

test("no edit is lost that comes while the undo is under way, and nothing else stays", async () => {
  const who = fc.array(fc.nat(people - 1), { minLength: 5, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(who, fc.integer({ min: 3, max: 10 }), async (edits, size) => {
      const tenant = await newTenant();
      await importFile(tenant, fileOf(known, "Before"));
      const { id } = await importFile(tenant, fileOf(people, "Import"));
      await withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
      const fence = await takeOver(tenant, id);
      const edited = new Set<string>();
      const editing = async () => {
        for (const each of edits) if (await edit(tenant, each)) edited.add(address(each));
      };
      const [done] = await Promise.all([undoSlices(tenant.scope, id, fence, { size }), editing()]);
      expect(done).toMatchObject({ done: true });
      await finishUndo(tenant.scope, id, fence);

      const left = await peopleOf(tenant);
      const wanted = new Set([...edited, ...Array.from({ length: known }, (_, each) => address(each))]);
      expect(new Set(left.keys())).toEqual(wanted);
      for (const { email, first_name: first, company } of left.values()) {
        expect({ email, first }).toEqual({ email, first: edited.has(email) ? "By hand" : "Before" });
        // A contact of the import's own that stays is as it was found; of the others all else is as it was before.
        const isKnown = Number(email.slice(1, email.indexOf("@"))) < known;
        expect({ email, company }).toEqual({ email, company: isKnown ? "Before" : "Import" });
      }
      const { undoReport } = await tenant.caller.imports.byId({ id });
      const kept = [...edited].filter((email) => left.get(email)?.company === "Import").length;
      expect(undoReport).toMatchObject({ deleted: people - known - kept, kept, failed: 0 });
    }),
    { numRuns: 3 },
  );
}, 60_000);

test("30 days after it an import can no longer be undone, and stays as it is", async () => {
  const tenant = await newTenant();
  const { id } = await importFile(tenant, fileOf(2, "Import"));
  await moveClock("29 days 23 hours");
  expect(await detailOf(tenant, id)).toMatchObject({ canUndo: true });
  await moveClock("2 hours");
  expect(await detailOf(tenant, id)).toMatchObject({ canUndo: false });
  const asked = withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
  await expect(asked).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("30 days") as string,
  });
  expect(await detailOf(tenant, id)).toMatchObject({ status: "completed" });
  expect((await peopleOf(tenant)).size).toBe(2);
});
