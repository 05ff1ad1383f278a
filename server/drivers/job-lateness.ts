import { type SQL, sql } from "drizzle-orm";

/** A run takes a job up within seconds, and holds a lease while it works; the sweeper has had its turn by then. */
const lateSeconds = 90;

const nextMinute = sql`date_trunc('minute', app_now()) + interval '1 minute'`;

/**
 * Of a driver row `d` whose time has come and that nobody works on (a segment's, a scoring model's, a mailbox's reader):
 * when the sweeper calls for it again, by the minute. Null for all others.
 */
export const driverCalledAgainAt: SQL<Date | null> = sql`case
  when d.wakes_at <= app_now() - make_interval(secs => ${lateSeconds}) and (d.lease_until is null or d.lease_until <= app_now())
  then ${nextMinute} end`;

/**
 * Of a job row `j` (an import, an export, an edit of contacts) that nobody works on though it stands in one of these
 * states: when the sweeper calls for it again, by the minute. Null for all others.
 */
export const calledAgainAt = (states: readonly string[]): SQL => sql`case
  when j.status = any(${sql.param([...states])}::text[]) and (j.lease_until is null or j.lease_until <= app_now())
    and coalesce(j.wakes_at, j.updated_at) <= app_now() - make_interval(secs => ${lateSeconds})
  then ${nextMinute} end`;
