import { sql } from "drizzle-orm";

/*
 * The status of a contact says one thing at a time. The moments beside it say what is true of the person, also in the
 * archive: that they complained, said stop, or could not be reached.
 */

/** The status of a contact that is not in the archive, by its moments. */
export const standing = sql`case when complained_at is not null then 'complained'
  when unsubscribed_at is not null then 'unsubscribed' when bounced_at is not null then 'bounced' else 'active' end`;

/** The moments with that of the status, which a file may have brought without one: set where the status goes. */
export const momentsKept = sql`
  complained_at = case when status = 'complained' then coalesce(complained_at, app_now()) else complained_at end,
  unsubscribed_at = case when status = 'unsubscribed' then coalesce(unsubscribed_at, app_now()) else unsubscribed_at end,
  bounced_at = case when status = 'bounced' then coalesce(bounced_at, app_now()) else bounced_at end`;

/** That they said stop, of contacts that `mayStop`. Whoever bounced, complained or is archived stays so. */
export const stops = sql`status = case when status = 'active' then 'unsubscribed' else status end, unsubscribed_at = app_now()`;
/** Those of whom it was not known. Of whoever is unsubscribed it is, also by a file, whose undo must find what it wrote. */
export const mayStop = sql`(status = 'active' or status <> 'unsubscribed' and unsubscribed_at is null)`;

/** That they take it back, of contacts that `mayReturn`. A complaint stays a complaint, and the archive the archive. */
export const returns = sql`unsubscribed_at = null, status = case when status <> 'unsubscribed' then status
  when complained_at is not null then 'complained' when bounced_at is not null then 'bounced' else 'active' end`;
export const mayReturn = sql`(status = 'unsubscribed' or status in ('bounced', 'archived') and unsubscribed_at is not null)`;
