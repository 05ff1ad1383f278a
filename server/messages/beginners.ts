import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { StepGraph } from "#server/enrollments/steps";
import { exactMax } from "#server/planner/forecast";
import { anybody, type Person } from "#server/planner/persons";
import type { FirstTest } from "./first-test.ts";
import { type FirstEmail, firstEmailOf } from "./follow-ups.ts";
import { isUndisturbed, mailable } from "./mailable.ts";
import { loadPeople, personColumns, type PersonRow } from "./people.ts";
import type { Sending } from "./sending.ts";

/** Whom `who` (over `contacts c`) chooses, `count` of them who get mail, begin a campaign at `from` (epoch ms). */
export type Beginning = {
  from: number;
  count: number;
  who: SQL;
  /** Everybody comes at the start, and not one by one. */
  together?: boolean;
};

/** `snoozed_until` is null where that is over by the start. */
export type BeginnerRow = PersonRow & { snoozed_until: Date | null };

/** `people`: those who get an email at all, due for their first one; `firsts`: of everybody. */
export type Beginners = {
  rows: readonly BeginnerRow[];
  people: Person[];
  firsts: { id: string; first: FirstEmail | null }[];
};

/** As many of them as are planned one by one. Whoever is not to be disturbed gets nothing, and is not among them. */
export async function loadBeginners(
  tx: TenantTx,
  sending: Sending,
  { graph, tested }: { graph: StepGraph; tested: FirstTest | null },
  beginning: Beginning,
): Promise<Beginners> {
  const { skipping, personal, course } = sending;
  const { from } = beginning;
  const rows = await beginnerRows(tx, beginning);
  const known = await loadPeople(tx, sending, rows);
  const { zone } = course.campaign;
  // Whom a triggered campaign is for may not be here yet.
  if (known.length === 0) known.push({ ...anybody, id: "somebody", dueAt: from, window: personal, zone });
  const backAt = new Map(rows.map((row) => [row.id, row.snoozed_until?.getTime()]));
  const begun = known.map((person, index) => ({
    person,
    first: firstEmailOf(tested?.graphs[index % tested.graphs.length] ?? graph, {
      at: from,
      person,
      skipping,
      snoozedUntil: backAt.get(person.id),
    }),
  }));
  return {
    rows,
    people: begun.flatMap(({ person, first }) => (first ? [{ ...person, dueAt: first.at }] : [])),
    firsts: begun.map(({ person, first }) => ({ id: person.id, first })),
  };
}

/**
 * Those who are snoozed come last, the first ones to be back before the others: what lies beyond these rows is reckoned from
 * the last of them on. Who comes to a triggered campaign by and by is taken not to be.
 */
async function beginnerRows(
  tx: TenantTx,
  { from, count, who, together = true }: Beginning,
): Promise<BeginnerRow[]> {
  const start = sql`${new Date(from).toISOString()}::timestamptz`;
  const limit = Math.min(count, exactMax);
  const select = (which: SQL, size: number) =>
    tx.execute<BeginnerRow>(sql`
      select c.id, ${start} as due_at, null as account_id, null as wait_reason, ${personColumns},
        case when c.snoozed_until > ${start} then c.snoozed_until end as snoozed_until
      from contacts c where (${who}) and ${mailable} and not ${isUndisturbed} and ${which} limit ${size}`);
  const rows = await select(sql`coalesce(c.snoozed_until <= ${start}, true) order by c.id`, limit);
  if (!together || rows.length === limit) return rows;
  const snoozed = sql`c.snoozed_until > ${start} order by c.snoozed_until, c.id`;
  return [...rows, ...(await select(snoozed, limit - rows.length))];
}
