import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { AppError } from "#server/errors";

/** `times` calls in each window of `seconds`. The window starts with the first call, and again with the last allowed one. */
export type Limit = { times: number; seconds: number };

/** Keys hold addresses of people, so that only their digests are stored. */
const digest = (key: string) => createHash("sha256").update(key).digest("base64url");

/** How many forgotten keys each call sweeps away: more than it can add. */
const sweepMax = 5;

/**
 * Counts one call and gives its number in the window, or throws `limit` with the time to wait. Counted in the database:
 * every web process shares it.
 */
export async function takeFromLimit(key: string, { times, seconds }: Limit): Promise<number> {
  const [row] = await withoutTenant((tx) =>
    tx.execute<{ used: number; seconds_left: number }>(sql`
      with swept as (
        delete from rate_limits where key in (
          select key from rate_limits where resets_at <= app_now() and key <> ${digest(key)}
          limit ${sweepMax} for update skip locked)
      )
      insert into rate_limits as r (key, used, resets_at)
      values (${digest(key)}, 1, app_now() + make_interval(secs => ${seconds}))
      on conflict (key) do update set
        used = case when r.resets_at <= app_now() then 1 else r.used + 1 end,
        resets_at = case when r.resets_at <= app_now() or r.used + 1 = ${times} then excluded.resets_at else r.resets_at end
      returning used, extract(epoch from resets_at - app_now())::int as seconds_left`),
  );
  if (!row) throw new Error("The limit was not counted.");
  if (row.used > times) throw tooMany(row.seconds_left);
  return row.used;
}

/** Gives back what the key has used, after a success. */
export async function clearLimit(key: string): Promise<void> {
  await withoutTenant((tx) => tx.execute(sql`delete from rate_limits where key = ${digest(key)}`));
}

function tooMany(secondsLeft: number): AppError {
  const minutes = Math.ceil(secondsLeft / 60);
  const wait =
    secondsLeft < 60
      ? "in a minute"
      : minutes < 90
        ? `in ${minutes} minutes`
        : `in ${Math.ceil(minutes / 60)} hours`;
  return new AppError("limit", `Too many tries. Try again ${wait}.`);
}
