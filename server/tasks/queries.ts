import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { displayName } from "#server/contacts/listing";
import { type TaskListInput, taskPageSize } from "./schema.ts";

export type Task = {
  id: string;
  title: string;
  note: string | null;
  /** A day, such as 2026-11-24. */
  dueOn: string | null;
  /** By the calendar of the workspace. */
  overdue: boolean;
  contactId: string;
  contact: string;
  assigneeId: string | null;
  assignee: string | null;
  campaignId: string | null;
  campaign: string | null;
  doneAt: Date | null;
  doneBy: string | null;
};
export type TaskPage = { rows: Task[]; next: string | null };

/** Tasks about contacts that are there: open ones by the day they are due, done ones the last first. */
export async function listTasks(tx: TenantTx, input: TaskListInput, userId: string): Promise<TaskPage> {
  const rows = await tx.execute<Task & { place: string }>(tasksOf(input, userId));
  const shown = rows.slice(0, taskPageSize);
  const next = rows.length > taskPageSize ? (shown.at(-1)?.place ?? null) : null;
  return { rows: shown.map(({ place: _, ...task }) => task), next };
}

/** The statement of a page, and of one row more. */
export function tasksOf({ view, contactId, after }: TaskListInput, userId: string): SQL {
  const done = view === "done";
  return sql`
    select t.id, t.title, t.note, t.due_on::text as "dueOn",
      t.due_on is not null and t.done_at is null and t.due_on < (app_now() at time zone w.timezone)::date as overdue,
      t.contact_id as "contactId", coalesce(${displayName}, c.email) as contact, t.assignee_id as "assigneeId",
      a.name as assignee, k.id as "campaignId", k.name as campaign, t.done_at as "doneAt", d.name as "doneBy",
      (${done ? sql`t.done_at` : sql`coalesce(t.due_on, 'infinity'::date)`})::text || '|' || t.id as place
    from tasks t join contacts c on c.id = t.contact_id and c.deleted_at is null
      join workspaces w on w.id = t.workspace_id
      left join users a on a.id = t.assignee_id left join users d on d.id = t.done_by
      left join campaigns k on k.id = t.campaign_id and k.deleted_at is null
    where t.done_at is ${done ? sql`not null` : sql`null`}
      ${contactId ? sql`and t.contact_id = ${contactId}::uuid` : sql``}
      ${view === "mine" ? sql`and t.assignee_id = ${userId}::uuid` : sql``}
      ${behind(after, done)}
    order by ${done ? sql`t.done_at desc nulls last, t.id` : sql`coalesce(t.due_on, 'infinity'::date), t.id`}
    limit ${taskPageSize + 1}`;
}

const place = /^(infinity|[\d-]{10}|[\d-]{10} [\d:.+-]+)\|([\da-f-]{36})$/;

/** Behind the place where the page before ended; a wrong place is the beginning. */
function behind(after: string | undefined, done: boolean): SQL {
  const [, at, id] = (after && place.exec(after)) || [];
  if (!at || !id) return sql``;
  return done
    ? sql`and (t.done_at < ${at}::timestamptz or t.done_at = ${at}::timestamptz and t.id > ${id}::uuid)`
    : sql`and (coalesce(t.due_on, 'infinity'::date), t.id) > (${at}::date, ${id}::uuid)`;
}
