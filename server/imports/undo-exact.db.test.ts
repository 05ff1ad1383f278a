import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type TenantTx, withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { deleteContacts } from "#server/contacts/lifecycle";
import { addTag, editContactField, removeTag } from "#server/contacts/mutations";
import { addMembers } from "#server/lists/mutations";
import { finishImport, importSlices } from "./run.ts";
import { begin, check, detailOf, importFile, takeOver, type TestTenant, undoFile } from "./testing.ts";
import { type Copied, copyOf, type Row } from "./testing-copy.ts";
import {
  address,
  contentOf,
  type Hand,
  hand,
  levels,
  randomFile,
  type RandomFile,
  randomOptions,
} from "./testing-random.ts";
import { previewUndo } from "./undo-plan.ts";

/*
 * As many files as some seconds let; UNDO_RUNS asks for so many, however long they take. UNDO_SEED and UNDO_PATH, which
 * a failure names, replay it.
 */
const { UNDO_RUNS: runs, UNDO_SEED: seed, UNDO_PATH: path } = process.env;
const numRuns = Number(runs ?? 30);
const many = runs
  ? { numRuns, endOnFailure: true }
  : { numRuns, interruptAfterTimeLimit: 5000, markInterruptAsFailure: false };

const byHand = "By hand";
type Act = Hand["act"];
type Meeting = { id: string; actorId: string };

const set =
  (field: string) =>
  async (tx: TenantTx, { id, actorId }: Meeting) => {
    const [row] = await tx.execute<{ seen: string }>(sql`
      select coalesce(to_jsonb(c) ->> ${field}::text, c.custom_fields ->> ${field.slice("custom.".length)}::text, '') as seen
      from contacts c where id = ${id}::uuid for update`);
    await editContactField(tx, { id, field, seen: row?.seen ?? "", value: byHand }, actorId);
  };

/** What people do to a contact, by the functions of the pages. */
const acts: Record<Act, (tx: TenantTx, meeting: Meeting) => Promise<unknown>> = {
  first_name: set("first_name"),
  company: set("company"),
  plan: set("custom.plan"),
  delete: (tx, { id, actorId }) => deleteContacts(tx, [id], { actorId }),
  tag: (tx, { id, actorId }) => addTag(tx, { id, tag: "hand" }, actorId),
  untag: (tx, { id, actorId }) => removeTag(tx, { id, tag: "vip" }, actorId),
  list: async (tx, { id, actorId }) => {
    const [list] = await tx.execute<{ id: string }>(sql`select id from segments where name = 'Hand'`);
    await addMembers(tx, { id: list?.id ?? "", contactIds: [id], author: { actorId } });
  },
};

/** What hands did: of each contact that one met, by its id. */
type Done = Map<string, Act[]>;

async function act(tenant: TestTenant, done: Done, hands: readonly Hand[]): Promise<void> {
  for (const { who, act: name } of hands) {
    const met = await withTenant(tenant.scope, async (tx) => {
      const [row] = await tx.execute<{ id: string; tagged: boolean }>(sql`
        select id, exists (select 1 from contact_tags ct join tags t on t.id = ct.tag_id
          where ct.contact_id = c.id and t.name = 'vip') as tagged
        from contacts c where email_normalized = ${address(who)} and deleted_at is null for update`);
      // Taking a tag off somebody who does not carry it is nothing.
      if (!row || (name === "untag" && !row.tagged)) return null;
      await acts[name](tx, { id: row.id, actorId: tenant.userId });
      return row.id;
    });
    if (met) done.set(met, [...(done.get(met) ?? []), name]);
  }
}

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

type Case = { hands: readonly Hand[]; beside: boolean; done: Done };

/** Runs an import that was checked, in small slices, with hands between them or, `beside`, while they are under way. */
async function runAmong(tenant: TestTenant, id: string, { hands, beside, done }: Case): Promise<void> {
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  if (beside) {
    const during = hands.filter(({ when }) => when >= 0);
    const slices = importSlices(tenant.scope, id, fence, { bytes: 100 });
    const [run] = await Promise.all([slices, act(tenant, done, during)]);
    expect(run).toMatchObject({ done: true });
  } else {
    for (let slice = 0; ; slice++) {
      await act(
        tenant,
        done,
        hands.filter(({ when }) => when === slice),
      );
      const run = await importSlices(tenant.scope, id, fence, { bytes: 100, slicesMax: 1 });
      if (run.done) break;
    }
  }
  await finishImport(tenant.scope, id, fence);
  await act(
    tenant,
    done,
    hands.filter(({ when }) => when === -1),
  );
}

/** A contact as it would be had there been hands only. */
function edited(row: Row, done: readonly Act[]): Row {
  const custom = row.custom_fields as Row;
  return {
    ...row,
    ...(done.includes("first_name") && { first_name: byHand }),
    ...(done.includes("company") && { company: byHand }),
    ...(done.includes("plan") && { custom_fields: { ...custom, plan: byHand } }),
  };
}

const isHeld = ({ deleted_at: deleted }: Row) => deleted === null;

function expectExact(start: Copied, end: Copied, done: Done): void {
  const handsOn = (id: unknown) => done.get(String(id)) ?? [];
  const known = new Set(start.contacts.map(({ id }) => id));
  const wanted = start.contacts.filter(({ id }) => !handsOn(id).includes("delete"));
  expect(end.contacts.filter((row) => known.has(row.id) && isHeld(row))).toEqual(
    wanted.map((row) => edited(row, handsOn(row.id))),
  );
  // Whom the import brought is gone, but for those on whom somebody laid hands: nobody's edit is lost.
  const brought = [...done].filter(([id]) => !known.has(id));
  const kept = brought.filter(([, each]) => !each.includes("delete")).map(([id]) => id);
  const more = end.contacts.filter((row) => !known.has(row.id) && isHeld(row));
  expect(more.map(({ id }) => id).sort()).toEqual(kept.sort());
  expectTagsAndLists(start, end, handsOn);
  expectFields(start, end);
}

function expectTagsAndLists(start: Copied, end: Copied, handsOn: (id: unknown) => readonly Act[]): void {
  const idOf = (rows: Row[], name: string) => rows.find((row) => row.name === name)?.id;
  expect(end.tags).toEqual(start.tags);
  const vip = idOf(start.tags, "vip");
  const tag = idOf(start.tags, "hand");
  const untagged = (row: Row) => row.tag_id === vip && handsOn(row.contact_id).includes("untag");
  expect(end.tagged.filter((row) => row.tag_id !== tag)).toEqual(
    start.tagged.filter((row) => !untagged(row)),
  );

  const list = idOf(start.lists, "Hand");
  const membersOf = (rows: Row[]) => rows.filter((row) => row.segment_id === list);
  expect(end.lists).toEqual(
    start.lists.map((row) =>
      row.id === list ? { ...row, contact_count: membersOf(end.members).length } : row,
    ),
  );
  expect(end.members.filter((row) => row.segment_id !== list)).toEqual(start.members);
  for (const [rows, name] of [
    [end.tagged.filter((row) => row.tag_id === tag), "tag"],
    [membersOf(end.members), "list"],
  ] as const)
    for (const row of rows) expect(handsOn(row.contact_id)).toContain(name);
}

/** A field that the import made stays only where a contact that stays holds it. */
function expectFields(start: Copied, end: Copied): void {
  const before = new Set(start.fields.map(({ id }) => id));
  expect(end.fields.filter(({ id }) => before.has(id))).toEqual(start.fields);
  const held = new Set(end.contacts.flatMap(({ custom_fields: custom }) => Object.keys(custom as Row)));
  for (const { id, field_name: name } of end.fields) if (!before.has(id)) expect([...held]).toContain(name);
}

test(
  "an import and its undo leave everything as it was, whatever the file and the choices, but for what hands did meanwhile",
  async () => {
    const hands = fc.array(hand, { maxLength: 5 });
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
          const done: Done = new Map();
          await runAmong(tenant, checked.id, { hands: each, beside, done });
          const foreseen = await withTenant(tenant.scope, (tx) => previewUndo(tx, checked.id));
          const { canUndo } = await detailOf(tenant, checked.id);
          // Nothing but bad rows: there is nothing to take back.
          if (canUndo)
            expect(await undoFile(tenant, checked.id, 3)).toMatchObject({
              status: "rolled_back",
              undoReport: { ...foreseen, failed: 0 },
            });
          expectExact(start, await copyOf(tenant.scope), done);
        },
      ),
      { ...many, ...(seed && { seed: Number(seed) }), ...(path && { path }) },
    );
  },
  120_000 + numRuns * 2000,
);
