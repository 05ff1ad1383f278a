import { type SQL, sql } from "drizzle-orm";

/**
 * Whether the campaign of `content.email_messages m` runs and its recipient is still on the way. A message sent again
 * by hand goes out after the campaign and the contact's way have ended. A scalar sub-select, since a semi-join would
 * be hashed over everybody who is enrolled; the list of running campaigns passes over the queue of a paused one.
 */
export const maySend: SQL = sql`((m.attempts > 0 or m.campaign_id = any(array(select a.id from campaigns a where a.status = 'active')))
  and (select true from campaigns k join campaign_contacts e on e.campaign_id = k.id
    where k.id = m.campaign_id and e.id = m.enrollment_id and k.deleted_at is null and (
      (k.status = 'active' and (e.status in ('enrolled', 'active') or (e.status = 'completed' and m.attempts > 0)))
      or (k.status = 'completed' and e.status = 'completed' and m.attempts > 0))
    limit 1))`;
