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
      create sequence changes; create table deadly (change int); insert into deadly values (0);
      grant usage on sequence changes to public; grant select on deadly to public;
      create function stand_still() returns trigger language plpgsql as $$ begin
        if current_setting('app.current_workspace_id', true) = '${workspaceId}'
          and nextval('public.changes') = (select change from public.deadly) then perform pg_sleep(60); end if;
        return null; end $$;
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
      "drop function if exists stand_still cascade; drop sequence if exists changes; drop table if exists deadly",
    );
  });

/** Has the statement that is so many changes from now stand still; 0 for none. */
export const standAt = (change: number) =>
  asOwner((owner) => owner.unsafe(`update deadly set change = ${change}; alter sequence changes restart;`));

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
