import { type SQL, sql } from "drizzle-orm";

/** A run takes a job up within seconds, and holds a lease while it works; the sweeper has had its turn by then. */
const lateSeconds = 90;

/**
 * Of a job row `j` (an import, an export, an edit of contacts) that nobody works on though it stands in one of these
 * states: when the sweeper calls for it again, by the minute. Null for all others.
 */
export const calledAgainAt = (states: readonly string[]): SQL => sql`case
  when j.status = any(${sql.param([...states])}::text[]) and (j.lease_until is null or j.lease_until <= app_now())
    and coalesce(j.wakes_at, j.updated_at) <= app_now() - make_interval(secs => ${lateSeconds})
  then date_trunc('minute', app_now()) + interval '1 minute' end`;
