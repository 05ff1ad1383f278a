import { sql } from "drizzle-orm";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { v7 } from "uuid";
import { expect, onTestFinished, test } from "vitest";
import { appNow } from "#db/clock";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { exportFile } from "#server/exports/testing";
import { upload } from "#server/imports/testing";
import { removeOrphans } from "./orphans.ts";
import { folderStorage } from "./storage.ts";

test("files that no row knows of are removed, and no other", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "orphans-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = folderStorage(folder);
  const tenant = await newTenant();
  const id = await exportFile(tenant);
  const [kept] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ key: string }>(sql`select file_url as key from export_jobs where id = ${id}::uuid`),
  );
  const { id: importId } = await upload(tenant, "email\na@example.com\n");
  const ours = `${tenant.tenantId}/${tenant.workspaceId}`;
  // An attempt's id tells when it began, by the product's clock.
  const msecs = (await withTenant(tenant.scope, appNow)).getTime();
  const [fetchedId, attempt] = [v7(), v7({ msecs })];
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`insert into import_jobs (id, file_name, file_url)
      values (${fetchedId}::uuid, 'a.csv', ${`${ours}/imports/${fetchedId}/${attempt}`})`),
  );
  const keys = {
    file: kept?.key ?? "",
    part: `${ours}/imports/${importId}/part-0`,
    another: `${ours}/somewhere/else.csv`,
    // Another installation may keep its files in the same bucket.
    foreign: `${v7()}/${v7()}/exports/${v7()}/1.csv`,
    // No workspace has such an id: asking for its pictures fails.
    odd: `${tenant.tenantId}/${"-".repeat(36)}/pictures/${v7()}`,
    leftBehind: `${ours}/exports/${id}/999.csv`,
    nobodys: `${ours}/exports/${v7()}/1.csv`,
    // A file that is being fetched has no row yet; a fetch that died, or came second, never has one.
    beingFetched: `${ours}/imports/${v7()}/${v7({ msecs })}/parts/000000`,
    fetchedTwice: `${ours}/imports/${fetchedId}/${v7({ msecs })}/parts/000000`,
    fetched: `${ours}/imports/${fetchedId}/${attempt}/parts/000000`,
  };
  for (const key of Object.values(keys)) await files.put(key, Readable.from([Buffer.from("x")]));
  const left = async () => {
    const there: string[] = [];
    for (const [name, key] of Object.entries(keys)) if (await files.exists(key)) there.push(name);
    return there;
  };
  expect(await removeOrphans(files)).toBe(1);
  // What a run left may still be in use for a day.
  const fetches = ["beingFetched", "fetchedTwice", "fetched"];
  expect(await left()).toEqual(["file", "part", "another", "foreign", "odd", "leftBehind", ...fetches]);
  await moveClock("2 days");
  expect(await removeOrphans(files)).toBe(3);
  expect(await left()).toEqual(["file", "part", "another", "foreign", "odd", "fetched"]);
});
