import { inngest } from "#inngest/client";
import { importScheduleDue } from "#inngest/events";
import { listDueSchedules, runSchedule } from "#server/imports/schedules/run";

/** Finds the scheduled imports whose time has come. One that is still at it is asked again, and finds that it is. */
export const findImportSchedules = inngest.createFunction(
  {
    id: "find-import-schedules",
    name: "Find scheduled imports",
    triggers: [{ cron: "* * * * *" }],
    retries: 0,
    singleton: { mode: "skip" },
  },
  async ({ step }) => {
    const due = await step.run("find-due", listDueSchedules);
    if (due.length > 0)
      await step.sendEvent(
        "call",
        due.map((schedule) => importScheduleDue.create(schedule)),
      );
    return { due: due.length };
  },
);

const retries = 3;

/** Fetches the file of one schedule and starts its import. */
export const runImportSchedule = inngest.createFunction(
  {
    id: "run-import-schedule",
    name: "Scheduled import",
    triggers: [importScheduleDue],
    retries,
    concurrency: { key: "event.data.scheduleId", limit: 1 },
  },
  async ({ event, step, attempt }) => {
    const { tenantId, workspaceId, scheduleId } = event.data;
    const outcome = await step.run("fetch-and-start", () =>
      runSchedule({ tenantId, workspaceId }, scheduleId, { last: attempt >= retries }),
    );
    return { outcome };
  },
);
