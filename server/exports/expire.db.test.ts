import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { storage } from "#server/storage";
import { expireExports } from "./expire.ts";
import { createExport } from "./mutations.ts";
import { exportInput } from "./schema.ts";
import { takeExport, writeExport } from "./run.ts";

test("after its days an export keeps its row and loses its file", async () => {
  const tenant = await newTenant();
  const id = v7();
  await withTenant(tenant.scope, (tx) =>
    createExport(tx, exportInput.parse({ key: id, of: { kind: "all" } }), tenant.scope),
  );
  const fence = await takeExport(tenant.scope, id, v7());
  await writeExport(tenant.scope, id, fence ?? 0);
  const row = () =>
    withTenant(tenant.scope, async (tx) => {
      const [job] = await tx.execute<{ status: string; key: string | null }>(
        sql`select status, file_url as key from export_jobs where id = ${id}::uuid`,
      );
      return job;
    });
  const key = (await row())?.key ?? "";
  await moveClock("6 days");
  await expireExports();
  expect(await storage.exists(key)).toBe(true);
  await moveClock("2 days");
  await expireExports();
  await expireExports();
  expect(await storage.exists(key)).toBe(false);
  expect(await row()).toEqual({ status: "expired", key: null });
});
