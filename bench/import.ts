/**
 * Importing contacts from a CSV file, as the application's role under row-level security, on a table that already holds
 * many: from the first byte read to the last row committed, with validation, de-duplication and the log for undo. And
 * the undo of it. Beside two floors in the same run, by a role that no policy holds back: COPY straight into the table,
 * and COPY into a temporary table with one upsert of the same rows into the same indexes. The work is done in a process
 * of its own, whose memory is that of a worker.
 *
 *   npm run bench:import -- [--rows 100000] [--held 1000000] [--form csv|xlsx|json|ndjson|csv.gz|utf16.txt|wide.csv]
 *     [--again]  imports a second file with other values for the same people, and undoes that first
 *     [--touched]  has most contacts edited, mailed, unsubscribed or merged before anything is undone
 *     [--alone]  without the floors, for files of a size that would take them hours
 */
import { fork } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import type postgres from "postgres";
import { v7 } from "uuid";
import type { Tenant } from "#db/factories";
import { openBenchDatabase, report, timed } from "./database.ts";
import { forms, person } from "./forms.ts";
import { touch, touchedOf } from "./touch.ts";

type Work = "check" | "import" | "undo";
/** Seconds, and megabytes at their peak. */
type Done = { seconds: number; memory: number };
type Job = Pick<Tenant, "scope" | "userId"> & { id: string };

const job = process.env.BENCH_JOB;
const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: "string", default: "100000" },
    held: { type: "string", default: "1000000" },
    form: { type: "string", default: "csv" },
    again: { type: "boolean", default: false },
    touched: { type: "boolean", default: false },
    alone: { type: "boolean", default: false },
  },
});
const rows = Number(asked.rows);
const held = Number(asked.held);

const columns = `tenant_id, workspace_id, email, email_normalized, first_name, last_name,
  company, job_title, phone, city, country, custom_fields`;

if (job) {
  const { closeDatabase } = await import("#db/client");
  process.send?.(await perform(positionals[0] as Work, JSON.parse(job) as Job));
  await closeDatabase();
} else await compare();

async function compare(): Promise<void> {
  const { owner, close } = await openBenchDatabase();
  try {
    const { createTenant, createWorkspace } = await import("#db/factories");
    const { formerly, ours, copied: copiedTo, upserted } = await workspaces(createTenant, createWorkspace);
    const load = await timed(() => copy(owner, formerly, held));
    await owner`vacuum analyze contacts`;
    console.log(`${held} contacts were there before, loaded in ${load.toFixed(0)} s`);
    const countOurs = async () => {
      const [row] =
        await owner`select count(*)::int as count from contacts where workspace_id = ${ours.workspaceId}`;
      return Number(row?.count);
    };

    const ids = [await upload(ours, 0)];
    const run = async (work: Work, id = ids[0] ?? "") => {
      const done = await inOwnProcess(work, { id, scope: ours.scope, userId: ours.userId });
      console.log(
        `${work} of ${rows} rows: ${done.seconds.toFixed(1)} s, at most ${done.memory} MB of memory`,
      );
      return done;
    };
    const expect = async (count: number) => {
      const found = await countOurs();
      if (found !== count) throw new Error(`${count} contacts should be there, and there are ${found}.`);
    };
    const upsertBefore = asked.alone ? Number.NaN : await timed(() => upsert(owner, upserted, 0));
    await run("check");
    const imported = await run("import");
    await expect(rows);
    report("import", "rows/s", rows / imported.seconds, rows / upsertBefore);
    if (!asked.alone) {
      const copied = await timed(() => copy(owner, copiedTo, rows));
      report("import against COPY", "rows/s", rows / imported.seconds, rows / copied);
    }
    if (asked.again) {
      const again = await upload(ours, rows);
      await run("check", again);
      const updatedThere = asked.alone ? Number.NaN : await timed(() => upsert(owner, upserted, rows));
      const updated = await run("import", again);
      await expect(rows);
      report("update", "rows/s", rows / updated.seconds, rows / updatedThere);
      if (asked.touched) await touch(owner, ours);
      const restored = await run("undo", again);
      report("undo of the update", "rows/s", rows / restored.seconds, 1_000_000 / 90);
      await expect(rows);
    }
    if (asked.touched && !asked.again) await touch(owner, ours);
    const undone = await run("undo");
    report("undo", "rows/s", rows / undone.seconds, 1_000_000 / 90);
    await expect(asked.touched ? touchedOf(rows) : 0);
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

/** The lines of COPY; `other` moves every value but the address, as a second file of the same people would have it. */
function* lines({ tenantId, workspaceId }: Tenant, count: number, other = 0) {
  for (let n = 0; n < count; n++) {
    const [email = ""] = person(n);
    const [, first, last, company, title, phone, city, country, plan, seats] = person(n + other);
    const fields = `"{""plan"":""${plan}"",""seats"":""${seats}""}"`;
    yield `${tenantId},${workspaceId},${email},${email},${first},${last},"${company}",${title},${phone},${city},${country},${fields}\n`;
  }
}

async function copy(sql: postgres.Sql, into: Tenant, count: number): Promise<void> {
  const target = await sql.unsafe(`copy contacts (${columns}) from stdin with (format csv)`).writable();
  await pipeline(Readable.from(lines(into, count)), target);
}

async function upsert(sql: postgres.Sql, into: Tenant, other: number): Promise<void> {
  await sql`drop table if exists floor`;
  await sql.unsafe(`create temporary table floor as select ${columns} from contacts limit 0`);
  const target = await sql.unsafe(`copy floor (${columns}) from stdin with (format csv)`).writable();
  await pipeline(Readable.from(lines(into, rows, other)), target);
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

async function upload({ scope }: Tenant, other: number): Promise<string> {
  const { withTenant } = await import("#db/tenancy");
  const { partBytes } = await import("#server/imports/schema");
  const { createImport, takePart } = await import("#server/imports/uploads");
  const { inspectImport } = await import("#server/imports/inspect");

  const folder = await mkdtemp(path.join(tmpdir(), "postroad-import-"));
  try {
    const file = path.join(folder, `people.${asked.form}`);
    const make = forms[path.basename(file)];
    if (!make)
      throw new Error(`--form: expected one of ${Object.keys(forms).join(", ")}, found ${asked.form}.`);
    await make(rows, file, other);
    const { size } = await stat(file);
    const id = v7();
    const begun = { key: id, fileName: path.basename(file), sizeBytes: size };
    await withTenant(scope, (tx) => createImport(tx, begun, scope));
    for (let part = 0; part * partBytes < size; part++) {
      const start = part * partBytes;
      const piece = createReadStream(file, { start, end: Math.min(start + partBytes, size) - 1 });
      await takePart(scope, { id, part, bytes: Buffer.concat(await piece.toArray()) });
    }
    const inspected = await timed(() => inspectImport(scope, id));
    console.log(`${begun.fileName}: ${(size / 1e6).toFixed(0)} MB, first look ${inspected.toFixed(1)} s`);
    return id;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function perform(work: Work, { id, scope, userId }: Job): Promise<Done> {
  const { withTenant } = await import("#db/tenancy");
  const { importOptions } = await import("#server/imports/schema");
  const { requestCheck, startImport } = await import("#server/imports/mutations");
  const { checkImport } = await import("#server/imports/check");
  const { spoolImport } = await import("#server/imports/spool");
  const { finishImport, importSlices, takeImport, tellPlanner } = await import("#server/imports/run");
  const { noteNotMailed } = await import("#server/imports/not-mailed");
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
      const fence = await take();
      await spoolImport(scope, id, fence);
      await checkImport(scope, id, fence);
    },
    import: async () => {
      await withTenant(scope, (tx) => startImport(tx, id, userId));
      const fence = await take();
      while (!(await importSlices(scope, id, fence)).done);
      await finishImport(scope, id, fence);
      await noteNotMailed(scope, id, fence);
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
