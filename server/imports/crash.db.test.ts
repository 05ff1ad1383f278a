import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { requestCheck } from "./mutations.ts";
import { importOptions } from "./schema.ts";
import { begin, importFile, type TestTenant, upload } from "./testing.ts";
import { doingsOf } from "./testing-copy.ts";
import { diesStanding, type Moment, plant, standAt, startProcess, uproot } from "./testing-kills.ts";
import { carryOut } from "./testing-run.ts";
import { requestUndo } from "./undo.ts";

/*
 * Imports and undos whose process is killed at statements that chance picks, KILLS times each, and at those that end
 * something: a process takes two seconds of work to begin. KILL_SEED replays a run that failed.
 */

const seed = Number(process.env.KILL_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const kills = Number(process.env.KILLS ?? 1);
const people = 140;
const known = 40;
const address = (who: number) => `p${String(who).padStart(3, "0")}@example.com`;

const before = `email,first_name,plan,tags\n${Array.from({ length: known }, (_, who) => `${address(who)},Before,old,vip\n`).join("")}`;
/** New and known people, some of them twice and far apart, some rows that are refused, tags and lists of their own. */
const file = (() => {
  const row = (who: number, n: number) =>
    `${n % 41 === 7 ? "nobody" : address(who)},${n % 3 === 0 ? "" : `First ${n}`},plan ${n % 5},"${n % 4 === 0 ? `vip;tag ${n % 3}` : ""}","${n % 5 === 0 ? `Old; Fair ${n % 3}` : ""}",${n % 7 === 0 ? "silver" : ""}\n`;
  const rows = Array.from({ length: people }, (_, n) => row(n, n));
  const again = Array.from({ length: 25 }, (_, n) => row(n * 5, people + n));
  return gzipSync(`email,first_name,plan,tags,lists,level\n${[...rows, ...again].join("")}`);
})();

let lived: TestTenant;
let killed: TestTenant;
beforeAll(async () => {
  [lived, killed] = [await newTenant(), await newTenant()];
  await plant(killed.workspaceId);
});
afterAll(uproot);

/** Has what is asked of the import done by one process after the other, each killed at a change, unless it ends before. */
async function dieAndGoOn(
  id: string,
  changes: readonly (number | Moment)[],
): Promise<{ died: number; over: boolean }> {
  let runId = v7();
  let next = changes.length > 0 ? startProcess(killed, process.env) : null;
  let over = false;
  let died = 0;
  for (const [at, change] of changes.entries()) {
    const child = next ?? startProcess(killed, process.env);
    // It begins while this one lives.
    next = at + 1 < changes.length ? startProcess(killed, process.env) : null;
    await standAt(change);
    child.stdin?.write(`${id} ${runId}\n`);
    over = !(await diesStanding(child));
    if (over) break;
    died += 1;
    // Now the same run tries its step again, now a new one takes over when the lease has run out.
    if (died % 2 === 1) continue;
    await moveClock("10 minutes");
    runId = v7();
  }
  next?.kill("SIGKILL");
  await standAt(0);
  return { died, over };
}

/** An import of the file and its undo, with hands on contacts in between; `work` does what is asked of the job. */
async function importAndUndo(tenant: TestTenant, work: (id: string) => Promise<void>) {
  // Whoever is new has these values unless the file has others.
  await tenant.caller.customFields.create({
    label: "level",
    type: "select",
    options: ["Gold", "Silver"],
    defaultValue: "Gold",
  });
  await tenant.caller.customFields.create({ label: "origin", type: "text", defaultValue: "A file" });
  await importFile(tenant, before, { newList: "Old" });
  const { id, mapping: guessed } = await upload(tenant, file, "people.csv.gz");
  const mapping = guessed.map((each) =>
    each.header === "lists" ? { column: each.column, header: each.header, target: "lists" } : each,
  );
  const options = importOptions.parse({ tags: ["spring"], newList: "New", duplicates: "overwrite" });
  await withTenant(tenant.scope, (tx) => requestCheck(tx, id, mapping, options));
  await work(id);
  await begin(tenant, id);
  await work(id);
  const imported = await doingsOf(tenant.scope, id);
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`
      update contacts set first_name = 'By hand', version = version + 1, updated_at = app_now()
      where email_normalized ~ '[05]@'`),
  );
  await withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
  await work(id);
  const told = (await tenant.caller.notifications.list()).rows.map(({ title }) => title);
  return { imported, undone: await doingsOf(tenant.scope, id), told };
}

test(
  `an import and its undo whose process is killed end as those that lived (seed ${seed})`,
  async () => {
    const points = fc.sample(fc.integer({ min: 1, max: 14 }), { seed, numRuns: 2 * kills });
    // The check writes nothing but what it found.
    const plan = [
      [],
      [...points.slice(0, kills), "finished", "noted"] as const,
      [...points.slice(kills), "undone"] as const,
    ];
    const deaths: number[] = [];
    const whole = await importAndUndo(lived, (id) => carryOut(lived.scope, id, v7()));
    expect(whole.imported.job).toMatchObject([
      { status: "completed", total_rows: people + 25, error_count: 4, lists_made: 3 },
    ]);
    expect(whole.undone.job).toMatchObject([{ status: "rolled_back" }]);
    const after = await importAndUndo(killed, async (id) => {
      const { died, over } = await dieAndGoOn(id, plan[deaths.length] ?? []);
      deaths.push(died);
      if (over) return;
      // Noting who gets no mail has the longest lease.
      await moveClock("12 minutes");
      await carryOut(killed.scope, id, v7());
    });
    expect(after).toEqual(whole);
    expect(deaths).toEqual([0, kills + 2, kills + 1]);
  },
  60_000 + kills * 20_000,
);
