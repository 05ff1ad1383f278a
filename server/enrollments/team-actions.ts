import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { displayName } from "#server/contacts/listing";
import { assignOwners } from "#server/contacts/owners";
import { listMembers } from "#server/members/queries";
import { notifyTogether } from "#server/notifications/mutations";
import { createTasks } from "#server/tasks/mutations";
import type { StepContext } from "./slice.ts";
import type { StepAction } from "./steps.ts";

type TeamAction = Extract<StepAction, { type: "notify" | "create_task" | "assign_owner" }>;
type Acting = Pick<StepContext, "scope" | "graph" | "step"> & { contactIds: readonly string[] };

type Person = { id: string; name: string; ownerId: string | null };
type Team = { campaign: string; members: ReadonlySet<string>; launcher: string | null; people: Person[] };

/**
 * What members are told, given to do, or put in charge of, for these contacts. False when none of the people named is a
 * member any more; then nothing was done.
 */
export async function actForTeam(
  tx: TenantTx,
  { action, ...acting }: Acting & { action: TeamAction },
): Promise<boolean> {
  const team = await loadTeam(tx, acting);
  switch (action.type) {
    case "assign_owner":
      return assign(tx, action, acting, team);
    case "create_task":
      await createTasks(tx, {
        title: action.title,
        note: action.note,
        dueInDays: action.dueInDays,
        zone: acting.graph.zone,
        campaign: { id: acting.graph.campaignId, name: team.campaign },
        stepId: acting.step.id,
        people: team.people.map((person) => ({ ...person, assigneeId: addresseeOf(person, action, team) })),
      });
      return true;
    case "notify":
      await tell(tx, action, acting, team);
      return true;
  }
}

async function loadTeam(tx: TenantTx, { scope, graph, contactIds }: Acting): Promise<Team> {
  const members = new Set((await listMembers(tx, scope.workspaceId)).map(({ userId }) => userId));
  const [campaign] = await tx.execute<{ name: string; launcher: string | null }>(sql`
    select name, coalesce(launched_by, created_by) as launcher from campaigns where id = ${graph.campaignId}::uuid`);
  const people = await tx.execute<Person>(sql`
    select c.id, coalesce(${displayName}, c.email) as name, c.owner_id as "ownerId" from contacts c
    where c.id = any(${sql.param([...contactIds])}::uuid[]) and c.deleted_at is null order by c.id`);
  const launcher = campaign?.launcher ?? null;
  return {
    campaign: campaign?.name ?? "",
    members,
    launcher: launcher !== null && members.has(launcher) ? launcher : null,
    people: [...people],
  };
}

type Addressed = { to: "owner" | "member"; userId: string };

/** Whoever is meant, while a member; else who launched the campaign. */
function addresseeOf(person: Person, { to, userId }: Addressed, { members, launcher }: Team): string | null {
  const meant = to === "owner" ? person.ownerId : userId;
  return meant !== null && members.has(meant) ? meant : launcher;
}

async function tell(
  tx: TenantTx,
  action: Extract<TeamAction, { type: "notify" }>,
  { graph, step }: Acting,
  team: Team,
): Promise<void> {
  const byAddressee = Map.groupBy(team.people, (person) => addresseeOf(person, action, team));
  const channels = action.channel === "both" ? (["in_app", "email"] as const) : ([action.channel] as const);
  for (const [userId, people] of byAddressee) {
    if (userId === null) continue;
    for (const channel of channels)
      await notifyTogether(tx, {
        userId,
        channel,
        type: "campaign.step_reached",
        key: step.id,
        about: people,
        words: ({ who, count, first }) => ({
          title: `${who}: ${action.message}`,
          body: `From the campaign “${team.campaign}”.`,
          path: count === 1 ? `/contacts/${first.id}` : `/campaigns/${graph.campaignId}`,
        }),
      });
  }
}

async function assign(
  tx: TenantTx,
  { userIds, onlyIfNone }: Extract<TeamAction, { type: "assign_owner" }>,
  { graph, step, contactIds }: Acting,
  { members }: Team,
): Promise<boolean> {
  const there = userIds.filter((userId) => members.has(userId));
  if (there.length === 0) return false;
  const [driver] = await tx.execute<{ turn: number }>(
    sql`select turn::int8::float8 as turn from step_drivers where step_id = ${step.id}::uuid for no key update`,
  );
  const assigned = await assignOwners(tx, {
    contactIds,
    userIds: there,
    first: driver?.turn ?? 0,
    onlyIfNone,
    author: { actorId: null, campaignId: graph.campaignId },
  });
  await tx.execute(sql`update step_drivers set turn = turn + ${assigned} where step_id = ${step.id}::uuid`);
  return true;
}
