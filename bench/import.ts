/**
 * Importing contacts from a CSV file, as the application's role under row-level security, on a table that already holds
 * many: from the first byte read to the last row committed, with validation, de-duplication and the log for undo. And
 * the undo of it. Beside two floors in the same run, by a role that no policy holds back: COPY straight into the table,
 * and COPY into a temporary table with one upsert of the same rows into the same indexes. The work is done in a process
 * of its own, whose memory is that of a worker.
 *
 *   npm run bench:import -- [rows] [contacts there before]
 */
import { fork } from "node:child_process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type postgres from "postgres";
import { v7 } from "uuid";
import type { Tenant } from "#db/factories";
import { openBenchDatabase, report, timed } from "./database.ts";

type Work = "check" | "import" | "undo";
/** Seconds, and megabytes at their peak. */
type Done = { seconds: number; memory: number };
type Job = Pick<Tenant, "scope" | "userId"> & { id: string };

const job = process.env.BENCH_JOB;
const rows = Number(process.argv[2] ?? 100_000);
const held = Number(process.argv[3] ?? 1_000_000);
const header = "email,first_name,last_name,company,job_title,phone,city,country,plan,seats\n";

const columns = `tenant_id, workspace_id, email, email_normalized, first_name, last_name,
  company, job_title, phone, city, country, custom_fields`;

// Addresses as files have them: in no order, or each would fall behind the one before in the index.
const person = (n: number) => [
  `person.${(n * 7919) % 10_000_019}@example-${n % 997}.org`,
  ["Ada", "Zoë", "Jürgen", "Noor", "Mei"][n % 5] ?? "",
  `Lovelace ${n}`,
  `"Company, ${n % 5000}"`,
  "Engineer",
  `+1 212 ${String(2_000_000 + (n % 7_000_000))}`,
  "Springfield",
  "US",
  ["free", "team", "business"][n % 3] ?? "",
  String(n % 50),
];

if (job) {
  const { closeDatabase } = await import("#db/client");
  process.send?.(await perform(process.argv[2] as Work, JSON.parse(job) as Job));
  await closeDatabase();
} else await compare();

async function compare(): Promise<void> {
  const { owner, close } = await openBenchDatabase();
  try {
    const { createTenant, createWorkspace } = await import("#db/factories");
    const { formerly, ours, copied, upserted } = await workspaces(createTenant, createWorkspace);
    const load = await timed(() => copy(owner, formerly, held));
    await owner`vacuum analyze contacts`;
    console.log(`${held} contacts were there before, loaded in ${load.toFixed(0)} s`);
    const countOurs = async () => {
      const [row] =
        await owner`select count(*)::int as count from contacts where workspace_id = ${ours.workspaceId}`;
      return Number(row?.count);
    };

    const upsertBefore = await timed(() => upsert(owner, upserted));
    const id = await upload(ours);
    const run = (work: Work) => inOwnProcess(work, { id, scope: ours.scope, userId: ours.userId });
    const check = await run("check");
    const imported = await run("import");
    const copyAfter = await timed(() => copy(owner, copied, rows));
    if ((await countOurs()) !== rows)
      throw new Error(`${rows} rows should be there, and there are ${await countOurs()}.`);
    const undone = await run("undo");
    if ((await countOurs()) !== 0)
      throw new Error(`No contact should be left after the undo, and there are ${await countOurs()}.`);

    for (const [name, { seconds, memory }] of Object.entries({
      "dry run": check,
      import: imported,
      undo: undone,
    }))
      console.log(`${name} of ${rows} rows: ${seconds.toFixed(1)} s, at most ${memory} MB of memory`);
    report("import", "rows/s", rows / imported.seconds, rows / upsertBefore);
    report("import against COPY", "rows/s", rows / imported.seconds, rows / copyAfter);
    report("undo", "rows/s", rows / undone.seconds, 1_000_000 / 90);
  } finally {
    await close();
  }
}

function inOwnProcess(work: Work, of: Job): Promise<Done> {
  return new Promise((done, fail) => {
    const child = fork(import.meta.filename, [work], {
      env: { ...process.env, BENCH_JOB: JSON.stringify(of) },
    });
    child.on("message", (message) => done(message as Done));
    child.on("exit", (code) => fail(new Error(`The process of the ${work} ended with code ${code}.`)));
  });
}

async function workspaces(
  createTenant: () => Promise<Tenant>,
  createWorkspace: (tenant: Tenant) => Promise<Tenant>,
) {
  const ours = await createTenant();
  const formerly = await createWorkspace(ours);
  return { formerly, ours, copied: await createWorkspace(ours), upserted: await createWorkspace(ours) };
}

function* lines({ tenantId, workspaceId }: Tenant, count: number) {
  for (let n = 0; n < count; n++) {
    const [email = "", first, last, company, title, phone, city, country, plan, seats] = person(n);
    const fields = `"{""plan"":""${plan}"",""seats"":""${seats}""}"`;
    yield `${tenantId},${workspaceId},${email},${email},${first},${last},${company},${title},${phone},${city},${country},${fields}\n`;
  }
}

async function copy(sql: postgres.Sql, into: Tenant, count: number): Promise<void> {
  const target = await sql.unsafe(`copy contacts (${columns}) from stdin with (format csv)`).writable();
  await pipeline(Readable.from(lines(into, count)), target);
}

async function upsert(sql: postgres.Sql, into: Tenant): Promise<void> {
  await sql.unsafe(`create temporary table floor as select ${columns} from contacts limit 0`);
  const target = await sql.unsafe(`copy floor (${columns}) from stdin with (format csv)`).writable();
  await pipeline(Readable.from(lines(into, rows)), target);
  const sets = [
    "first_name",
    "last_name",
    "company",
    "job_title",
    "phone",
    "city",
    "country",
    "custom_fields",
  ];
  await sql.unsafe(`insert into contacts (${columns}) select ${columns} from floor
    on conflict (tenant_id, workspace_id, email_normalized) where deleted_at is null
    do update set ${sets.map((name) => `${name} = excluded.${name}`).join(", ")}`);
}

async function upload({ scope }: Tenant): Promise<string> {
  const { withTenant } = await import("#db/tenancy");
  const { partBytes } = await import("#server/imports/schema");
  const { createImport, takePart } = await import("#server/imports/uploads");
  const { inspectImport } = await import("#server/imports/inspect");

  const file = Buffer.from(
    header + Array.from({ length: rows }, (_, n) => person(n).join(",") + "\n").join(""),
  );
  const id = v7();
  const begun = { key: id, fileName: "bench.csv", sizeBytes: file.length };
  await withTenant(scope, (tx) => createImport(tx, begun, scope));
  for (let part = 0; part * partBytes < file.length; part++) {
    const bytes = file.subarray(part * partBytes, (part + 1) * partBytes);
    await takePart(scope, { id, part, bytes });
  }
  await inspectImport(scope, id);
  return id;
}

async function perform(work: Work, { id, scope, userId }: Job): Promise<Done> {
  const { withTenant } = await import("#db/tenancy");
  const { importOptions } = await import("#server/imports/schema");
  const { requestCheck, startImport } = await import("#server/imports/mutations");
  const { checkImport } = await import("#server/imports/check");
  const { finishImport, importSlices, takeImport, tellPlanner } = await import("#server/imports/run");
  const { finishUndo, requestUndo } = await import("#server/imports/undo");
  const { undoSlices } = await import("#server/imports/undo-slices");
  const { getImportJob } = await import("#server/imports/queries");

  const take = async () => {
    const taken = await takeImport(scope, id, `bench-${work}`);
    if (!taken) throw new Error("Nobody else should hold this import.");
    return taken.fence;
  };
  const works: Record<Work, () => Promise<void>> = {
    check: async () => {
      const { field_mapping: mapping } = await withTenant(scope, (tx) => getImportJob(tx, id));
      await withTenant(scope, (tx) => requestCheck(tx, id, mapping, importOptions.parse({})));
      await checkImport(scope, id, await take());
    },
    import: async () => {
      await withTenant(scope, (tx) => startImport(tx, id, userId));
      const fence = await take();
      while (!(await importSlices(scope, id, fence)).done);
      await finishImport(scope, id, fence);
    },
    undo: async () => {
      await withTenant(scope, (tx) => requestUndo(tx, id, userId));
      const fence = await take();
      let after: string | null = null;
      for (let done = false; !done;) ({ done, after } = await undoSlices(scope, id, fence, { after }));
      await finishUndo(scope, id, fence);
    },
  };
  const seconds = await timed(works[work]);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  if (work === "import") await tellPlanner(scope, id);
  return { seconds, memory };
}
