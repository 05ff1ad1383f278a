import { type SQL, sql } from "drizzle-orm";

const campaignStatus = sql`(select k.status from campaigns k where k.id = m.campaign_id and k.deleted_at is null)`;
const stepStands = sql`(select s.is_active and case when m.draft_id is null then not s.requires_draft_approval
  else coalesce((select d.status in ('approved', 'scheduled') from email_drafts d where d.id = m.draft_id), false) end
  from campaign_steps s where s.id = m.step_id)`;
const enrollmentStatus = sql`(select e.status from campaign_contacts e where e.id = m.enrollment_id)`;

/**
 * Whether the campaign of `content.email_messages m` runs and has not come to its end, its recipient is still on the
 * way, and its step has not been deleted. Where somebody looks at
 * each email, it is one that was approved. A message sent again by hand goes out after the campaign and the contact's
 * way have ended. Scalar look-ups by id, since a join could be hashed over everybody who is enrolled; the list of
 * running campaigns passes over the queue of a paused one.
 */
export const maySend: SQL = sql`(
  (m.attempts = 0 and m.campaign_id = any(array(select a.id from campaigns a where a.status = 'active' and a.deleted_at is null
      and (a.end_date is null or a.end_date > app_now())))
    and ${enrollmentStatus} in ('enrolled', 'active') and ${stepStands})
  or (m.attempts > 0 and ((${campaignStatus} = 'active' and ${enrollmentStatus} in ('enrolled', 'active', 'completed'))
    or (${campaignStatus} = 'completed' and ${enrollmentStatus} = 'completed'))))`;
