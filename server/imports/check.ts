import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { countOutcome, type Outcome } from "./apply.ts";
import { endCheck } from "./checked.ts";
import { column, statusFields, statusOrder } from "./contact-fields.ts";
import { type ImportContext, loadContext } from "./context.ts";
import { corrected, keptRowsMax } from "./corrections.ts";
import { domainsWithoutMail } from "./mail-servers.ts";
import { compareKnown, openTouched } from "./merge.ts";
import type { Plan } from "./plan.ts";
import type { Forecast } from "./queries.ts";
import type { RowReading } from "./reading.ts";
import type { ColumnMapping } from "./schema.ts";
import { type FileFormat, type ParsedSlice, parseSlice, sliceBytes } from "./slices.ts";
import { type Beat, statementOf, withHeartbeat } from "./heartbeat.ts";
import { byIndexOrder, contactOf, openStaging, stageRows, withholdConsent } from "./staging.ts";
import { Tally } from "./tally.ts";
import { foreseeUnmailable } from "./unmailable.ts";
import { alreadyHere, Superseded } from "./write.ts";

type Check = ImportContext & { scope: Scope; id: string; fence: number; format: FileFormat; bytes: number };

/** Of one statement: sorting the rows of a file of gigabytes is one. */
const statementTimeoutMs = 2 * 3_600_000;

/**
 * Reads the whole file and says what importing it would do; writes nothing but the forecast. One step, since
 * rows with the same address can stand anywhere in the file; memory does not grow with it. Returns the fence of the event
 * that begins an import which nobody has to confirm.
 */
export async function checkImport(
  scope: Scope,
  id: string,
  fence: number,
  bytes = sliceBytes,
): Promise<number | null> {
  const context = await withTenant(scope, (tx) => loadContext(tx, id));
  const { format } = context.job.file_format;
  if (!format || context.job.status !== "validating" || context.job.fence !== fence) return null;
  const check: Check = { ...context, scope, id, fence, format, bytes };
  const mapping = context.job.field_mapping;
  const lists = await withTenant(scope, (tx) =>
    tx.execute<{ name: string }>(sql`select name from segments where segment_type = 'static'`),
  );
  const known = new Set(lists.map(({ name }) => name.toLowerCase()));
  const tally = new Tally(openChoices(mapping, context.reading), known);
  const found = await withHeartbeat(check, (beat) =>
    withTenant(scope, (tx) => foresee(tx, check, { tally, beat }), { statementTimeoutMs }),
  ).catch(unlessSuperseded);
  if (!found) return null;
  tally.warnOfDomains(await domainsWithoutMail(tally.domains));
  tally.warnOfChoices(mapping);
  tally.warnOfLists(mapping);
  tally.warnOfLacking(context.lacking, found.created);
  const choices = Object.fromEntries(
    [...tally.choices].map(([name, found]) => [name, found && [...found.values()]]),
  );
  const forecast: Forecast = {
    ...found,
    errors: tally.problems.count,
    problems: tally.problems.groups,
    warnings: tally.warnings.groups,
    newLists: tally.newLists,
  };
  const { bad, notMailed } = tally;
  return endCheck(scope, id, fence, { forecast, choices, bad, notMailed });
}

function unlessSuperseded(error: unknown): null {
  if (error instanceof Superseded) return null;
  throw error;
}

/** The custom fields that the import makes and whose choices it finds in the file. */
const openChoices = (mapping: readonly ColumnMapping[], { fields }: RowReading): string[] =>
  mapping.flatMap(({ target, fieldType, choices = [] }) => {
    const name = target.startsWith("custom.") ? target.slice("custom.".length) : null;
    const chosen = fieldType === "select" || fieldType === "multi_select";
    return name !== null && chosen && choices.length === 0 && !fields.has(name) ? [name] : [];
  });

type Witnesses = { tally: Tally; beat: Beat };
type Foreseen = Omit<Forecast, "errors" | "problems" | "warnings" | "newLists">;

/** Writes nothing but temporary tables. May be run again: the tally begins anew. */
async function foresee(tx: TenantTx, check: Check, { tally, beat }: Witnesses): Promise<Foreseen> {
  const { plan } = check;
  tally.clear();
  beat.statement = await statementOf(tx);
  const rows = await stageFile(tx, check, { tally, beat });
  const { refused, ...outcome } = await foreseeRows(tx, plan);
  if (refused > 0) await countRefused(tx, refused, check, tally);
  const unmailable = await foreseeUnmailable(tx, check.scope.tenantId);
  tally.notMailed = unmailable.remarks;
  return { ...outcome, rows, unmailable: unmailable.count };
}

async function stageFile(tx: TenantTx, check: Check, { tally, beat }: Witnesses): Promise<number> {
  const { plan } = check;
  const staged = { now: "", tagIds: () => [], listIds: () => [], logged: false };
  await openStaging(tx, plan);
  for await (const slice of oneAhead(slicesOf(check))) {
    await stageRows(tx, slice.candidates, plan, staged);
    tally.add(slice);
    beat.rows = slice.to.row;
    if (beat.lost) throw new Superseded("The import was cancelled, or another run checks its file.");
  }
  return beat.rows;
}

/** The file from its first row on, as it was corrected. */
async function* slicesOf(check: Check): AsyncGenerator<ParsedSlice> {
  const { job, reading, format, bytes } = check;
  const file = { folder: job.file_url, sizeBytes: job.file_size };
  let from = format.dataAt;
  for (let last = false; !last;) {
    const parsed = await parseSlice(file, { format, mapping: job.field_mapping, from, reading, bytes });
    yield corrected(parsed, check.corrections, check);
    ({ to: from, last } = parsed);
  }
}

/** Reads the next slice while Postgres takes the one before. */
async function* oneAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  for (let next = source.next(); ;) {
    const read = await next;
    if (read.done) return;
    next = source.next();
    // Its failure is met when it is awaited, unless the work ends before.
    next.catch(() => undefined);
    yield read.value;
  }
}

/** What applying everything in `staged` would do. */
async function foreseeRows(tx: TenantTx, plan: Plan): Promise<Outcome> {
  await tx.execute(sql`create temporary table known (like staged) on commit drop`);
  await byIndexOrder(
    tx,
    sql`
    insert into known select * from (
      select distinct on (email_normalized) * from staged order by email_normalized, row_no desc) last`,
  );
  await keepStops(tx, plan);
  await withholdConsent(tx, plan, "known");
  await byIndexOrder(tx, sql`update known last set contact_id = ${contactOf}`);
  // Without statistics the planner takes a temporary table for a small one.
  await tx.execute(sql`analyze known (row_no, contact_id)`);
  await openTouched(tx);
  await compareKnown(tx, plan, { lock: false });
  const outcome = await countOutcome(tx, plan);
  const [rows] = await tx.execute<{ created: number; repeated: number }>(sql`
    select count(*) filter (where contact_id is null)::int as created,
      (select count(*) from staged)::int - count(*)::int as repeated from known`);
  return { ...outcome, created: rows?.created ?? 0, repeated: rows?.repeated ?? 0 };
}

/** A row replaces the earlier ones of its address, but for what those said of somebody who wants no mail. */
async function keepStops(tx: TenantTx, plan: Plan): Promise<void> {
  if (!plan.fields.some(({ name }) => name === "status")) return;
  const moments = statusFields.filter(({ kind }) => kind === "instant");
  const latest = moments.map((field) => sql`max(${column(field)}) as ${column(field)}`);
  const sets = moments.map((field) => sql`${column(field)} = s.${column(field)}`);
  await tx.execute(sql`
    update known k set status = s.status, ${sql.join(sets, sql`, `)}
    from (select email_normalized, ${sql.join(latest, sql`, `)}, (array_agg(status order by
        status = 'archived', array_position(${sql.param([...statusOrder])}::text[], status) desc))[1] as status
      from staged where status is not null group by email_normalized) s
    where s.email_normalized = k.email_normalized`);
}

/** Rows refused because their person is here: the first of them are kept with their cells, as all bad rows are. */
async function countRefused(tx: TenantTx, refused: number, check: Check, tally: Tally): Promise<void> {
  const rows = await tx.execute<{ line: number; email: string }>(sql`
    select k.row_no as line, k.email from touched t join known k on k.row_no = t.row_no where t.kind = 'refused'
    order by 1 limit ${keptRowsMax}`);
  const problems = rows.map(({ line, email }) => ({
    line,
    field: "email",
    value: email,
    code: "exists",
    message: alreadyHere(email),
  }));
  problems.forEach((problem, at) =>
    tally.problems.addMany("exists", at === 0 ? refused - problems.length + 1 : 1, problem),
  );
  const byLine = new Map(problems.map((problem) => [problem.line, problem]));
  for await (const { candidates } of slicesOf(check)) {
    for (const { row, line, raw } of candidates) {
      const problem = byLine.get(line);
      if (problem) tally.keep({ ...problem, row, raw });
      byLine.delete(line);
    }
    if (byLine.size === 0 || tally.keepsNoMore) return;
  }
}
