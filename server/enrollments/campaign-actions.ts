import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { arrivalsEvent, type DriverEvent } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { bringContacts } from "#server/triggers/mutations";
import { duesOf, planMoves, wakeSteps } from "./advance.ts";
import { applyMoves } from "./moves.ts";
import { exitEnrollments } from "./exits.ts";
import { scopeOfLaunched } from "./mutations.ts";
import { dueRows, holdIncomplete, type StepContext } from "./slice.ts";
import type { StepAction } from "./steps.ts";

type CampaignAction = Extract<StepAction, { campaignId: string }>;
type Person = { id: string; contact_id: string; moves: number };

/** Campaigns that hand their contacts to each other would do so for ever: so often a day, then it ends as a mistake. */
const movesADay = 5;

/**
 * Brings those who are due to another campaign's door, where its own rules say who may come in, or takes them out of
 * it. What cannot be done, since the other one does not run, holds them until it is mended.
 */
export async function actOnCampaign(
  tx: TenantTx,
  context: StepContext,
  action: CampaignAction,
): Promise<{ acted: number; events: DriverEvent[] }> {
  const { scope, graph, step } = context;
  const ids = (await dueRows(tx, context)).map((row) => row.id);
  if (ids.length === 0) return { acted: 0, events: [] };
  const removes = action.type === "remove_from_campaign";
  if (!removes && !(await takesIn(tx, action.campaignId))) {
    await holdIncomplete(tx, ids);
    return { acted: ids.length, events: [] };
  }
  const people = await movedPeople(tx, ids);
  const circling = removes ? [] : people.filter(({ moves }) => moves >= movesADay);
  const going = people.filter((person) => !circling.includes(person));
  const leaves = action.type === "move_to_campaign";
  const at = (await appNow(tx)).getTime();
  const staying = leaves ? [] : going;
  const plan = planMoves(
    graph,
    step,
    staying.map(({ id }) => ({ enrollmentId: id, outcome: "acted", edge: "next" as const, at })),
  );
  const events = await wakeSteps(tx, { scope, graph, dues: duesOf(plan) });
  const contactIds = going.map((person) => person.contact_id);
  if (removes) await takeOut(tx, action.campaignId, contactIds);
  else if (contactIds.length > 0) {
    await bringContacts(tx, { campaignId: action.campaignId, contactIds, actorId: null });
    events.push(arrivalsEvent(scope, action.campaignId));
  }
  await applyMoves(tx, plan);
  await exitEnrollments(tx, [
    ...(leaves ? going : []).map(({ id }) => ({ enrollmentId: id, reason: "moved" as const })),
    ...circling.map(({ id }) => ({ enrollmentId: id, reason: "config_error" as const })),
  ]);
  return { acted: ids.length, events };
}

async function takesIn(tx: TenantTx, campaignId: string): Promise<boolean> {
  try {
    await scopeOfLaunched(tx, campaignId);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** Those of these enrollments, each with how often its contact was handed on within a day. */
async function movedPeople(tx: TenantTx, ids: readonly string[]): Promise<Person[]> {
  return [
    ...(await tx.execute<Person>(sql`
      select e.id, e.contact_id, (
        select count(*)::int from campaign_contacts o join enrollment_step_log l on l.enrollment_id = o.id
          join campaign_steps s on s.id = l.step_id and s.action_type in ('add_to_campaign', 'move_to_campaign')
        where o.contact_id = e.contact_id and l.left_at > app_now() - interval '1 day') as moves
      from campaign_contacts e where e.id = any(${sql.param([...ids])}::uuid[]) order by e.id`)),
  ];
}

async function takeOut(tx: TenantTx, campaignId: string, contactIds: readonly string[]): Promise<void> {
  const rows = await tx.execute<{ id: string }>(sql`
    select id from campaign_contacts
    where campaign_id = ${campaignId}::uuid and contact_id = any(${sql.param([...contactIds])}::uuid[])
      and status in ('enrolled', 'active', 'paused') order by id`);
  await exitEnrollments(
    tx,
    rows.map(({ id }) => ({ enrollmentId: id, reason: "action_exit" })),
  );
}
