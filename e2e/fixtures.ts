import { test as base } from "@playwright/test";
import type { Page } from "@playwright/test";
import postgres from "postgres";
import { closeDatabase } from "#db/client";
import { createSession, createTenant } from "#db/factories";
import type { Tenant } from "#db/factories";
import { sealSessionId, sessionCookie } from "#server/auth";
import { env } from "#server/env";

export { expect } from "@playwright/test";

type Fixtures = {
  /** A tenant of this test alone: its first workspace, its owner, a sandbox mailbox. */
  workspace: Tenant;
  /** A page on which the workspace's owner is signed in. */
  signedInPage: Page;
};

/** Signs the page's browser in as this person, without the form. */
export async function signIn(page: Page, userId: string): Promise<void> {
  const { sessionId } = await createSession(userId);
  await page
    .context()
    .addCookies([
      { name: sessionCookie(), value: await sealSessionId(sessionId), url: env.APP_URL, httpOnly: true },
    ]);
}

/**
 * Moves the product's clock on by an interval as Postgres writes it ("3 days 2 hours"), for every test of the run:
 * forward only, and no test may count on where it stands.
 */
export async function moveClock(interval: string): Promise<void> {
  const sql = postgres(env.DATABASE_OWNER_URL, { max: 1, onnotice: () => undefined });
  try {
    await sql`update test_clock set offset_interval = offset_interval + ${interval}::interval`;
    await sql`select pg_notify('clock', ${interval})`;
  } finally {
    await sql.end();
  }
}

export const test = base.extend<Fixtures, { database: void }>({
  database: [
    async ({}, use) => {
      await use();
      await closeDatabase();
    },
    { scope: "worker", auto: true },
  ],
  workspace: async ({}, use) => {
    await use(await createTenant());
  },
  signedInPage: async ({ page, workspace }, use) => {
    await signIn(page, workspace.userId);
    await use(page);
  },
});
