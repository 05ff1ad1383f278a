import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { noteOnTimelines } from "#server/contacts/history";
import { AppError } from "#server/errors";
import { listMembers } from "#server/members/queries";
import { notify, notifyTogether } from "#server/notifications/mutations";
import type { TaskInput, TaskUpdate } from "./schema.ts";

type Asked = {
  title: string;
  note: string;
  /** From today, by the calendar of `zone`. */
  dueInDays: number | null;
  zone: string;
  campaign: { id: string; name: string };
  stepId: string;
  people: readonly { id: string; name: string; assigneeId: string | null }[];
};

/** The same task about each of these contacts, written by a campaign. Who is to do them is told once for all. */
export async function createTasks(
  tx: TenantTx,
  { title, note, dueInDays, zone, campaign, stepId, people }: Asked,
): Promise<void> {
  if (people.length === 0) return;
  await tx.execute(sql`
    insert into tasks (contact_id, title, note, due_on, assignee_id, campaign_id)
    select p.contact_id, ${title}, ${note || null}, (app_now() at time zone ${zone}::text)::date + ${dueInDays}::int, p.assignee_id,
      ${campaign.id}::uuid
    from unnest(${sql.param(people.map(({ id }) => id))}::uuid[],
      ${sql.param(people.map(({ assigneeId }) => assigneeId))}::uuid[]) as p (contact_id, assignee_id)`);
  await noteOnTimelines(
    tx,
    people.map(({ id }) => id),
    { type: "task.created", campaignId: campaign.id, data: { title } },
  );
  for (const [userId, theirs] of Map.groupBy(people, ({ assigneeId }) => assigneeId)) {
    if (userId === null) continue;
    await notifyTogether(tx, {
      userId,
      type: "task.assigned",
      key: stepId,
      about: theirs.map(({ id, name }) => ({ id, name })),
      words: ({ who, count, first }) => ({
        title: `${title}: ${who}`,
        body: `From the campaign “${campaign.name}”.`,
        path: count === 1 ? `/contacts/${first.id}` : "/tasks",
      }),
    });
  }
}

type By = { userId: string; workspaceId: string };

/** @throws AppError not_found; invalid for somebody who is no member */
export async function createTask(
  tx: TenantTx,
  { contactId, title, note, dueOn, assigneeId }: TaskInput,
  by: By,
): Promise<{ id: string }> {
  await refuseStranger(tx, assigneeId, by);
  const [made] = await tx.execute<{ id: string }>(sql`
    insert into tasks (contact_id, title, note, due_on, assignee_id, created_by)
    select c.id, ${title}, ${note || null}, ${dueOn}::date, ${assigneeId}::uuid, ${by.userId}::uuid
    from contacts c where c.id = ${contactId}::uuid and c.deleted_at is null returning id`);
  if (!made) throw new AppError("not_found", "No such contact.");
  await noteOnTimelines(tx, [contactId], { type: "task.created", actorId: by.userId, data: { title } });
  await tellAssignee(tx, { title, contactId, assigneeId }, by);
  return made;
}

/** @throws AppError not_found; invalid for somebody who is no member */
export async function updateTask(
  tx: TenantTx,
  { id, title, note, dueOn, assigneeId }: TaskUpdate,
  by: By,
): Promise<void> {
  const [before] = await tx.execute<{ contactId: string; assigneeId: string | null }>(
    sql`select contact_id as "contactId", assignee_id as "assigneeId" from tasks where id = ${id}::uuid for update`,
  );
  if (!before) throw gone();
  if (before.assigneeId !== assigneeId) await refuseStranger(tx, assigneeId, by);
  await tx.execute(sql`
    update tasks set title = ${title}, note = ${note || null}, due_on = ${dueOn}::date, assignee_id = ${assigneeId}::uuid,
      updated_at = app_now() where id = ${id}::uuid`);
  if (before.assigneeId !== assigneeId)
    await tellAssignee(tx, { title, contactId: before.contactId, assigneeId }, by);
}

/** Done, or open again. Said twice, the second time changes nothing. @throws AppError not_found */
export async function finishTask(
  tx: TenantTx,
  { id, done }: { id: string; done: boolean },
  userId: string,
): Promise<void> {
  const [task] = await tx.execute<{ contactId: string; title: string; done: boolean }>(sql`
    select contact_id as "contactId", title, done_at is not null as done from tasks where id = ${id}::uuid for update`);
  if (!task) throw gone();
  if (task.done === done) return;
  await tx.execute(sql`
    update tasks set done_at = case when ${done} then app_now() end, done_by = case when ${done} then ${userId}::uuid end,
      updated_at = app_now() where id = ${id}::uuid`);
  await noteOnTimelines(tx, [task.contactId], {
    type: done ? "task.done" : "task.reopened",
    actorId: userId,
    data: { title: task.title },
  });
}

/** @throws AppError not_found */
export async function deleteTask(tx: TenantTx, { id }: { id: string }, userId: string): Promise<void> {
  const [task] = await tx.execute<{ contactId: string; title: string }>(
    sql`delete from tasks where id = ${id}::uuid returning contact_id as "contactId", title`,
  );
  if (!task) throw gone();
  await noteOnTimelines(tx, [task.contactId], {
    type: "task.deleted",
    actorId: userId,
    data: { title: task.title },
  });
}

const gone = () => new AppError("not_found", "This task is gone: somebody deleted it.");

async function refuseStranger(tx: TenantTx, userId: string | null, { workspaceId }: By): Promise<void> {
  if (userId === null) return;
  const members = await listMembers(tx, workspaceId);
  if (members.some((member) => member.userId === userId)) return;
  const message = "Choose a member of this workspace.";
  throw new AppError("invalid", message, { assigneeId: message });
}

/** Nobody is told of what they gave themselves to do. */
async function tellAssignee(
  tx: TenantTx,
  { title, contactId, assigneeId }: { title: string; contactId: string; assigneeId: string | null },
  { userId }: By,
): Promise<void> {
  if (assigneeId === userId) return;
  await notify(tx, { userId: assigneeId, type: "task.assigned", title, path: `/contacts/${contactId}` });
}
