/**
 * Launching a campaign for many contacts: freezing and enrolling them all, then moving them through a wait and through
 * a condition, slice by slice as the functions do it, as the runtime role under row-level security. The floors are one
 * statement that inserts as many rows, and one that moves as many and writes as many lines of the log.
 *
 *   npm run bench:steps -- [contacts]
 */
import type postgres from "postgres";
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
const { launchCampaign } = await import("#server/enrollments/launch");
const { enrollSize, moveSize, startCampaign } = await import("#server/enrollments/run");
const { enrollSlice } = await import("#server/enrollments/freeze");

const { scope, tenantId, workspaceId } = await createTenant();
const [wait = "", fork = "", yes = "", no = ""] = Array.from({ length: 4 }, () => crypto.randomUUID());
const rest = { stepType: "wait", waitDuration: { value: 30, unit: "days" }, nextStepId: null } as const;
const { campaignId } = await withTenant(scope, (tx) =>
  createCampaign(tx, {
    audience: { everyone: true },
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

await owner`
  insert into contacts (tenant_id, workspace_id, email, email_normalized, city)
  select ${tenantId}, ${workspaceId}, 'person.' || n || '@example.test', 'person.' || n || '@example.test',
    case when n % 3 = 0 then 'Berlin' else 'Paris' end
  from generate_series(1, ${contacts}) n`;
await owner`vacuum analyze contacts`;
console.log(`${contacts} contacts are there`);

const enrollFloor = contacts / (await bareEnroll());
report("contacts frozen and enrolled", "contacts/s", contacts / (await launchAndEnroll()), enrollFloor);
// Their day of waiting is over.
await owner`update campaign_contacts set next_email_scheduled_at = app_now(), due_local = null`;
await owner`vacuum campaign_contacts`;

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

async function launchAndEnroll(): Promise<number> {
  return timed(async () => {
    await withTenant(scope, (tx) => launchCampaign(tx, { campaignId }));
    const fence = (await startCampaign({ tenantId, workspaceId, campaignId }, "bench")) ?? -1;
    let enrolled = 0;
    for (let done = false; !done;) {
      const slice = await withTenant(scope, (tx) =>
        enrollSlice(tx, { scope, campaignId, fence, size: enrollSize }),
      );
      enrolled += slice.enrolled;
      ({ done } = slice);
    }
    if (enrolled !== contacts) throw new Error(`${enrolled} of ${contacts} contacts were enrolled.`);
  });
}

/** Inserts everybody and takes it back. */
function bareEnroll(): Promise<number> {
  return takenBack(
    (tx) => tx`
      insert into campaign_contacts (tenant_id, workspace_id, campaign_id, contact_id, status, current_step_id,
        entered_step_at, next_email_scheduled_at, tz_used, wait_reason)
      select tenant_id, workspace_id, ${campaignId}, id, 'enrolled', ${wait}, app_now(), app_now(), 'UTC', 'waiting'
      from contacts where tenant_id = ${tenantId}`,
  );
}

/** Moves everybody and takes it back. */
function bareMove(): Promise<number> {
  return takenBack(
    (tx) => tx`
      with moved as (
        update campaign_contacts set current_step_id = ${no}, visit = visit + 1, updated_at = app_now()
        where campaign_id = ${campaignId} returning *
      )
      insert into enrollment_step_log (tenant_id, workspace_id, campaign_id, enrollment_id, contact_id, step_id, run_number,
        visit, entered_at, left_at, outcome)
      select tenant_id, workspace_id, campaign_id, id, contact_id, ${wait}, run_number, visit, entered_step_at, app_now(), 'released'
      from moved`,
  );
}

/** Seconds of a statement whose work does not last. */
async function takenBack(statement: (tx: postgres.TransactionSql) => Promise<unknown>): Promise<number> {
  let took = 0;
  await owner
    .begin(async (tx) => {
      took = await timed(() => statement(tx));
      throw new Undone();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
  return took;
}
