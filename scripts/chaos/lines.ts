import postgres from "postgres";
import { isLostConnection } from "#db/errors";
import type { LineName } from "./plan.ts";

/*
 * Statements of the product that stand still when they are told to. All of it is in the database of the harness: a
 * trigger waits for a lock that the harness holds. The product knows nothing of it.
 */

type Trigger = { on: string; table: string; each: "row" | "statement"; when?: string; atCommit?: true };
const becomes = (state: string) => `new.delivery_status = '${state}' and old.delivery_status <> '${state}'`;

const triggers: Partial<Record<LineName, Trigger>> = {
  claim: { on: "update", table: "content.email_messages", each: "row", when: becomes("sending") },
  settle: { on: "update", table: "content.email_messages", each: "row", when: becomes("sent") },
  settled: {
    on: "update",
    table: "content.email_messages",
    each: "row",
    when: becomes("sent"),
    atCommit: true,
  },
  moved: { on: "insert", table: "enrollment_step_log", each: "statement" },
  driver: { on: "update", table: "step_drivers", each: "statement" },
  result: { on: "insert", table: "queue.steps", each: "statement" },
  job: { on: "update", table: "queue.jobs", each: "statement" },
  event: { on: "insert", table: "queue.events", each: "statement" },
  slice: { on: "insert", table: "import_events", each: "statement" },
  sliced: { on: "update", table: "import_jobs", each: "row", atCommit: true },
  undo: { on: "update", table: "import_events", each: "statement" },
  export: { on: "update", table: "export_jobs", each: "row", when: "new.status = 'processing'" },
  exported: {
    on: "update",
    table: "export_jobs",
    each: "row",
    when: "new.status = 'completed'",
    atCommit: true,
  },
  launch: {
    on: "update",
    table: "campaigns",
    each: "row",
    when: "new.status = 'active' and old.status = 'draft'",
  },
  upload: { on: "update", table: "import_jobs", each: "row", when: "new.status = 'pending'" },
  stop: {
    on: "update",
    table: "contacts",
    each: "row",
    when: "new.status = 'unsubscribed' and old.status <> 'unsubscribed'",
  },
  suppress: { on: "insert", table: "suppressions", each: "statement" },
  hit: { on: "insert", table: "email_events", each: "statement" },
};

const lock = 55_025;

export async function plantLines(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    create schema chaos;
    create table chaos.armed (line text, change int);
    create sequence chaos.passed;
    create function chaos.stand_still() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
    begin
      if (select a.line from chaos.armed a) is not distinct from tg_argv[0] then
        if nextval('chaos.passed') = (select a.change from chaos.armed a) then
          perform pg_advisory_xact_lock_shared(${lock});
        end if;
      end if;
      return null;
    end $$;
    insert into chaos.armed values (null, null);`);
  for (const [line, { on, table, each, when, atCommit }] of Object.entries(triggers)) {
    await sql.unsafe(`create ${atCommit ? "constraint trigger" : "trigger"} chaos_${line} after ${on} on ${table}
      ${atCommit ? "deferrable initially deferred" : ""} for each ${each} ${when ? `when (${when})` : ""}
      execute function chaos.stand_still('${line}')`);
  }
}

export const isDatabaseLine = (line: LineName): boolean => line in triggers;

/** One connection that holds the lock, for the time of one kill. */
export type Armed = {
  /** The port of the connection that stands still, of its client's side; null while none does. */
  standingPort: () => Promise<number | null>;
  release: () => Promise<void>;
};

/** Has the `change`-th passing of the line stand still until it is released. */
export async function armLine(url: string, line: LineName, change: number): Promise<Armed> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connection: { application_name: "chaos" } });
  try {
    await sql`select pg_advisory_lock(${lock})`;
    await sql`alter sequence chaos.passed restart`;
    await sql`update chaos.armed set line = ${line}, change = ${change}`;
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
  return {
    standingPort: async () => {
      const [row] = await sql<{ port: number }[]>`
        select coalesce(a.client_port, 0) as port from pg_locks l join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'advisory' and l.objid = ${lock} and not l.granted`;
      return row?.port ?? null;
    },
    // Ends the session: the lock goes with it, also where the server is gone already.
    release: async () => {
      try {
        await sql`update chaos.armed set line = null`;
      } catch (error) {
        if (!isLostConnection(error)) throw error;
      } finally {
        await sql.end({ timeout: 1 });
      }
    },
  };
}
