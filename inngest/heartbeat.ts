import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { log } from "#server/log";

const beatMs = 2_000;

export type Heartbeat = {
  /** Takes the worker off the list, so that nothing more is sent to it. */
  stop: () => Promise<void>;
};

/**
 * Says every two seconds, in `queue.workers`, that this process answers calls at `url`. The engine sends work to
 * those that beat; `instance` is new after every start, so that it then reads the functions again.
 * Real time, not the product's clock: this measures whether a process lives.
 */
export function startHeartbeat(url: string, appId: string, instance: string): Heartbeat {
  let failing = false;
  let stopped = false;
  let pending = Promise.resolve();

  const beat = async () => {
    try {
      await withoutTenant((tx) =>
        tx.execute(sql`
          insert into queue.workers (url, app_id, instance, beat_at, seen_at)
          values (${url}, ${appId}, ${instance}, clock_timestamp(), clock_timestamp())
          on conflict (url) do update
            set app_id = excluded.app_id, instance = excluded.instance,
                beat_at = excluded.beat_at, seen_at = excluded.seen_at`),
      );
      if (failing) log.info({ url }, "the worker is on the list of live ones again");
      failing = false;
    } catch (error) {
      // Told once per outage: the engine also notices by itself that calls go unanswered.
      if (!failing) log.warn({ err: error, url }, "the worker could not say that it lives");
      failing = true;
    }
  };

  const tick = () => {
    pending = pending.then(() => (stopped ? undefined : beat()));
  };
  tick();
  const timer = setInterval(tick, beatMs);

  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await pending;
      await withoutTenant((tx) =>
        tx.execute(sql`delete from queue.workers where url = ${url} and instance = ${instance}`),
      ).catch((error: unknown) =>
        log.warn({ err: error, url }, "the worker could not take itself off the list"),
      );
    },
  };
}
