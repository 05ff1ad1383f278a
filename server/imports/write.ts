import { type SQL, sql } from "drizzle-orm";
import { setTimeout as sleep } from "node:timers/promises";
import type { TenantTx } from "#db/tenancy";
import { ensureLists } from "#server/lists/mutations";
import { AppError } from "#server/errors";
import { ensureTags } from "#server/tags/mutations";
import { applyRows, type Outcome, type Refusal, type Target } from "./apply.ts";
import { countOnLists } from "./attach.ts";
import {
  type LineWarning,
  type RawProblem,
  recordProblems,
  recordWarnings,
  warningsMax,
} from "./problems.ts";
import type { SkipReasons } from "./queries.ts";
import { newListsMax, tooManyLists } from "./schema.ts";
import type { Checkpoint, ParsedSlice } from "./slices.ts";
import type { Candidate } from "./validate.ts";

/** Longer than a slice of the slowest import takes, and than the dry run goes without a word. */
export const leaseSeconds = 300;

/** The job went on, or ended, without this run: what its transaction wrote goes with it. */
export class Superseded extends Error {}

type Task = { target: Target; fence: number; slice: ParsedSlice; turn: Promise<void> };

/**
 * Writes a slice: contacts, tags, list members, undo events, errors, and once `turn` has come the counts and the
 * checkpoint, all in this transaction. Returns the ids of the tags and lists that its rows name. Throws Superseded when the
 * checkpoint is not where the slice begins, or the run no longer drives the job.
 */
export async function writeSlice(tx: TenantTx, { target, fence, slice, turn }: Task): Promise<Named> {
  const { importId } = target.plan;
  const names = new Set(slice.candidates.flatMap(({ tags }) => tags));
  const missing = [...names].filter((name) => !target.rowTags.has(name));
  const { ids, created } = await ensureTags(tx, missing);
  const rowTags = new Map([...target.rowTags, ...ids]);
  const lists = await missingLists(tx, target, slice);
  const rowLists = new Map([...target.rowLists, ...lists.ids]);
  const named = { ...target, rowTags, rowLists };
  const { refusals, listed, ...outcome } = await applyRows(tx, slice.candidates, named);
  await recordProblems(tx, importId, [...slice.problems, ...refusedRows(refusals, slice.candidates)]);
  const warnings = warningsOf(slice.candidates);
  // Whoever is before commits first, and holds the rows of the job and the list until then.
  await comes(tx, turn);
  const counted = await moveCheckpoint(tx, {
    importId,
    fence,
    slice,
    outcome,
    warnings: warnings.length,
    made: { tags: created, lists: lists.created },
  });
  const room = Math.max(0, warningsMax - (counted - warnings.length));
  await recordWarnings(tx, importId, warnings.slice(0, room));
  await countOnLists(tx, listed);
  return { tags: ids, lists: lists.ids };
}

/** Ids by name. */
export type Named = { tags: ReadonlyMap<string, string>; lists: ReadonlyMap<string, string> };

/** The lists that the rows of a slice name and nobody has looked up yet; those that are missing are made. */
async function missingLists(tx: TenantTx, { plan, rowLists }: Target, slice: ParsedSlice) {
  const names = new Set(slice.candidates.flatMap(({ lists }) => lists));
  const missing = [...names].filter((name) => !rowLists.has(name));
  return ensureLists(tx, missing, plan.importId);
}

const turnMs = 30_000;

/**
 * Waits for `turn`. Postgres cannot see that wait: when somebody else's locks tie this slice to the one before it, both
 * would stand still. So after a while this one lets go of everything and begins anew.
 */
async function comes(tx: TenantTx, turn: Promise<void>): Promise<void> {
  const timer = new AbortController();
  // It is broken off when the turn has come, and that is all that can fail.
  const late = sleep(turnMs, true, { signal: timer.signal }).catch(() => false);
  const gaveUp = await Promise.race([turn.then(() => false), late]).finally(() => timer.abort());
  if (gaveUp)
    await tx.execute(sql`do $$ begin
      raise sqlstate '40001' using message = 'The slice before this one takes too long.'; end $$`);
}

function refusedRows(refusals: readonly Refusal[], candidates: readonly Candidate[]): RawProblem[] {
  const byLine = new Map(candidates.map((candidate) => [candidate.line, candidate]));
  return refusals.map(({ line, email }) => {
    const { row = 0, raw = [] } = byLine.get(line) ?? {};
    return { row, line, field: "email", value: email, code: "exists", message: alreadyHere(email), raw };
  });
}

export const alreadyHere = (email: string) =>
  `${email} is here already, and this import was to take new people only. Leave the row out, or import it with another choice.`;

export const warningsOf = (candidates: readonly Candidate[]): LineWarning[] =>
  candidates.flatMap(({ line, warnings }) => warnings.map((warning) => ({ ...warning, line })));

/** The options of a job with what it made beside what it had made before. */
export const withMade = ({ tags, lists }: Step["made"]): SQL =>
  tags.length + lists.length === 0
    ? sql`import_options`
    : sql`jsonb_set(jsonb_set(import_options, '{made,tags}', coalesce(import_options #> '{made,tags}', '[]') || ${JSON.stringify(tags)}::jsonb),
        '{made,lists}', coalesce(import_options #> '{made,lists}', '[]') || ${JSON.stringify(lists)}::jsonb)`;

type Step = {
  importId: string;
  fence: number;
  slice: ParsedSlice;
  outcome: Outcome;
  warnings: number;
  /** Tags and lists that this slice made. */
  made: { tags: string[]; lists: string[] };
};

/** Sets counts to those of the rows up to the new checkpoint, and renews the lease. Returns the warnings so far. */
async function moveCheckpoint(
  tx: TenantTx,
  { importId, fence, slice: { to, from, problems, last }, outcome, warnings, made }: Step,
): Promise<number> {
  const checkpoint: Checkpoint = to;
  const reasons: SkipReasons = { repeated: outcome.repeated, existing: outcome.existing };
  const [row] = await tx.execute<{ warnings: number; lists: number }>(sql`
    update import_jobs set checkpoint = ${JSON.stringify(checkpoint)}::jsonb, checkpoint_row = ${to.row}, processed_rows = ${to.row},
      total_rows = case when ${last} then ${to.row} else total_rows end,
      created_count = created_count + ${outcome.created}, updated_count = updated_count + ${outcome.updated},
      imported_count = imported_count + ${outcome.created + outcome.updated},
      unchanged_count = unchanged_count + ${outcome.unchanged},
      skipped_count = skipped_count + ${outcome.existing + outcome.repeated},
      error_count = error_count + ${problems.length + outcome.refused}, warning_count = warning_count + ${warnings},
      skip_reasons = jsonb_build_object(
        'repeated', coalesce((skip_reasons ->> 'repeated')::int, 0) + ${reasons.repeated}::int,
        'existing', coalesce((skip_reasons ->> 'existing')::int, 0) + ${reasons.existing}::int),
      import_options = ${withMade(made)},
      lease_until = app_now() + make_interval(secs => ${leaseSeconds}), wakes_at = least(wakes_at, app_now()), updated_at = app_now()
    where id = ${importId}::uuid and fence = ${fence} and status = 'processing'
      and (checkpoint ->> 'offset')::bigint = ${from.offset}
    returning warning_count as warnings, jsonb_array_length(coalesce(import_options #> '{made,lists}', '[]')) as lists`);
  if (!row) throw new Superseded("The import went on or ended without this run.");
  // Nobody saw a forecast of a scheduled import.
  if (row.lists > newListsMax) throw new AppError("limit", tooManyLists);
  return row.warnings;
}
