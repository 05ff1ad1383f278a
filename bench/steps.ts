/**
 * Launching a campaign for many contacts: freezing and enrolling them all, then moving them through a wait and through
 * a condition, in the slices of the functions, as the runtime role under row-level security. The floors are one
 * statement that inserts as many rows, and one that moves as many and writes as many lines of the log.
 *
 *   npm run bench:steps -- [contacts]
 */
import type postgres from "postgres";
import type { StepWork } from "#server/enrollments/run";
import { sinks } from "#server/messages/testing-sinks";
import { openBenchDatabase, report, timed } from "./database.ts";

/** Ends a transaction that is not to last. */
class Undone extends Error {}

const contacts = Number(process.argv[2] ?? 1_000_000);

// Events go to a listener that only takes them.
Object.assign(process.env, sinks.env);
const { owner, close } = await openBenchDatabase();
const { createCampaign, createTenant } = await import("#db/factories");
const { withTenant } = await import("#db/tenancy");
const { releaseWaits } = await import("#server/enrollments/wait-step");
const { decideCondition } = await import("#server/enrollments/condition-step");
const { launchCampaign } = await import("#server/enrollments/launch");
const { enrollNext, enrollSideBySide, moveSize, startCampaign, startStep, workOnStep, workSideBySide } =
  await import("#server/enrollments/run");

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

const campaign = { tenantId, workspaceId, campaignId };

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
await sinks.stop();

/** Seconds for everybody at the step. */
async function through(stepId: string, work: StepWork): Promise<number> {
  const due = { ...campaign, stepId, stepOrder: 1, stepType: "wait" as const };
  const fence = (await startStep(due, "bench")) ?? -1;
  return timed(async () => {
    let moved = 0;
    let full = false;
    for (let more = true; more;) {
      const act = full ? workSideBySide : workOnStep;
      const slice: Awaited<ReturnType<typeof workOnStep>> = await act({ ...due, fence }, work, moveSize);
      moved += slice.acted;
      ({ more, full } = slice);
    }
    if (moved < contacts) throw new Error(`${moved} of ${contacts} contacts were moved.`);
  });
}

async function launchAndEnroll(): Promise<number> {
  return timed(async () => {
    await withTenant(scope, (tx) => launchCampaign(tx, { campaignId }));
    const fence = (await startCampaign(campaign, "bench")) ?? -1;
    let enrolled = 0;
    let full = false;
    for (let done = false; !done;) {
      const enroll = full ? enrollSideBySide : enrollNext;
      const slice: Awaited<ReturnType<typeof enrollSideBySide>> = await enroll({ ...campaign, fence });
      enrolled += slice.enrolled;
      ({ done, full } = slice);
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
