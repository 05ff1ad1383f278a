import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { checkImport } from "./check.ts";
import { cancelImport, requestCheck } from "./mutations.ts";
import { takeImport } from "./run.ts";
import { importOptions } from "./schema.ts";
import { spoolImport } from "./spool.ts";
import { detailOf, takeOver, type TestTenant, upload } from "./testing.ts";
import { leaseSeconds } from "./write.ts";

const rows = Array.from({ length: 40 }, (_, n) => `p${n}@example.com,First`).join("\n");

/** Lets a dry run come to the contacts, which it cannot look at until `meanwhile` is over. */
async function checkHeldUp(
  tenant: TestTenant,
  meanwhile: (id: string, checked: Promise<unknown>) => Promise<unknown>,
) {
  const { id, mapping } = await upload(tenant, `email,first_name\n${rows}\n`);
  await withTenant(tenant.scope, (tx) => requestCheck(tx, id, mapping, importOptions.parse({})));
  const fence = await takeOver(tenant, id);
  await spoolImport(tenant.scope, id, fence);
  let checked: Promise<unknown> = Promise.resolve();
  await withTenant(tenant.scope, async (tx) => {
    await tx.execute(sql`lock table contacts in access exclusive mode`);
    checked = checkImport(tenant.scope, id, fence);
    await meanwhile(id, checked);
  });
  await checked;
  return detailOf(tenant, id);
}

const beats = async (tenant: TestTenant, id: string) => {
  const leaseOf = () =>
    withTenant(tenant.scope, async (tx) => {
      const [row] = await tx.execute<{ until: Date }>(
        sql`select lease_until as until from import_jobs where id = ${id}::uuid`,
      );
      return row?.until.getTime();
    });
  const before = await leaseOf();
  for (let tries = 0; (await leaseOf()) === before; tries++) {
    if (tries === 200) throw new Error("The lease was not renewed within ten seconds.");
    await delay(50);
  }
};

test("a dry run whose one statement outlasts the lease is not taken from it", async () => {
  const tenant = await newTenant();
  const detail = await checkHeldUp(tenant, async (id) => {
    for (let times = 0; times < 2; times++) {
      await moveClock(`${leaseSeconds - 60} seconds`);
      await beats(tenant, id);
    }
    expect(await takeImport(tenant.scope, id, v7())).toBeNull();
    expect((await detailOf(tenant, id)).processedRows).toBe(40);
  });
  expect(detail).toMatchObject({ status: "awaiting_confirmation", forecast: { created: 40 } });
});

test("a dry run that was cancelled meanwhile ends without a word, and its statement with it", async () => {
  const tenant = await newTenant();
  const detail = await checkHeldUp(tenant, async (id, checked) => {
    await withTenant(tenant.scope, (tx) => cancelImport(tx, id, tenant.userId));
    // The table is still locked: it would have waited on.
    expect(await checked).toBeNull();
  });
  expect(detail).toMatchObject({ status: "cancelled", forecast: null });
});
