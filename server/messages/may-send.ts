import { type SQL, sql } from "drizzle-orm";

/**
 * Whether the campaign runs and the recipient is still on the way. A message sent again by hand goes out after the
 * campaign and the contact's way have ended.
 */
export const maySend: SQL = sql`(m.is_test or exists (
  select 1 from campaigns k join campaign_contacts e on e.campaign_id = k.id
  where k.id = m.campaign_id and e.id = m.enrollment_id and k.deleted_at is null and (
    (k.status = 'active' and (e.status in ('enrolled', 'active') or (e.status = 'completed' and m.attempts > 0)))
    or (k.status = 'completed' and e.status = 'completed' and m.attempts > 0))))`;
