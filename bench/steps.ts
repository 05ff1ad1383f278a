/**
 * Moving many contacts through a wait and through a condition, slice by slice as the step functions do it, as the
 * runtime role under row-level security. The floor is one statement that moves as many rows and writes as many lines
 * of the log.
 *
 *   npm run bench:steps -- [contacts]
 */
import type { Slice, SliceResult } from "#server/enrollments/slice";
import { openBenchDatabase, report, timed } from "./database.ts";

/** Ends a transaction that is not to last. */
class Undone extends Error {}

const contacts = Number(process.argv[2] ?? 1_000_000);

const { owner, close } = await openBenchDatabase();
const { createCampaign, createTenant } = await import("#db/factories");
const { withTenant } = await import("#db/tenancy");
const { takeOver } = await import("#server/drivers/mutations");
const { releaseWaits } = await import("#server/enrollments/wait-step");
const { decideCondition } = await import("#server/enrollments/condition-step");
const { moveSize } = await import("#server/enrollments/run");

const { scope, tenantId, workspaceId } = await createTenant();
const [wait = "", fork = "", yes = "", no = ""] = Array.from({ length: 4 }, () => crypto.randomUUID());
const rest = { stepType: "wait", waitDuration: { value: 30, unit: "days" }, nextStepId: null } as const;
const { campaignId } = await withTenant(scope, (tx) =>
  createCampaign(tx, {
    status: "active",
    steps: [
      { id: wait, stepType: "wait", waitDuration: { value: 1, unit: "days" }, nextStepId: fork },
      {
        id: fork,
        stepType: "condition",
        conditionRules: {
          version: 1,
          match: "any",
          rules: [
            { field: "email_opened", operator: "is_true" },
            { field: "city", operator: "equals", value: "Berlin" },
          ],
        },
        nextStepId: null,
        trueNextStepId: yes,
        falseNextStepId: no,
      },
      { id: yes, ...rest },
      { id: no, ...rest },
    ],
  }),
);

console.log(`filling ${contacts} contacts at a wait that is over …`);
await owner`
  insert into contacts (tenant_id, workspace_id, email, email_normalized, city)
  select ${tenantId}, ${workspaceId}, 'person.' || n || '@example.test', 'person.' || n || '@example.test',
    case when n % 3 = 0 then 'Berlin' else 'Paris' end
  from generate_series(1, ${contacts}) n`;
await owner`insert into step_drivers (tenant_id, workspace_id, campaign_id, step_id)
  select tenant_id, workspace_id, campaign_id, id from campaign_steps where campaign_id = ${campaignId}`;
await owner`
  insert into campaign_contacts (tenant_id, workspace_id, campaign_id, contact_id, status, current_step_id,
    entered_step_at, next_email_scheduled_at, tz_used, wait_reason)
  select tenant_id, workspace_id, ${campaignId}, id, 'active', ${wait}, app_now() - interval '1 day', app_now(), 'UTC', 'waiting'
  from contacts where tenant_id = ${tenantId}`;

const floor = contacts / (await bareMove());
report("contacts through a wait", "contacts/s", contacts / (await through(wait, releaseWaits)), floor);
report(
  "contacts through a condition",
  "contacts/s",
  contacts / (await through(fork, decideCondition)),
  floor,
);
const [stand] = await owner<{ yes: number; no: number }[]>`
  select count(*) filter (where current_step_id = ${yes})::int as yes, count(*) filter (where current_step_id = ${no})::int as no
  from campaign_contacts where campaign_id = ${campaignId}`;
console.log(`${stand?.yes} took the Yes branch, ${stand?.no} the No branch`);
console.log(`${Math.round(process.memoryUsage().rss / 1e6)} MB resident`);
await close();

type Work = (tx: Parameters<typeof releaseWaits>[0], slice: Slice) => Promise<SliceResult>;

/** Seconds for everybody at the step, in the transactions that a run makes. */
async function through(stepId: string, work: Work): Promise<number> {
  const fence = await withTenant(scope, (tx) =>
    takeOver(tx, { table: "step_drivers", id: stepId }, { runId: "bench" }),
  );
  return timed(async () => {
    let moved = 0;
    for (let more = true; more;) {
      const slice = { scope, campaignId, stepId, fence: fence ?? -1, limit: moveSize };
      const result: SliceResult = await withTenant(scope, (tx) => work(tx, slice));
      moved += result.acted;
      ({ more } = result);
    }
    if (moved < contacts) throw new Error(`${moved} of ${contacts} contacts were moved.`);
  });
}

/** Moves everybody and takes it back. */
async function bareMove(): Promise<number> {
  let took = 0;
  await owner
    .begin(async (tx) => {
      took = await timed(
        () => tx`
        with moved as (
          update campaign_contacts set current_step_id = ${no}, visit = visit + 1, updated_at = app_now()
          where campaign_id = ${campaignId} returning *
        )
        insert into enrollment_step_log (tenant_id, workspace_id, campaign_id, enrollment_id, contact_id, step_id, run_number,
          visit, entered_at, left_at, outcome)
        select tenant_id, workspace_id, campaign_id, id, contact_id, ${wait}, run_number, visit, entered_step_at, app_now(), 'released'
        from moved`,
      );
      throw new Undone();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
  return took;
}
