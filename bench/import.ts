/**
 * Importing contacts from a CSV file, from the first byte read to the last row committed, against the floor: COPY of
 * the same values straight into the same table with the same indexes, by a role that no policy holds back.
 *
 *   npm run bench:import -- [rows]
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type postgres from "postgres";
import { v7 } from "uuid";
import type { Tenant } from "#db/factories";
import { openBenchDatabase, report, timed } from "./database.ts";

const rows = Number(process.argv[2] ?? 100_000);
const header = "email,first_name,last_name,company,job_title,phone,city,country,plan,seats\n";

const person = (n: number) => [
  `person.${n}@example-${n % 997}.org`,
  ["Ada", "Zoë", "Jürgen", "Noor", "Mei"][n % 5] ?? "",
  `Lovelace ${n}`,
  `"Company, ${n % 5000}"`,
  "Engineer",
  `+1 555 ${String(n).padStart(7, "0")}`,
  "Springfield",
  "US",
  ["free", "team", "business"][n % 3] ?? "",
  String(n % 50),
];

const { owner, close } = await openBenchDatabase();
try {
  const { createTenant, createWorkspace } = await import("#db/factories");
  const tenant = await createTenant();
  const second = await createWorkspace(tenant);
  const third = await createWorkspace(tenant);

  const before = await timed(() => copy(owner, second));
  const { check, run } = await importFile(tenant);
  const after = await timed(() => copy(owner, third));
  const [stored] =
    await owner`select count(*)::int as count from contacts where workspace_id = ${tenant.workspaceId}`;
  if (stored?.count !== rows)
    throw new Error(`${rows} rows should be there, and there are ${stored?.count}.`);

  console.log(`dry run of ${rows} rows: ${check.toFixed(1)} s; import: ${run.toFixed(1)} s`);
  report("import", "rows/s", rows / run, rows / ((before + after) / 2));
} finally {
  await close();
}

async function copy(sql: postgres.Sql, { tenantId, workspaceId }: Tenant): Promise<void> {
  const target =
    await sql`copy contacts (tenant_id, workspace_id, email, email_normalized, first_name, last_name,
    company, job_title, phone, city, country, custom_fields) from stdin with (format csv)`.writable();
  await pipeline(
    Readable.from(
      (function* () {
        for (let n = 0; n < rows; n++) {
          const [email = "", first, last, company, title, phone, city, country, plan, seats] = person(n);
          const fields = `"{""plan"":""${plan}"",""seats"":""${seats}""}"`;
          yield `${tenantId},${workspaceId},${email},${email},${first},${last},${company},${title},${phone},${city},${country},${fields}\n`;
        }
      })(),
    ),
    target,
  );
}

async function importFile({ scope, userId }: Tenant): Promise<{ check: number; run: number }> {
  const { withTenant } = await import("#db/tenancy");
  const { storage } = await import("#server/storage");
  const { partCount, partKey } = await import("#server/imports/file");
  const { partBytes, importOptions } = await import("#server/imports/schema");
  const { createImport, receivePart, requestCheck, startImport } = await import("#server/imports/mutations");
  const { inspectImport } = await import("#server/imports/inspect");
  const { checkImport } = await import("#server/imports/check");
  const { finishImport, importSlices, takeImport } = await import("#server/imports/run");
  const { getImportJob } = await import("#server/imports/queries");

  const file = Buffer.from(
    header + Array.from({ length: rows }, (_, n) => person(n).join(",") + "\n").join(""),
  );
  const id = v7();
  const upload = { key: id, fileName: "bench.csv", sizeBytes: file.length };
  await withTenant(scope, (tx) => createImport(tx, upload, scope));
  const { file_url: folder } = await withTenant(scope, (tx) => getImportJob(tx, id));
  for (let part = 0; part < partCount(file.length); part++) {
    const bytes = file.subarray(part * partBytes, (part + 1) * partBytes);
    await storage.put(partKey(folder, part), Readable.from([bytes]));
    await withTenant(scope, (tx) => receivePart(tx, id, part));
  }
  await inspectImport(scope, id);
  const { field_mapping: mapping } = await withTenant(scope, (tx) => getImportJob(tx, id));

  const check = await timed(async () => {
    await withTenant(scope, (tx) => requestCheck(tx, id, mapping, importOptions.parse({})));
    const taken = await takeImport(scope, id, "bench-check");
    if (!taken) throw new Error("Nobody else should hold this import.");
    await checkImport(scope, id, taken.fence);
  });
  const run = await timed(async () => {
    await withTenant(scope, (tx) => startImport(tx, id, userId));
    const taken = await takeImport(scope, id, "bench-import");
    if (!taken) throw new Error("Nobody else should hold this import.");
    while (!(await importSlices(scope, id, taken.fence)).done);
    await finishImport(scope, id, taken.fence);
  });
  return { check, run };
}
