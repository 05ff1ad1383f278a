import { sql } from "drizzle-orm";
import { currentTenant, currentWorkspace } from "#db/schema/columns";
import type { TenantTx } from "#db/tenancy";
import {
  addTags,
  addToLists,
  type ListCount,
  recordLists,
  recordTags,
  takeEarlierLists,
  takeEarlierTags,
} from "./attach.ts";
import { asStored, column, stricterStatus } from "./contact-fields.ts";
import { compareKnown, correctEvents, dropEarlierRefusals, openTouched, writeChanges } from "./merge.ts";
import type { Plan } from "./plan.ts";
import { byIndexOrder, contactOf, openStaging, stageRows, withholdConsent } from "./staging.ts";
import type { Candidate } from "./validate.ts";

/**
 * What a slice of rows did, or would do. `repeated` counts rows that a later row of the file replaces, `existing` those
 * of people who are left alone, `refused` those that count as errors because the person is here.
 */
export type Outcome = {
  created: number;
  updated: number;
  unchanged: number;
  existing: number;
  refused: number;
  repeated: number;
};

export type Target = {
  plan: Plan;
  /** Tags for every row. */
  tagIds: readonly string[];
  /** Ids of the tags that rows bring themselves, by name. */
  rowTags: ReadonlyMap<string, string>;
  /** Ids of the lists that rows name themselves, by name. */
  rowLists: ReadonlyMap<string, string>;
  /** The list for every row. */
  listId: string | null;
};

/** The outcome of written rows, with those that were refused, and by how much lists have grown. */
export type Applied = Outcome & { refusals: Refusal[]; listed: ListCount[] };

/** A row that was refused because its person is here, by its line. */
export type Refusal = { line: number; email: string };

/**
 * Writes candidates: new contacts, changed ones, tags, list members and the events that undo them. A row whose address
 * an earlier slice has had takes that row's place, as if the earlier one had not been there. Run in the transaction
 * that moves the checkpoint.
 */
export async function applyRows(
  tx: TenantTx,
  candidates: readonly Candidate[],
  target: Target,
): Promise<Applied> {
  const { plan } = target;
  const rows = lastOfEach(candidates);
  const repeated = candidates.length - rows.length;
  const tagged = target.tagIds.length > 0 || rows.some(({ tags }) => tags.length > 0);
  const [clock] = await tx.execute<{ now: string }>(sql`select (app_now() at time zone 'UTC')::text as now`);
  await openStaging(tx, plan);
  await stageRows(tx, rows, plan, {
    now: clock?.now ?? "",
    tagIds: tagIdsOf(target),
    listIds: listIdsOf(target),
    logged: true,
  });
  await withholdConsent(tx, plan, "staged");
  const created = await createMissing(tx, target, rows.length);
  if (tagged) await addTags(tx, plan.importId);
  const onLists = target.listId !== null || rows.some(({ lists }) => lists.length > 0);
  const listed = onLists ? await addToLists(tx, plan.importId) : [];
  const nothing = { updated: 0, unchanged: 0, existing: 0, refused: 0, refusals: [] };
  if (created === rows.length) return { ...nothing, created, repeated, listed };
  const known = await applyKnown(tx, target, { onLists });
  return {
    ...known,
    created: created + known.created,
    repeated: repeated + known.repeated,
    listed: [...listed, ...known.listed],
  };
}

/** Of each address the last row, in the order in which everybody locks addresses. */
function lastOfEach(candidates: readonly Candidate[]): Candidate[] {
  const last = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { emailNormalized } = candidate;
    last.set(emailNormalized, keepStops(last.get(emailNormalized), candidate));
  }
  return [...last.values()].sort((a, b) => (a.emailNormalized < b.emailNormalized ? -1 : 1));
}

/** A row in the place of an earlier one. That somebody wants no mail holds, whichever of both says so. */
function keepStops(earlier: Candidate | undefined, later: Candidate): Candidate {
  const stood = earlier?.values.status;
  if (!earlier || stood === undefined) return later;
  const status = stricterStatus(stood, later.values.status);
  const stops = [...(earlier.stops ?? []), stood, ...(later.values.status ? [later.values.status] : [])];
  return { ...later, values: { ...later.values, status }, stops };
}

function tagIdsOf({ tagIds, rowTags }: Target) {
  return ({ tags }: Candidate): readonly string[] => {
    if (tags.length === 0) return tagIds;
    const own = tags.map((name) => rowTags.get(name)).filter((id) => id !== undefined);
    return [...new Set([...tagIds, ...own])];
  };
}

function listIdsOf({ listId, rowLists }: Target) {
  const all = listId === null ? [] : [listId];
  return ({ lists }: Candidate): readonly string[] => {
    if (lists.length === 0) return all;
    const own = lists.map((name) => rowLists.get(name)).filter((id) => id !== undefined);
    return [...new Set([...all, ...own])];
  };
}

const scopeColumns = sql`tenant_id, workspace_id, created_at`;
const scopeValues = sql`${currentTenant}, ${currentWorkspace}, (select app_now())`;

/**
 * Adds the contacts that are missing, each with its event, and moves the rows of the others to `known`. The unique
 * index says who is missing, so that no plan is needed and nobody can be added in between. Returns how many were added.
 */
async function createMissing(tx: TenantTx, { plan }: Target, rows: number): Promise<number> {
  const columns = sql.join(
    plan.fields.map((field) => sql`${column(field)}, `),
    sql``,
  );
  const values = sql.join(
    plan.fields.map((field) => sql`${asStored(field, column(field, "s"))}, `),
    sql``,
  );
  const isPlain = Object.keys(plan.defaults).length === 0;
  const custom = isPlain ? sql`s.custom` : sql`${JSON.stringify(plan.defaults)}::jsonb || s.custom`;
  const wrote = isPlain ? sql`s.wrote` : sql`jsonb_set(s.wrote, '{custom_fields}', ${custom})`;
  await tx.execute(sql`create temporary table known (like staged) on commit drop`);
  // The defaults of these columns, asked for once: as defaults they would be worked out for each row.
  const [made] = await tx.execute<{ created: number }>(sql`
    with made as (
      insert into contacts (${scopeColumns}, updated_at, id, email, email_normalized, ${columns} custom_fields, first_source_import_id)
      select ${scopeValues}, (select app_now()), s.contact_id, s.email, s.email_normalized, ${values} ${custom}, ${plan.importId}::uuid
      from staged s
      on conflict (tenant_id, workspace_id, email_normalized) where deleted_at is null do nothing
      returning id),
    rest as (
      insert into known select s.* from staged s where not exists (select 1 from made where made.id = s.contact_id))
    select count(*)::int as created from made`);
  const created = made?.created ?? 0;
  if (created < rows) await tx.execute(sql`delete from staged s using known k where k.row_no = s.row_no`);
  await tx.execute(sql`
    insert into import_events (${scopeColumns}, import_job_id, contact_id, contact_email, row_no, event_type, new_data,
      contact_version, tags_added, segments_added)
    select ${scopeValues}, ${plan.importId}::uuid, s.contact_id, s.email_normalized, s.row_no, 'created', ${wrote}, 1, s.tag_ids, s.list_ids
    from staged s`);
  return created;
}

/** What the rows in `known` do to contacts that are here. */
async function applyKnown(tx: TenantTx, target: Target, { onLists }: { onLists: boolean }): Promise<Applied> {
  const { plan } = target;
  await findKnown(tx);
  await openTouched(tx);
  await compareKnown(tx, plan, { lock: true });
  const outcome = await countOutcome(tx, plan);
  await writeChanges(tx, plan);
  if (outcome.repeated > 0) await takeEarlierTags(tx, plan.importId);
  const listed = outcome.repeated > 0 ? await takeEarlierLists(tx, plan.importId) : [];
  await recordTags(tx, target);
  if (onLists) listed.push(...(await recordLists(tx, plan.importId)));
  await correctEvents(tx, plan);
  if (outcome.repeated > 0 && plan.strategy === "error") await dropEarlierRefusals(tx, plan.importId);
  const refusals =
    plan.strategy === "error"
      ? await tx.execute<Refusal>(sql`
          select k.row_no as line, k.email from touched t join known k on k.row_no = t.row_no where t.kind = 'refused' order by 1`)
      : [];
  return { ...outcome, refusals: [...refusals], listed };
}

async function findKnown(tx: TenantTx): Promise<void> {
  await byIndexOrder(tx, sql`update known last set contact_id = ${contactOf}`);
  // Without statistics the planner takes a temporary table for a small one.
  await tx.execute(sql`analyze known (row_no, contact_id)`);
  const [gone] = await tx.execute(sql`select 1 from known where contact_id is null limit 1`);
  if (!gone) return;
  // Asks for the whole slice to be run again.
  await tx.execute(sql`do $$ begin
    raise sqlstate '40001' using message = 'A contact was deleted while its row was imported.'; end $$`);
}

/** Counts rows; one that replaces a row of an earlier slice takes over its count, and the earlier one is repeated. */
export async function countOutcome(tx: TenantTx, { strategy }: Plan): Promise<Outcome> {
  const [row] = await tx.execute<{
    created: number;
    updated: number;
    rest: number;
    refused: number;
    repeated: number;
  }>(sql`
    select count(*) filter (where kind = 'created') - count(*) filter (where earlier = 'created') as created,
      count(*) filter (where kind = 'updated') - count(*) filter (where earlier = 'updated') as updated,
      count(*) filter (where kind = 'skipped') - count(*) filter (where earlier = 'skipped') as rest,
      count(*) filter (where kind = 'refused') as refused, count(event_id) as repeated
    from touched`);
  const { created = 0, updated = 0, rest = 0, refused = 0, repeated = 0 } = row ?? {};
  const counted = { created, updated, unchanged: 0, existing: 0, refused: 0, repeated };
  if (strategy === "skip") return { ...counted, existing: rest };
  // Under "error" a row that was left alone earlier was a refused one, which this one replaces.
  if (strategy === "error") return { ...counted, refused: refused + rest };
  return { ...counted, unchanged: rest };
}
