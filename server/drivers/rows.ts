import { type SQL, sql } from "drizzle-orm";

/*
 * A driver row says which run acts on a piece of work, because SQL cannot see runs:
 * - `fence` goes up with every take-over and every wake-up; a run acts only while its own number stands there.
 * - `run_id` is the run that works or sleeps on the row; null when nobody does.
 * - `lease_until` is set while a run works, and null while it sleeps.
 * - `wakes_at` is when the row wants attention: the past while somebody works on it, null when nothing is due.
 * - `not_before` keeps new work from waking a row that could not act on it yet.
 * The sweeper sends an event for every row whose `wakes_at` has passed and that nobody holds.
 */

const keys = {
  step_drivers: "step_id",
  mailbox_lanes: "email_account_id",
  campaign_drivers: "campaign_id",
  import_jobs: "id",
  export_jobs: "id",
  contact_edits: "id",
  segment_drivers: "workspace_id",
  lead_scoring_models: "id",
  mailbox_readers: "email_account_id",
} as const;

/** A row with driver columns: the table and the id that events name it by. */
export type DriverRef = { table: keyof typeof keys; id: string };

/** Picks the one row. A mailbox sends in one lane, number 0. */
export function isRow({ table, id }: DriverRef): SQL {
  const row = sql`${sql.identifier(keys[table])} = ${id}::uuid`;
  return table === "mailbox_lanes" ? sql`${row} and lane = 0` : row;
}

/** How long a run may be silent before another takes its work over. Longer than any single step of it. */
export const leaseSecondsDefault = 120;
/** A sleeping run that has not come back this long after `wakes_at` is taken for dead. */
export const oversleptSeconds = 20;
