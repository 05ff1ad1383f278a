import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { log } from "#server/log";
import { sendSystemMail } from "#server/mail/system";
import { notify } from "#server/notifications/mutations";
import { failuresTold } from "./schema.ts";

/** A mail that is to be sent once the failure it tells of is committed. */
export type Alarm = { scheduleId: string; email: string; name: string; problem: string };

/**
 * Counts a failure of a schedule: its file could not be fetched or read, or the import that it started stopped. With
 * the third in a row people are told, once; returns the mail for whoever is to hear of it outside.
 */
export async function countFailure(tx: TenantTx, scheduleId: string, problem: string): Promise<Alarm | null> {
  const [row] = await tx.execute<{ failures: number; name: string; email: string | null; createdBy: string }>(
    sql`update import_schedules set failures = failures + 1, problem = ${problem}, updated_at = app_now()
      where id = ${scheduleId}::uuid
      returning failures, name, notify_email as email, created_by as "createdBy"`,
  );
  if (row?.failures !== failuresTold) return null;
  const { name, email } = row;
  await notify(tx, {
    userId: row.createdBy,
    type: "import_schedule.failed",
    title: `The scheduled import ${name} failed ${failuresTold} times in a row`,
    body: problem,
    path: `/imports/schedules/${scheduleId}`,
  });
  return email === null ? null : { scheduleId, email, name, problem };
}

/** A schedule works: what failed before counts no more. */
export async function forgetFailures(tx: TenantTx, scheduleId: string): Promise<void> {
  await tx.execute(sql`
    update import_schedules set failures = 0, problem = null where id = ${scheduleId}::uuid and failures > 0`);
}

/** Sends the mail of an alarm, if there is one. Not inside a transaction. */
export async function sendAlarm(alarm: Alarm | null): Promise<void> {
  if (!alarm) return;
  const { scheduleId, email, name, problem } = alarm;
  const text = `The scheduled import "${name}" failed ${failuresTold} times in a row:\n\n${problem}\n\nIt goes on trying at its times.`;
  const subject = `Scheduled import failing: ${name}`;
  await sendSystemMail({ to: { name: "", email }, subject, text }).catch(
    // The failure is noted and shown; a mail server that is down must not count it again.
    (error: unknown) => log.warn({ err: error, scheduleId }, "no mail about a failing schedule"),
  );
}
