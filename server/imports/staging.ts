import { type SQL, sql } from "drizzle-orm";
import { randomFillSync, randomInt } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { v7 } from "uuid";
import { copyInto } from "#db/copy";
import { currentTenant } from "#db/schema/columns";
import type { TenantTx } from "#db/tenancy";
import { column, consentFields } from "./contact-fields.ts";
import type { Plan } from "./plan.ts";
import { isSuppressed } from "./suppressed.ts";
import type { Candidate } from "./validate.ts";

/**
 * What a row brings beside its own values. `now` is the clock as `contact-fields.ts` writes moments; `logged` when what
 * it writes is kept for an undo.
 */
export type Staged = { now: string; tagIds: IdsOf; listIds: IdsOf; logged: boolean };
type IdsOf = (candidate: Candidate) => readonly string[];

/** Makes the temporary table that rows are copied into; it goes with the transaction. */
export async function openStaging(tx: TenantTx, plan: Plan): Promise<void> {
  const fields = plan.fields.map((field) => sql`${column(field)} text,`);
  await tx.execute(sql`create temporary table staged (
    row_no int not null, contact_id uuid, email text collate "C" not null, email_normalized text collate "C" not null,
    ${sql.join(fields, sql` `)} changed_at text, custom jsonb not null, tag_ids uuid[] not null, list_ids uuid[] not null, wrote jsonb not null) on commit drop`);
}

/** Streams rows into `staged`. COPY into a table under row-level security is refused, into a temporary one it is not. */
export async function stageRows(
  tx: TenantTx,
  candidates: readonly Candidate[],
  plan: Plan,
  staged: Staged,
): Promise<void> {
  if (candidates.length === 0) return;
  const lines = Readable.from(copyLines(candidates, plan, staged));
  await pipeline(lines, await copyInto(tx, sql`copy staged from stdin`));
}

/**
 * Takes the consent from rows of people on the suppression list: they said stop, or their address is closed, and no file
 * knows better. `rows` is a table like `staged`.
 */
export async function withholdConsent(tx: TenantTx, plan: Plan, rows: "staged" | "known"): Promise<void> {
  if (!plan.fields.some(({ name }) => name === "consent_basis")) return;
  const [any] = await tx.execute(sql`select from suppressions limit 1`);
  if (!any) return;
  const names = consentFields.map(({ name }) => name);
  const blanks = consentFields.map((field) => sql`${column(field)} = null`);
  await tx.execute(sql`
    update ${sql.identifier(rows)} w set ${sql.join(blanks, sql`, `)}, wrote = wrote - ${sql.param(names)}::text[]
    where consent_basis is not null and ${isSuppressed(currentTenant, sql`w.email_normalized`)}`);
}

/**
 * The id of the contact with the address of a row `last`. Between an equality on the unique index and one on any
 * other index that begins with tenant and workspace, a planner without good statistics sees no difference, and may
 * read the whole workspace for each row. Only the unique index can give the first contact at or behind an address in
 * order, and `byIndexOrder` forbids to sort: whatever it believes, it is one probe per row.
 */
export const contactOf = sql`(
  select case when c.email_normalized = last.email_normalized then c.id end from contacts c
  where c.email_normalized >= last.email_normalized and c.deleted_at is null order by c.email_normalized limit 1)`;

/** Runs a statement that must read an index in its order. */
export async function byIndexOrder(tx: TenantTx, statement: SQL): Promise<void> {
  await tx.execute(sql`set local enable_sort = off`);
  await tx.execute(statement);
  await tx.execute(sql`set local enable_sort = on`);
}

function* copyLines(
  candidates: readonly Candidate[],
  plan: Plan,
  { now, tagIds, listIds, logged }: Staged,
): Generator<string> {
  const valueOf = readerOf(plan, now);
  const names = plan.fields.map(({ name }) => name);
  const hasCustom = plan.custom.size > 0;
  const nextId = idsInOrder();
  let lines = "";
  for (const candidate of candidates) {
    let line = `${candidate.line}\t${nextId()}\t${escaped(candidate.email)}\t${escaped(candidate.emailNormalized)}`;
    const state: Record<string, unknown> = {};
    for (const name of names) {
      const value = valueOf(candidate, name);
      if (value === undefined) line += "\t\\N";
      else {
        line += `\t${escaped(value)}`;
        state[name] = value;
      }
    }
    state.custom_fields = candidate.custom;
    const custom = hasCustom ? escaped(JSON.stringify(candidate.custom)) : "{}";
    const wrote = logged ? escaped(JSON.stringify(state)) : "{}";
    line += `\t${candidate.changedAt ?? "\\N"}\t${custom}\t{${tagIds(candidate).join(",")}}\t{${listIds(candidate).join(",")}}\t${wrote}\n`;
    lines += line;
    if (lines.length > 64 * 1024) {
      yield lines;
      lines = "";
    }
  }
  if (lines !== "") yield lines;
}

/** Ids that grow, so that indexes take them at their ends. Chance is fetched for many at once: alone it costs more than the rest. */
function idsInOrder(): () => string {
  const pool = new Uint8Array(16 * 256);
  let at = pool.length;
  let seq = randomInt(2 ** 31);
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    seq += 1;
    return v7({ seq, random: pool.subarray(at, (at += 16)) });
  };
}

/** A candidate's value of a field as text; undefined when there is none, or it is the default. */
function readerOf({ consent }: Plan, now: string) {
  const consents: Record<string, string | undefined> = {
    consent_basis: consent?.basis,
    consent_source: consent?.source,
    consent_at: consent ? now : undefined,
  };
  return (candidate: Candidate, name: string): string | undefined => {
    const values: Readonly<Record<string, string | undefined>> = candidate.values;
    const { status } = values;
    if (name in consents) {
      if (values.consent_basis !== undefined) return values[name];
      // Nobody who says stop consents in the same breath.
      return status === undefined ? consents[name] : undefined;
    }
    if (name.endsWith("_at")) {
      // Who may be mailed has no such moment, whatever the file says.
      const told = status === undefined ? undefined : values[name];
      const stopped = [status, ...(candidate.stops ?? [])].some((each) => `${each}_at` === name);
      return told ?? (stopped ? now : undefined);
    }
    return values[name];
  };
}

const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
/** A value in the text form of COPY. */
const escaped = (value: string) =>
  /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, (found) => escapes[found] ?? found) : value;
