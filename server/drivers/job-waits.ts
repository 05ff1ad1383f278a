import { type SQL, sql } from "drizzle-orm";
import { workerAlive } from "./lateness.ts";
import { jobsAtOnce } from "./schema.ts";

/** A run takes a job up within seconds, and holds a lease while it works; the sweeper has had its turn by then. */
const lateSeconds = 90;

const nextMinute = sql`date_trunc('minute', app_now()) + interval '1 minute'`;

/**
 * Of a mailbox's reader `d` whose time has come and that nobody works on: when the sweeper calls for it again, by the
 * minute. Null for all others.
 */
export const driverCalledAgainAt: SQL<Date | null> = sql`case
  when d.wakes_at <= app_now() - make_interval(secs => ${lateSeconds}) and (d.lease_until is null or d.lease_until <= app_now())
  then ${nextMinute} end`;

type Waiting = {
  /** The row with its driver columns. */
  row: "j" | "d";
  id: SQL;
  lane: SQL;
  /** Whether there is anything to do. */
  when: SQL;
  dueAt: SQL;
  /** The name of the job `first.id`; null where this workspace does not have it. */
  nameOfFirst: SQL;
};

const limits = JSON.stringify(jobsAtOnce);

/**
 * Joined to a row that may be waiting, as `w`: why nobody works on it, and when that changes. Nothing but the product's
 * own rows is asked, so that it holds with any server behind. No row while somebody works, or when there is nothing to do.
 */
function waitJoin({ row, id, lane, when, dueAt, nameOfFirst }: Waiting): SQL {
  const r = sql.identifier(row);
  const resting = sql`coalesce(${r}.wakes_at > app_now(), false)`;
  return sql`left join lateral (
    select case when ${resting} then 'retrying'
        when first.id is not null then 'behind_other_job'
        when ${dueAt} > app_now() - make_interval(secs => ${lateSeconds}) then 'starting'
        when ${workerAlive} then 'late' else 'no_worker' end as code,
      case when ${resting} then ${r}.wakes_at else ${nextMinute} end as until, first.lane, ${nameOfFirst} as behind
    from (
      select own.lane, case when not ${resting} then (
        select (array_agg(h.id order by h.lease_until desc, h.id))[(${limits}::jsonb ->> own.lane)::int]
        from jobs_in_hand() h where h.lane = own.lane and h.id <> ${id}) end as id
      from (select ${lane} as lane) own
    ) first
    where (${when}) and (${r}.lease_until is null or ${r}.lease_until <= app_now())
  ) w on true`;
}

/** The columns of a `JobWait`, behind one of the joins below. */
export const jobWaitColumns: SQL = sql`w.code as "waitCode", w.until as "waitUntil", w.lane as "waitLane", w.behind as "waitsBehind"`;

const jobDueAt = sql`coalesce(j.wakes_at, j.updated_at)`;

export const importWaitJoin: SQL = waitJoin({
  row: "j",
  id: sql`j.id`,
  lane: sql`case j.status when 'fetching' then 'fetch' when 'rolling_back' then 'undo' else 'import' end`,
  when: sql`j.status in ('fetching', 'validating', 'processing', 'rolling_back')
    or j.status = 'completed' and j.wakes_at is not null and jsonb_exists(j.file_format, 'judging')`,
  dueAt: jobDueAt,
  nameOfFirst: sql`(select f.file_name from import_jobs f where f.id = first.id)`,
});

export const exportWaitJoin: SQL = waitJoin({
  row: "j",
  id: sql`j.id`,
  lane: sql`'export'`,
  when: sql`j.status in ('pending', 'processing')`,
  dueAt: jobDueAt,
  nameOfFirst: sql`(select coalesce(f.scope_snapshot ->> 'what', 'All contacts') from export_jobs f where f.id = first.id)`,
});

export const editWaitJoin: SQL = waitJoin({
  row: "j",
  id: sql`j.id`,
  lane: sql`'edit'`,
  when: sql`j.status in ('pending', 'processing')`,
  dueAt: jobDueAt,
  nameOfFirst: sql`(select f.summary from contact_edits f where f.id = first.id)`,
});

/**
 * Of a driver `d` that works through a whole workspace, whose rows wake by themselves after a rest: one that rests waits
 * only when `asked` says that somebody asked for it.
 */
const workspaceWaitJoin = (id: SQL, lane: SQL, asked: SQL) =>
  waitJoin({
    row: "d",
    id,
    lane,
    when: sql`d.wakes_at <= app_now() - make_interval(secs => ${lateSeconds}) or d.wakes_at is not null and ${asked}`,
    dueAt: sql`d.wakes_at`,
    nameOfFirst: sql`null::text`,
  });

export const segmentsWaitJoin = (asked: SQL): SQL =>
  workspaceWaitJoin(sql`d.workspace_id`, sql`'segments'`, asked);
export const scoresWaitJoin = (asked: SQL): SQL => workspaceWaitJoin(sql`d.id`, sql`'scores'`, asked);
