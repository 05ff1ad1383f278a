import { callerFor } from "#server/testing";
import { createSession, createTenant, type NewTenant } from "./factories.ts";
import { asOwner } from "./testing-database.ts";

/** Moves `app_now()` on by an interval as Postgres writes it ("3 days 2 hours"), and tells everyone who listens. */
export async function moveClock(interval: string): Promise<void> {
  await asOwner(async (sql) => {
    await sql`update test_clock set offset_interval = offset_interval + ${interval}::interval`;
    await sql`select pg_notify('clock', ${interval})`;
  });
}

/** A tenant with a workspace and its owner, signed in; `caller` calls the router as that person would. */
export async function newTenant(options: NewTenant = {}) {
  const tenant = await createTenant(options);
  const { sessionId } = await createSession(tenant.userId);
  return { ...tenant, sessionId, caller: callerFor({ sessionId, workspaceSlug: tenant.slug }) };
}
