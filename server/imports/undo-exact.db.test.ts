import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { mailable } from "#server/messages/mailable";
import { finishImport, importSlices } from "./run.ts";
import { sumOfReports, type UndoReport } from "./schema.ts";
import { begin, check, detailOf, importFile, takeOver, type TestTenant, undoFile } from "./testing.ts";
import { type Copied, copyOf, type Fate, fatesOf, type Row } from "./testing-copy.ts";
import { type Handiwork, isSame, lendHands, noHands } from "./testing-hands.ts";
import {
  contentOf,
  type Hand,
  hand,
  levels,
  randomFile,
  type RandomFile,
  randomOptions,
} from "./testing-random.ts";
import { forecastUndo, type UndoForecast } from "./undo-forecast.ts";

/*
 * As many files as some seconds let; UNDO_RUNS asks for so many, however long they take. UNDO_SEED and UNDO_PATH, which
 * a failure names, replay it.
 */
const { UNDO_RUNS: runs, UNDO_SEED: seed, UNDO_PATH: path } = process.env;
const numRuns = Number(runs ?? 30);
const many = runs
  ? { numRuns, endOnFailure: true }
  : { numRuns, interruptAfterTimeLimit: 5000, markInterruptAsFailure: false };

/** A workspace with fields of all types, a tag and a list that hands use, and contacts of an earlier file. */
async function prepare(before: RandomFile): Promise<TestTenant> {
  const tenant = await newTenant();
  for (const [label, options] of Object.entries(levels))
    await tenant.caller.customFields.create({
      label,
      type: label === "level" ? "select" : "multi_select",
      options,
      ...(label === "level" && { defaultValue: "gold" }),
    });
  await tenant.caller.customFields.create({ label: "plan", type: "text" });
  await tenant.caller.customFields.create({ label: "origin", type: "text", defaultValue: "A file" });
  await tenant.caller.lists.create({ name: "Hand" });
  await withTenant(tenant.scope, (tx) => tx.execute(sql`insert into tags (name) values ('hand')`));
  await importFile(tenant, await contentOf(before), { fileName: before.form, newList: "Old" });
  return tenant;
}

type Case = { hands: readonly Hand[]; beside: boolean; work: Handiwork };

/** Runs an import that was checked, in small slices, with hands between them or, `beside`, while they are under way. */
async function runAmong(tenant: TestTenant, id: string, { hands, beside, work }: Case): Promise<void> {
  const lend = (which: (when: number) => boolean) =>
    lendHands(
      tenant,
      { importId: id, work },
      hands.filter(({ when }) => which(when)),
    );
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  if (beside) {
    const slices = importSlices(tenant.scope, id, fence, { bytes: 100 });
    const [run] = await Promise.all([slices, lend((when) => when >= 0)]);
    expect(run).toMatchObject({ done: true });
  } else {
    for (let slice = 0; ; slice++) {
      await lend((when) => when === slice);
      const run = await importSlices(tenant.scope, id, fence, { bytes: 100, slicesMax: 1 });
      if (run.done) break;
    }
  }
  await finishImport(tenant.scope, id, fence);
  await lend((when) => when === -1);
}

const isHeld = ({ deleted_at: deleted }: Row) => deleted === null;
const idOf = ({ id }: Row) => String(id);

/** Everything is as it would be had there been hands only; and whom the import brought stays where a hand touched them. */
function expectExact(start: Copied, end: Copied, work: Handiwork): void {
  const known = new Set(start.contacts.map(idOf));
  const ofContacts = (rows: Row[]) => rows.filter(isHeld);
  expect(byId(ofContacts(end.contacts).filter((row) => known.has(idOf(row))))).toEqual(
    byId(ofContacts([...work.contacts.values()])),
  );
  expect(end.contacts.map(idOf)).toEqual(expect.arrayContaining([...known]));
  const kept = [...work.touched].filter(([id, row]) => !known.has(id) && isHeld(row)).map(([id]) => id);
  const more = ofContacts(end.contacts).filter((row) => !known.has(idOf(row)));
  expect(more.map(idOf).sort()).toEqual(kept.sort());
  for (const part of ["tagged", "members"] as const)
    expect(end[part]).toEqual(inOrder([...work[part].values()]));
  expectMade(start, end);
}

const byId = (rows: Row[]) => rows.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
const inOrder = (rows: Row[]) => {
  const place = (row: Row) => String(row.segment_id ?? row.contact_id) + String(row.tag_id ?? row.contact_id);
  return rows.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
};

/** What the import made stays only where a contact that stays has it: a tag, a list, a value of a field. */
function expectMade(start: Copied, end: Copied): void {
  const among = (rows: Row[], name: string) => new Set(rows.map((row) => String(row[name])));
  const [tagged, listed] = [among(end.tagged, "tag_id"), among(end.members, "segment_id")];
  const held = new Set(end.contacts.flatMap(({ custom_fields: custom }) => Object.keys(custom as Row)));
  for (const [table, has] of [
    ["tags", (row: Row) => tagged.has(idOf(row))],
    ["lists", (row: Row) => listed.has(idOf(row))],
    ["fields", (row: Row) => held.has(String(row.field_name))],
  ] as const) {
    const before = among(start[table], "id");
    const counted = (row: Row) =>
      table === "lists"
        ? { ...row, contact_count: end.members.filter((m) => m.segment_id === row.id).length }
        : row;
    expect(end[table].filter((row) => before.has(idOf(row)))).toEqual(start[table].map(counted));
    for (const row of end[table]) if (!before.has(idOf(row))) expect(has(row)).toBe(true);
  }
}

/** Each row ends somehow; of a contact that is there every field is as it was before, or named as somebody's. */
function expectToldOf(fates: readonly Fate[]): void {
  for (const { type, was, goal, now, outcome } of fates) {
    const [what = "", reason = "", fields = ""] = outcome.split(":");
    expect(["delete", "restore", "untag", "leave", "keep"]).toContain(what);
    if (type === "created")
      expect([what, reason !== ""]).toEqual(now ? ["keep", true] : [what, what === "keep"]);
    if (!now) continue;
    if (type !== "updated") continue;
    const named = fields.split(",");
    const wrote = Object.keys({ ...was, ...goal }).filter((name) => !isSame(was?.[name], goal[name]));
    const stays = wrote.filter((name) => !isSame(now[name], was?.[name]) && !named.includes(name));
    expect({ outcome, was, goal, now, stays }).toEqual({ outcome, was, goal, now, stays: [] });
  }
}

/** What the page says an undo would do: the sum of what it would do to four contacts at a time. */
async function foresee(tenant: TestTenant, id: string): Promise<UndoReport> {
  const parts: UndoForecast[] = [];
  for (let after: string | null = null; parts.length === 0 || after; after = parts.at(-1)?.next ?? null)
    parts.push(await withTenant(tenant.scope, (tx) => forecastUndo(tx, id, { after, window: 4 })));
  for (const { looked, next } of parts) expect(looked).toBe(next ? 4 : looked % 4);
  return sumOfReports(parts.map(({ report }) => report));
}

/** Which fields stay because contacts that stay hold them shows when the undo has ended. */
const told = ({ stays, ...report }: UndoReport) => ({
  ...report,
  ...(stays && { stays: { ...stays, fields: expect.arrayContaining(stays.fields) as string[] } }),
});

/** Whoever said stop gets no mail, whatever was taken back: by the status, or since the address is closed. */
async function expectSilence(tenant: TestTenant, { stopped }: Handiwork): Promise<void> {
  const mailed = await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`
      select c.email from contacts c where c.id = any(${sql.param([...stopped])}::uuid[]) and c.deleted_at is null and ${mailable}`),
  );
  expect([...mailed]).toEqual([]);
}

test(
  "an import and its undo leave everything as it was, whatever the file and the choices, but for what hands did meanwhile",
  async () => {
    const hands = fc.array(hand, { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        randomFile,
        randomFile,
        randomOptions,
        hands,
        fc.boolean(),
        async (before, file, options, each, beside) => {
          const tenant = await prepare(before);
          const start = await copyOf(tenant.scope);
          const checked = await check(tenant, await contentOf(file), { ...options, fileName: file.form });
          const work = noHands(start);
          await runAmong(tenant, checked.id, { hands: each, beside, work });
          const foreseen = await foresee(tenant, checked.id);
          const { canUndo } = await detailOf(tenant, checked.id);
          // Nothing but bad rows: there is nothing to take back.
          if (canUndo)
            expect(await undoFile(tenant, checked.id, 3)).toMatchObject({
              status: "rolled_back",
              undoReport: { ...told(foreseen), failed: 0 },
            });
          expectExact(start, await copyOf(tenant.scope), work);
          if (canUndo) expectToldOf(await fatesOf(tenant.scope, checked.id));
          await expectSilence(tenant, work);
        },
      ),
      { ...many, ...(seed && { seed: Number(seed) }), ...(path && { path }) },
    );
  },
  120_000 + numRuns * 10_000,
);
