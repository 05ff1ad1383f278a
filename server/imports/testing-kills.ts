import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { asOwner } from "#db/testing-database";
import type { TestTenant } from "./testing.ts";

/*
 * Processes that carry out imports and are killed at a statement that is under way, for tests.
 */

const watched =
  "contacts contact_tags segment_contacts tags segments import_events import_row_errors import_jobs notify.notifications custom_field_definitions";

/** From now on a statement of the workspace that changes something stands still when it is the next to be killed. */
export const plant = (workspaceId: string) =>
  asOwner((owner) =>
    owner.unsafe(`
      create sequence changes; create table deadly (change int, moment text); insert into deadly values (0, null);
      grant usage on sequence changes to public; grant select on deadly to public;
      create function stand_still() returns trigger language plpgsql as $$ begin
        if current_setting('app.current_workspace_id', true) = '${workspaceId}'
          and nextval('public.changes') = (select change from public.deadly) then perform pg_sleep(60); end if;
        return null; end $$;
      create function stand_still_at() returns trigger language plpgsql as $$
      declare
        here text := case
          when new.status = 'completed' and old.status = 'processing' then 'finished'
          when new.status = 'completed' and old.file_format ? 'judging' and not new.file_format ? 'judging' then 'noted'
          when new.status = 'rolled_back' then 'undone' end;
      begin
        if current_setting('app.current_workspace_id', true) = '${workspaceId}' and here = (select moment from public.deadly)
          then perform pg_sleep(60); end if;
        return null; end $$;
      create trigger stand_still_at after update on import_jobs for each row execute function stand_still_at();
      ${watched
        .split(" ")
        .map(
          (table) =>
            `create trigger stand_still after insert or update or delete on ${table} for each statement execute function stand_still();`,
        )
        .join("\n")}`),
  );

export const uproot = () =>
  asOwner(async (owner) => {
    await owner.unsafe(
      "drop function if exists stand_still, stand_still_at cascade; drop sequence if exists changes; drop table if exists deadly",
    );
  });

/** In the transaction that ends an import, that has noted who gets no mail, or that ends an undo. */
export type Moment = "finished" | "noted" | "undone";

/** Has the statement that is so many changes from now stand still, or the one that is that moment; 0 for none. */
export const standAt = (at: number | Moment) =>
  asOwner((owner) =>
    owner.unsafe(`
      update deadly set change = ${typeof at === "number" ? at : 0}, moment = ${typeof at === "number" ? "null" : `'${at}'`};
      alter sequence changes restart;`),
  );

/** A process that does what is asked of an import, once it is told which, and by which run; `env` is the test's. */
export function startProcess({ tenantId, workspaceId }: TestTenant, env: NodeJS.ProcessEnv): ChildProcess {
  const args = ["server/imports/testing-process.ts", tenantId, workspaceId];
  const cached = { ...env, NODE_COMPILE_CACHE: `${env.DATA_DIR}/compile-cache` };
  return spawn(process.execPath, args, { stdio: ["pipe", "ignore", "inherit"], env: cached });
}

/** Kills a process once it stands still, or `now` says so; false when it has come to its end. */
export async function diesStanding(child: ChildProcess, now: () => boolean = () => false): Promise<boolean> {
  const ended = once(child, "exit");
  return asOwner(async (owner) => {
    while (child.exitCode === null) {
      const [asleep] = await owner<{ pid: number }[]>`
        select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`;
      if (asleep || now()) {
        child.kill("SIGKILL");
        await ended;
        if (asleep) await owner`select pg_terminate_backend(${asleep.pid})`;
        return true;
      }
      await sleep(20);
    }
    expect(child.exitCode).toBe(0);
    return false;
  });
}
