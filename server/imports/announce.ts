import { inngest } from "#inngest/client";
import type {
  contactEditRequested,
  exportRequested,
  importCancelled,
  importFetchRequested,
  importRequested,
  importUndoRequested,
  scoreRefreshRequested,
  segmentRefreshRequested,
} from "#inngest/events";
import { log } from "#server/log";

type JobEvent =
  | ReturnType<typeof importRequested.create>
  | ReturnType<typeof importUndoRequested.create>
  | ReturnType<typeof importCancelled.create>
  | ReturnType<typeof importFetchRequested.create>
  | ReturnType<typeof exportRequested.create>
  | ReturnType<typeof contactEditRequested.create>
  | ReturnType<typeof segmentRefreshRequested.create>
  | ReturnType<typeof scoreRefreshRequested.create>;

/**
 * Sends the event of a job whose row is committed. When nobody takes it the job waits in its row, where the sweeper
 * finds it: what the person asked for has not failed.
 */
export async function announce(event: JobEvent): Promise<void> {
  try {
    await inngest.send(event);
  } catch (error) {
    log.warn({ err: error, event: event.name }, "event not sent: the sweeper will");
  }
}
