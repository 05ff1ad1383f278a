import type { Scope } from "#db/tenancy";
import { jobRetries, retried } from "#server/drivers/retries";
import { jobsAtOnce } from "#server/drivers/schema";
import { driverOf } from "#server/contact-edits/mutations";
import { inngest } from "#inngest/client";
import { contactEditRequested, onceId } from "#inngest/events";
import {
  editSlice,
  handOverContactEdit,
  markContactEditFailed,
  takeContactEdit,
} from "#server/contact-edits/run";

/** Slices of one run: a real server stops at 1,000 steps, and a long run grows slow. */
const slicesPerRun = 200;

/** Makes one change to many contacts, slice by slice. The job row says where to go on. */
export const editContacts = inngest.createFunction(
  {
    id: "edit-contacts",
    name: "Edit contacts",
    triggers: [contactEditRequested],
    retries: jobRetries,
    concurrency: { key: "event.data.tenantId", limit: jobsAtOnce.edit },
    onFailure: ({ event, error }) => markContactEditFailed(event.data.event.data, error),
  },
  async ({ event, step, runId, attempt }) => {
    const { editId, tenantId, workspaceId } = event.data;
    const scope: Scope = { tenantId, workspaceId };
    const fence = await step.run("take-over", () => takeContactEdit(scope, editId, runId));
    if (fence === null) return { outcome: "Another run is at work, or the edit has ended." };
    const driven = { scope, ref: driverOf(editId), fence };
    for (let slice = 1; slice <= slicesPerRun; slice++) {
      const { done } = await step.run(`edit-slice-${slice}`, () =>
        retried(driven, { attempt }, () => editSlice(scope, editId, fence)),
      );
      if (done) return { outcome: "edited" };
    }
    const next = await step.run("hand-over", () => handOverContactEdit(scope, editId, fence));
    if (next === null) return { outcome: "Another run took over." };
    await step.sendEvent(
      "go-on",
      contactEditRequested.create(
        { tenantId, workspaceId, editId, fence: next },
        { id: onceId(contactEditRequested, editId, next) },
      ),
    );
    return { outcome: "continued in a new run" };
  },
);
