import { once } from "node:events";
import { existsSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "@playwright/test";
import postgres from "postgres";
import { v7 } from "uuid";
import { createCampaign, createContacts, createList, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { env } from "#server/env";
import { expect, moveClock, signIn, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";
import { killPart } from "./processes.ts";
import { mailsAbout, setRobot } from "./sandbox.ts";

const people = 500;
/** So many messages of a mailbox are handed over at a time: their fate is unknown when their sender dies. */
const inHand = 200;

test.skip(
  !existsSync("/proc/self/cmdline"),
  "Processes are found through /proc, which this system does not have.",
);
test.beforeAll(() => setRobot({ robotOn: false }));

for (const part of ["worker", "engine", "postgres", "web"] as const) {
  test(`after kill -9 of ${part} in mid-campaign, nobody gets a message twice, and who may have none is listed`, async ({
    page,
    workspace,
  }) => {
    test.setTimeout(240_000);
    const { first, second, campaignId } = await launch(page, workspace);
    await expect.poll(async () => (await mailsAbout(first)).length, { timeout: 60_000 }).toBeGreaterThan(20);
    expect(killPart(part)).toBeGreaterThan(0);
    await finish(workspace, { first, second, campaignId });
  });
}

test("after all of the engine's state is wiped in mid-campaign, everybody gets each message exactly once", async ({
  page,
  workspace,
}) => {
  test.setTimeout(240_000);
  const { first, second, campaignId } = await launch(page, workspace);
  await expect.poll(async () => (await mailsAbout(first)).length, { timeout: 60_000 }).toBeGreaterThan(20);
  await wipeEngine();
  await settled(workspace, campaignId, first, 1);
  await wipeEngine();
  await finish(workspace, { first, second, campaignId });
  // Nobody who sends has died, so that nothing is in doubt.
  for (const emails of [1, 2]) {
    const { count, unknown } = await ledgerOf(workspace, campaignId, emails);
    expect([count, unknown]).toEqual([people, []]);
  }
});

test("a web server that is told to stop answers what it has begun, takes nothing new, and is back", async () => {
  const login = JSON.stringify({ json: { email: "nobody@example.test" } });
  const asked = request(`${env.APP_URL}/api/trpc/accounts.forgotPassword`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(login) },
  });
  const answer = once(asked, "response");
  asked.write(login.slice(0, 10));
  await sleep(500);
  expect(killPart("web", "SIGTERM")).toBeGreaterThan(0);
  const health = () =>
    fetch(`${env.APP_URL}/api/health`).then(
      ({ status }) => status,
      () => "refused",
    );
  await expect.poll(health).toBe("refused");
  asked.end(login.slice(10));
  const [{ statusCode }] = (await answer) as [IncomingMessage];
  expect(statusCode).toBe(200);
  await expect.poll(health, { timeout: 30_000 }).toBe(200);
});

/** Five hundred people on their way through two emails with an hour between. */
async function launch(page: Page, tenant: Tenant) {
  const unique = v7().slice(-8);
  const [first, second] = [`First ${unique}`, `Second ${unique}`];
  const campaignId = await withTenant(tenant.scope, async (tx) => {
    const contactIds = await createContacts(
      tx,
      Array.from({ length: people }, (_, n) => ({
        email: `p${n}.${unique}@example.test`,
        firstName: `P${n}`,
      })),
    );
    const listId = await createList(tx, { name: `People ${unique}`, contactIds });
    const html = '<p>Hello {{ first_name }}</p><p><a href="https://www.example.com/">Look</a></p>';
    const made = await createCampaign(tx, {
      name: `Crash ${unique}`,
      emailAccountId: tenant.emailAccountId,
      audience: { everyone: false, include: [listId], exclude: [] },
      steps: [
        { stepType: "email", subjectLine: first, emailContent: html },
        { stepType: "wait", waitDuration: { value: 1, unit: "hours" } },
        { stepType: "email", subjectLine: second, emailContent: html },
      ],
    });
    return made.campaignId;
  });
  const sql = postgres(env.DATABASE_OWNER_URL, { max: 1, onnotice: () => undefined });
  await sql`update campaign_settings set no_limits = true where campaign_id = ${campaignId}`;
  await sql.end();
  await signIn(page, tenant.userId);
  await page.goto(`/${tenant.slug}/campaigns/${campaignId}/edit/review`);
  await launchCampaign(page);
  await expect(page).toHaveURL(new RegExp(`/campaigns/${campaignId}$`));
  return { first, second, campaignId };
}

type Sent = { first: string; second: string; campaignId: string };

async function finish(tenant: Tenant, { first, second, campaignId }: Sent): Promise<void> {
  await settled(tenant, campaignId, first, 1);
  await moveClock("2 hours");
  await settled(tenant, campaignId, second, 2);
}

/** `claims` tells those that somebody hands over from each other, living or dead. */
type Ledger = { count: number; open: number; claims: string; unknown: string[] };

/**
 * Waits until every message of the email is decided, then compares the ledger with what the sandbox caught: each
 * person once, none twice; whoever has none is listed as unknown, and nobody sent it to them again.
 */
async function settled(tenant: Tenant, campaignId: string, subject: string, emails: number): Promise<void> {
  const unknownBefore = await unknownOf(tenant, campaignId, emails - 1);
  const expected = people - unknownBefore;
  let still = { claims: "", looks: 0 };
  await expect
    .poll(
      async () => {
        const ledger = await ledgerOf(tenant, campaignId, emails).catch(whileDown);
        if (!ledger) return "Postgres is on its way back";
        const { count, open, claims } = ledger;
        still = { claims, looks: claims === still.claims ? still.looks + 1 : 0 };
        // What died with its sender is decided when its lease runs out, which is minutes away. Not while somebody
        // living hands messages over: their leases would run out as well.
        if (open > 0 && still.looks > 0 && still.looks % 10 === 0) await moveClock("2 minutes");
        return count - open;
      },
      { timeout: 120_000, intervals: [500] },
    )
    .toBe(expected);
  const { unknown } = await ledgerOf(tenant, campaignId, emails);
  expect(unknown.length, "no more than one mailbox has in hand at a time").toBeLessThanOrEqual(inHand);
  const times = new Map<string, number>();
  for (const { to } of await mailsAbout(subject)) times.set(to, (times.get(to) ?? 0) + 1);
  expect([...times].filter(([, count]) => count > 1)).toEqual([]);
  expect([...times.keys()].filter((to) => !unknown.includes(to)).length).toBe(expected - unknown.length);
}

const unknownOf = async (tenant: Tenant, campaignId: string, emails: number) =>
  emails === 0 ? 0 : (await ledgerOf(tenant, campaignId, emails)).unknown.length;

/** The ledger of the n-th email step of a campaign. */
async function ledgerOf({ tenantId }: Tenant, campaignId: string, emails: number): Promise<Ledger> {
  const sql = postgres(env.DATABASE_OWNER_URL, { max: 1, onnotice: () => undefined });
  try {
    const rows = await sql<{ to_email: string; delivery_status: string; claim_token: string | null }[]>`
      select m.to_email, m.delivery_status, m.claim_token from content.email_messages m
      join campaign_steps s on s.id = m.step_id
      where m.tenant_id = ${tenantId} and m.campaign_id = ${campaignId} and s.step_order = ${emails === 1 ? 1 : 3}`;
    const of = (...states: string[]) => rows.filter((row) => states.includes(row.delivery_status));
    const claims = new Set(of("sending").map((row) => row.claim_token));
    return {
      count: rows.length,
      open: of("queued", "sending", "deferred").length,
      claims: [...claims].toSorted().join(" "),
      unknown: of("unknown").map((row) => row.to_email),
    };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function whileDown(error: unknown): null {
  const { code = "", message } = error as Error & { code?: string };
  if (/ECONN|CONNECT|57P0|closed|starting up/.test(`${code} ${message}`)) return null;
  throw error;
}

/** Every row that the engine keeps, as if its store had been lost. */
async function wipeEngine(): Promise<void> {
  const sql = postgres(env.DATABASE_OWNER_URL, { max: 1, onnotice: () => undefined });
  const tables = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'queue' and c.relkind in ('r', 'p') and not c.relispartition`;
  const truncate = `truncate ${tables.map(({ name }) => `queue.${name}`).join(", ")}`;
  // The engine is at work meanwhile and may hold two of the tables in another order.
  for (let wiped = false; !wiped;)
    wiped = await sql.unsafe(truncate).then(
      () => true,
      (error: unknown) => {
        if (error instanceof postgres.PostgresError && error.code === "40P01") return false;
        throw error;
      },
    );
  await sql.end();
}
