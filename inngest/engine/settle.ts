import { isLostConnection } from "#db/errors";
import { leaseMs, type Job } from "./claim.ts";
import type { Database } from "./database.ts";
import type { EngineLog } from "./engine-log.ts";
import { limits } from "./limits.ts";
import { shared } from "./sharing.ts";

/**
 * What a call has come to where there is nothing to think about: a step that has finished, after which the call goes on
 * ("stay"), the run is called again by the same hands ("next"), or is over ("end").
 */
export type Settlement = {
  runId: string;
  job: Pick<Job, "id" | "queueName" | "fence">;
  follow: "stay" | "next" | "end";
  step?: { id: string; name: string; kind: string; input: string | null; result: string; attempts: number };
  /** The result of a run that is over, as JSON text. */
  output?: string;
  /** Somebody may wait for the slot that becomes free. */
  tell?: boolean;
};

/** Resolves to false where nothing was written, since there is something to look at. */
export type Settle = (settlement: Settlement) => Promise<boolean>;

/** Larger results go by themselves. */
export const settledBytesMax = 256 * 1024;
const most = 100;
const lanes = 2;
const hearingMs = 1000;

/** Whether anybody listens to the end of runs, as of functions with this fingerprint. */
type Hearing = { fingerprint: string; heard: boolean; readAt: number };

/**
 * Writes many calls' outcomes in one statement and one commit. A run or a job that somebody else has locked, a fence
 * that has moved, a limit that is reached, a step that is there already, a parent or a listener who has to be told:
 * each of these is left to the transaction that knows all cases.
 */
export function openSettle(database: Database, owner: string, log: EngineLog): Settle {
  let hearing: Hearing | undefined;
  const hear = async () => {
    if (hearing && performance.now() - hearing.readAt < hearingMs) return hearing;
    hearing = await readHearing(database);
    return hearing;
  };
  return shared(
    async (items) => {
      try {
        const ends = items.some(({ follow }) => follow === "end");
        const { fingerprint, heard } = ends ? await hear() : { fingerprint: "", heard: true };
        const done = await settleAll(database, { items, owner, fingerprint: heard ? "" : fingerprint });
        return items.map((_, index) => done.has(index));
      } catch (error) {
        if (isLostConnection(error)) throw error;
        log.warn({ err: error, calls: items.length }, "outcomes are written one by one");
        return items.map(() => false);
      }
    },
    { keyOf: ({ runId }) => runId, most, lanes },
  );
}

async function readHearing(database: Database): Promise<Hearing> {
  const [row] = await database.once<{ fingerprint: string; heard: boolean }>`
    select coalesce(md5(string_agg(id || ' ' || checksum || ' ' || app_id, ',' order by id)), '') as fingerprint,
           coalesce(bool_or(exists (
             select from json_array_elements(config -> 'triggers') as t
             where t ->> 'event' = 'inngest/function.finished'
               or (t ->> 'event' like '%*' and starts_with('inngest/function.finished', left(t ->> 'event', -1)))
           )), false) as heard
    from queue.functions where removed_at is null`;
  return { fingerprint: row?.fingerprint ?? "", heard: row?.heard ?? true, readAt: performance.now() };
}

type Batch = { items: readonly Settlement[]; owner: string; fingerprint: string };

async function settleAll(database: Database, { items, owner, fingerprint }: Batch): Promise<Set<number>> {
  const column = <T>(read: (item: Settlement) => T) => items.map(read);
  const rows = await database.once<{ index: number }>`
    with item as materialized (
      select * from unnest(
        ${items.map((_, index) => index)}::int[], ${column(({ runId }) => runId)}::text[],
        ${column(({ job }) => job.id)}::uuid[], ${column(({ job }) => job.queueName)}::text[],
        ${column(({ job }) => job.fence)}::int[], ${column(({ follow }) => follow)}::text[],
        ${column(({ step }) => step?.id ?? null)}::text[], ${column(({ step }) => step?.name ?? null)}::text[],
        ${column(({ step }) => step?.kind ?? null)}::text[], ${column(({ step }) => step?.input ?? null)}::text[],
        ${column(({ step }) => step?.result ?? null)}::text[],
        ${column(({ step }) => (step ? Buffer.byteLength(step.result) : 0))}::int[],
        ${column(({ step }) => step?.attempts ?? null)}::int[], ${column(({ output }) => output ?? null)}::text[],
        ${column(({ tell = false }) => String(tell))}::text[]
      ) as i (index, run_id, job_id, queue_name, fence, follow, step_id, name, op, input, result, bytes, attempts,
              output, tell)
    ), quiet as materialized (
      select case when exists (select from item where follow = 'end') then (
        select md5(string_agg(id || ' ' || checksum || ' ' || app_id, ',' order by id)) = ${fingerprint}
        from queue.functions where removed_at is null
      ) and not exists (
        select from queue.waits where name = 'inngest/function.finished' and kind <> 'invoke'
      ) end as ok
    ), run as materialized (
      select i.*, r.step_count from item i join queue.runs r on r.id = i.run_id
      where r.status = 'running' and (i.follow <> 'next' or not r.race)
        and (i.follow <> 'end' or (r.parent_run_id is null and (select ok from quiet)))
        and (i.step_id is null
          or (r.step_count < ${limits.stepsPerRun} and r.state_bytes + i.bytes <= ${limits.runBytes}))
      for update of r skip locked
    ), held as materialized (
      select run.* from run join queue.jobs j on j.id = run.job_id and j.queue_name = run.queue_name
      where j.fence = run.fence and j.lease_owner is not null and (run.follow <> 'stay' or j.lost = 0)
        and (run.follow <> 'next' or (j.kind = 'discover' and not j.again and not exists (
          select from queue.jobs other
          where other.run_id = j.run_id and other.id <> j.id and other.kind in ('step', 'sleep', 'timeout'))))
      for update of j skip locked
    ), saved as (
      insert into queue.steps (run_id, step_id, seq, name, op, input, result, attempts)
      select run_id, step_id, step_count + 1, name, op, input, result::json, attempts
      from held where step_id is not null
      on conflict (run_id, step_id) do nothing returning run_id
    ), done as materialized (
      select * from held where step_id is null or run_id in (select run_id from saved)
    ), runs as (
      update queue.runs r
      set step_count = r.step_count + case when d.step_id is null then 0 else 1 end,
          state_bytes = r.state_bytes + d.bytes,
          started_at = case when d.step_id is null then r.started_at else coalesce(r.started_at, app_now()) end,
          status = case d.follow when 'end' then 'completed' else r.status end,
          output = case d.follow when 'end' then d.output::json else r.output end,
          ended_at = case d.follow when 'end' then app_now() else r.ended_at end,
          gather_key = case d.follow when 'end' then null else r.gather_key end
      from done d where r.id = d.run_id
    ), kept as (
      update queue.jobs j
      set fence = j.fence + 1, attempt = 0, lost = 0, again = false, last_error = null,
          lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
      from done d where d.follow = 'next' and j.id = d.job_id and j.queue_name = d.queue_name
    ), over as (
      delete from queue.jobs j using done d where d.follow = 'end' and j.run_id = d.run_id
    ), unheard as (
      delete from queue.waits w using done d where d.follow = 'end' and w.run_id = d.run_id
    ), told as (
      select pg_notify('queue', ${owner}) from done where tell = 'true' limit 1
    )
    select index, (select count(*) from told) as told from done`;
  return new Set(rows.map(({ index }) => index));
}
