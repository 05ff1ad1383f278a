import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { storage } from "#server/storage";
import { takeExport, writeExport } from "./run.ts";
import { askForExport } from "./testing.ts";

const people = 45_000;

test("an export that is cancelled while its rows are poured says how far it was, ends, and leaves no file", async () => {
  const tenant = await newTenant();
  const { scope, caller, workspaceId } = tenant;
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      insert into contacts (email, email_normalized)
      select 'p' || n || '@example.test', 'p' || n || '@example.test' from generate_series(1, ${people}::int) n`),
  );
  const id = await askForExport(tenant);
  const fence = (await takeExport(scope, id, v7())) ?? 0;
  await asOwner(async (owner) => {
    // It waits where it first says how far it is, and whoever cancels it comes next.
    await owner.unsafe(`
      create function wait_once() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return null; end $$;
      create trigger wait_once after update on export_jobs for each row
        when (new.workspace_id = '${workspaceId}' and old.processed_contacts = 0 and new.processed_contacts > 0)
        execute function wait_once()`);
    try {
      const writing = writeExport(scope, id, fence);
      const waits = async () =>
        (
          await owner`select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`
        ).length;
      await expect.poll(waits, { interval: 10, timeout: 15_000 }).toBe(1);
      await caller.exports.cancel({ id });
      expect(await writing).toBe(null);
    } finally {
      await owner.unsafe("drop function wait_once cascade");
    }
  });
  const { status, processed, total } = await caller.exports.byId({ id });
  expect({ status, total }).toEqual({ status: "cancelled", total: people });
  expect(processed).toBeGreaterThanOrEqual(20_000);
  expect(processed).toBeLessThan(people);
  for await (const key of storage.list()) expect(key).not.toContain(id);
});
