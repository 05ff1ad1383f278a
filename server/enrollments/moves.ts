import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { cancelAhead } from "#server/drafts/standing";
import type { Move, Place, Plan } from "./advance.ts";
import { lookUpByKeys } from "./slice.ts";
import type { EngineStep } from "./steps.ts";

type Counts = { moved: number; ended: number };

/** Of those who go each at their own moment so many are moved by one statement; of those who go together, as many. */
const chunk = 200;
const chunkTogether = 5_000;

/**
 * Places and log, set by set. Who has left the step meanwhile is passed over. Whoever calls this has woken the steps
 * that are reached (`duesOf`) in the same transaction.
 */
export async function applyMoves(tx: TenantTx, plan: Plan): Promise<Counts> {
  const total = { moved: 0, ended: 0 };
  await lookUpByKeys(tx);
  const { together, apart } = waysOf(plan);
  const count = ({ moved, ended }: Counts) => {
    total.moved += moved;
    total.ended += ended;
  };
  for (const { way, ids } of together)
    for (let from = 0; from < ids.length; from += chunkTogether)
      count(await moveTogether(tx, plan, way, ids.slice(from, from + chunkTogether)));
  for (let from = 0; from < apart.length; from += chunk)
    count(await moveApart(tx, plan, apart.slice(from, from + chunk)));
  if (total.ended > 0) await cancelAhead(tx, through(plan));
  return total;
}

/** Those whose way ends with their move. */
const through = ({ moves, places }: Plan): string[] =>
  moves.flatMap(({ enrollmentId }, index) => (places[index]?.target ? [] : [enrollmentId]));

type Way = Place & { outcome: string; at: number };
type Going = { move: Move; place: Place };

/** Most who leave a step at once take one of few ways at the same moment; who has a message to name goes apart. */
function waysOf({ moves, places }: Plan): { together: { way: Way; ids: string[] }[]; apart: Going[] } {
  const ways = new Map<string, { way: Way; ids: string[]; going: Going[] }>();
  const apart: Going[] = [];
  for (const [index, move] of moves.entries()) {
    const place = places[index] ?? { target: null, due: null, reason: null };
    const going = { move, place };
    if (move.messageId !== undefined) {
      apart.push(going);
      continue;
    }
    const { outcome, at } = move;
    const key = [place.target?.id, place.due?.at, place.due?.local, place.reason, outcome, at].join(" ");
    const same = ways.get(key) ?? { way: { ...place, outcome, at }, ids: [], going: [] };
    same.ids.push(move.enrollmentId);
    same.going.push(going);
    ways.set(key, same);
  }
  const together = [...ways.values()].filter(({ ids }) => ways.size <= 4 || ids.length > chunk);
  const others = [...ways.values()].filter((way) => !together.includes(way));
  return { together, apart: [...apart, ...others.flatMap(({ going }) => going)].sort(inOrder) };
}

const inOrder = (a: Going, b: Going) => (a.move.enrollmentId < b.move.enrollmentId ? -1 : 1);
const iso = (at: number) => new Date(at).toISOString();
/**
 * Steps are asked for by a case, which no index answers: else, where few seem to stand or to have stood at one, all who do are
 * read for each slice of them, or for each of them.
 */
const stands = (step: EngineStep) => sql`
  case when e.current_step_id = ${step.id}::uuid and e.status in ('enrolled', 'active', 'paused') then true else false end`;

/** What a move writes; each value is SQL: a constant, or a column of the row that says where each one goes. */
type Written = Record<
  "target" | "due" | "dueLocal" | "reason" | "outcome" | "at" | "messageId" | "visit",
  SQL
>;

/** Once for each statement, not for each row. */
const now = sql`(select app_now())`;

// Those with a default are named, too: that would be asked for row by row.
const logColumns = sql`tenant_id, workspace_id, created_at, campaign_id, enrollment_id, contact_id, step_id, run_number, visit,
  entered_at, left_at, outcome, next_step_id, message_id`;

const logged = ({ graph, step }: Plan, to: Written) => sql`
  select h.tenant_id, h.workspace_id, ${now}, ${graph.campaignId}::uuid, h.id, h.contact_id, ${step.id}::uuid, h.run_number, h.visit, h.entered_at, ${to.at},
    ${to.outcome}, ${to.target}, ${to.messageId} from here h`;

const moved = ({ graph }: Plan, to: Written) => sql`
  current_step_id = ${to.target}, next_email_scheduled_at = ${to.due}, due_local = ${to.dueLocal}, wait_reason = ${to.reason},
  status = case when ${to.target} is null then 'completed' when e.status = 'paused' then 'paused' else 'active' end,
  completed_at = case when ${to.target} is null then ${to.at} end, entered_step_at = ${to.at}, tz_used = ${graph.zone},
  wait_until = null, awaiting_message_id = null, attempts = 0, steps_completed = e.steps_completed + 1,
  last_message_id = coalesce(${to.messageId}, e.last_message_id),
  last_email_sent_at = case when ${to.outcome} = 'sent' then ${to.at} else e.last_email_sent_at end,
  total_emails_sent = e.total_emails_sent + (${to.outcome} = 'sent')::int, updated_at = ${now},
  visit = ${to.visit}`;

/** The step being left is in the log of the same statement, which it cannot see: a step never leads to itself. */
const visitOf = (target: SQL) => sql`1 + (select count(*) from enrollment_step_log l
    where l.tenant_id = e.tenant_id and l.enrollment_id = e.id and l.run_number = e.run_number
      and case when l.step_id = ${target} then true else false end)`;

/** Asked once for all who go together: at a step that nobody has left, everybody is for the first time. */
const hasBeenLeft = (target: SQL) =>
  sql`(select exists (select from enrollment_step_log l where l.step_id = ${target}))`;

const counted = sql`
  select count(*)::int as moved, (count(*) filter (where status = 'completed'))::int as ended from moved`;

/** Nothing is joined, and no list tells its length: without statistics, too, rows are looked up by their ids. */
async function moveTogether(tx: TenantTx, plan: Plan, way: Way, ids: readonly string[]): Promise<Counts> {
  const { target, due, reason, outcome, at } = way;
  const next = sql`${target?.id ?? null}::uuid`;
  const to: Written = {
    target: next,
    due: sql`${due && iso(due.at)}::timestamptz`,
    dueLocal: sql`${due?.local ?? null}::timestamp`,
    reason: sql`${reason}::text`,
    outcome: sql`${outcome}::text`,
    at: sql`${iso(at)}::timestamptz`,
    messageId: sql`null::uuid`,
    visit: sql`case when ${hasBeenLeft(next)} then ${visitOf(next)} else 1 end`,
  };
  const [counts] = await tx.execute<Counts>(sql`
    with here as materialized (
      select e.id, e.tenant_id, e.workspace_id, e.contact_id, e.run_number, e.visit, coalesce(e.entered_step_at, e.enrolled_at) as entered_at
      from campaign_contacts e
      where e.id = any(array(select unnest(${sql.param(ids)}::uuid[]))) and ${stands(plan.step)}
      order by e.id for no key update
    ), logged as (insert into enrollment_step_log (${logColumns}) ${logged(plan, to)}),
    moved as (
      update campaign_contacts e set ${moved(plan, to)} where e.id = any(array(select id from here)) returning e.status
    ) ${counted}`);
  return counts ?? { moved: 0, ended: 0 };
}

async function moveApart(tx: TenantTx, plan: Plan, going: readonly Going[]): Promise<Counts> {
  const column = (value: (one: Going) => string | null) => sql.param(going.map(value));
  const to: Written = {
    target: sql`h.target`,
    due: sql`h.due`,
    dueLocal: sql`h.due_local`,
    reason: sql`h.reason`,
    outcome: sql`h.outcome`,
    at: sql`h.at`,
    messageId: sql`h.message_id`,
    visit: visitOf(sql`h.target`),
  };
  const [counts] = await tx.execute<Counts>(sql`
    with moves as materialized (
      select * from unnest(
        ${column(({ move }) => move.enrollmentId)}::uuid[], ${column(({ place }) => place.target?.id ?? null)}::uuid[],
        ${column(({ place }) => place.due && iso(place.due.at))}::timestamptz[],
        ${column(({ place }) => place.due?.local ?? null)}::timestamp[],
        ${column(({ place }) => place.reason)}::text[], ${column(({ move }) => move.outcome)}::text[],
        ${column(({ move }) => iso(move.at))}::timestamptz[], ${column(({ move }) => move.messageId ?? null)}::uuid[]
      ) as m(enrollment_id, target, due, due_local, reason, outcome, at, message_id)
    ), here as materialized (
      select e.id, e.tenant_id, e.workspace_id, e.contact_id, e.run_number, e.visit, coalesce(e.entered_step_at, e.enrolled_at) as entered_at, m.*
      from moves m cross join lateral (
        select * from campaign_contacts e where e.id = m.enrollment_id and ${stands(plan.step)} limit 1 for no key update
      ) e
    ), logged as (insert into enrollment_step_log (${logColumns}) ${logged(plan, to)}),
    moved as (
      update campaign_contacts e set ${moved(plan, to)}
      from here h where e.id = h.id and e.id = any(array(select id from here)) returning e.status
    ) ${counted}`);
  return counts ?? { moved: 0, ended: 0 };
}
