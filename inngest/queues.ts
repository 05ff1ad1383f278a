/** The queue names that have a partition of their own; every other name shares the default one. */
const queues: Record<string, string> = {
  "send-from-mailbox": "email-sending",
  "launch-scheduled-campaign": "email-processing",
  "run-campaign": "email-processing",
  "enroll-arrivals": "email-processing",
  "run-email-step": "email-processing",
  "run-wait-step": "email-processing",
  "run-condition-step": "email-processing",
  "run-action-step": "email-processing",
  "warm-up-mailbox": "warmup-processing",
  "read-mailbox": "bounce-processing",
  "deliver-webhook": "webhook-processing",
  "refresh-analytics": "analytics-daily",
};

/** The queue of a function, by its id without the app's prefix. */
export function queueOf(functionId: string): string {
  return queues[functionId] ?? "default";
}

/** Every priority that a job can have, the soonest first: claiming looks at one after the other. */
export const priorities = [10, 0, -10] as const;

/** `email-sending:high` goes before `email-sending`, and that before `email-sending:low`. */
export function priorityOf(queueName: string): number {
  if (queueName.endsWith(":high")) return 10;
  return queueName.endsWith(":low") ? -10 : 0;
}
