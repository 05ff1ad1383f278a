import { sql } from "drizzle-orm";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createSession } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { eventually } from "#inngest/engine/conformance-lab";
import { startEngine, type Engine } from "#inngest/engine/engine";
import { inngest } from "#inngest/client";
import { exportRequested } from "#inngest/events";
import { startWorker, type Worker } from "#inngest/worker";
import { emailStep, launch, ledger, newCampaign, statusOf, type Started } from "#server/enrollments/testing";
import { env } from "#server/env";
import { askForExport } from "#server/exports/testing";
import { sampleContacts } from "#server/imports/sample";
import { check, detailOf } from "#server/imports/testing";
import { log } from "#server/log";
import { people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";

/** The address of another Inngest server that carries the journey: `npm run conformance` sets it. */
const elsewhere = await vi.hoisted(async () => {
  const { freePort } = await import("../server/messages/testing-sinks.ts");
  const [ENGINE_PORT, WORKER_PORT] = [String(await freePort()), String(await freePort())];
  const { CONFORMANCE_SERVER, CONFORMANCE_DEV, CONFORMANCE_PORT } = process.env;
  // The real engine of this file, in place of the sink that takes events.
  delete process.env.INNGEST_DEV;
  if (CONFORMANCE_DEV) process.env.INNGEST_DEV = CONFORMANCE_DEV;
  else if (CONFORMANCE_SERVER && CONFORMANCE_SERVER !== "cloud")
    process.env.INNGEST_BASE_URL = CONFORMANCE_SERVER;
  Object.assign(process.env, { ENGINE_PORT, WORKER_PORT: CONFORMANCE_PORT || WORKER_PORT });
  return CONFORMANCE_DEV || CONFORMANCE_SERVER || null;
});
/** Another server's clock cannot be moved: its sleepers are overtaken by the sweeper, which comes every minute. */
const patienceMs = elsewhere ? 180_000 : 15_000;

const openEngine = () =>
  startEngine({
    databaseUrl: env.ENGINE_DATABASE_URL,
    signingKey: env.INNGEST_SIGNING_KEY ?? "",
    eventKey: env.INNGEST_EVENT_KEY ?? "",
    workerUrls: [`http://127.0.0.1:${env.WORKER_PORT}/api/inngest`],
    host: "127.0.0.1",
    port: env.ENGINE_PORT,
    log,
  });
let engine: Engine | undefined;
let worker: Worker;
beforeAll(async () => {
  if (!elsewhere) engine = await openEngine();
  worker = await startWorker();
  await registered();
});
afterAll(async () => {
  await worker.stop();
  await engine?.stop(1_000);
});

const registered = () =>
  eventually(
    async () => {
      if (elsewhere) return (await fetch(worker.url, { method: "PUT" })).ok;
      return (
        (await asOwner((owner) => owner`select from queue.functions where id like 'postroad-%'`)).length >= 10
      );
    },
    "the functions are registered",
    20_000,
  );
const mailsOf = ({ workspaceId }: Started) => sinks.mails.filter((mail) => mail.raw.includes(workspaceId));
const reaches = (campaign: Started, mails: number) =>
  eventually(() => mailsOf(campaign).length === mails, `${mails} mails have arrived`, patienceMs);
const completes = (campaign: Started) =>
  eventually(async () => (await statusOf(campaign)) === "completed", "the campaign is completed", patienceMs);

const drip = () =>
  newCampaign({
    emails: people(30),
    steps: [
      emailStep(),
      { stepType: "wait", waitDuration: { value: 2, unit: "hours" } },
      { stepType: "action", actionType: "add_tag", actionConfig: { tag: "second" } },
      emailStep({ subjectLine: "Second" }),
    ],
  });

async function signedIn(campaign: Started) {
  const { sessionId } = await createSession(campaign.userId);
  return { ...campaign, sessionId, caller: callerFor({ sessionId, workspaceSlug: campaign.slug }) };
}

/** As many runs are asleep or waiting: a campaign's own, and its wait step's. */
const resting = (count: number) =>
  eventually(
    async () =>
      (await asOwner((owner) => owner`select from queue.jobs where kind in ('sleep', 'timeout')`)).length
      >= count,
    `${count} runs rest`,
    15_000,
  );

test("the durable functions carry a campaign from launch to completion on the embedded server", async () => {
  const campaign = await drip();
  await launch(campaign.scope, campaign.campaignId);
  await reaches(campaign, 30);
  if (!elsewhere) await resting(2);
  await moveClock("2 hours 1 minute");
  await reaches(campaign, 60);
  await completes(campaign);
  expect((await ledger(campaign)).map((row) => row.delivery_status)).toEqual(
    Array.from({ length: 60 }, () => "sent"),
  );
}, 600_000);

test.skipIf(elsewhere)(
  "all of the server's state lost in the middle of a campaign and of an import changes nothing in the end",
  async () => {
    const campaign = await drip();
    await launch(campaign.scope, campaign.campaignId);
    await reaches(campaign, 30);
    await resting(2);
    const importing = await signedIn(campaign);
    const { id } = await check(importing, sampleContacts());
    await asOwner((owner) =>
      owner.begin(async (sql) => {
        // The import is under way, and its first rows wait for this.
        await sql`lock table import_events in exclusive mode`;
        await importing.caller.imports.start({ id });
        const underWay = async () => (await detailOf(importing, id)).status === "processing";
        await eventually(underWay, "the import is under way", 15_000);
        await engine?.abandon();
      }),
    );
    await asOwner(
      (owner) => owner`
    truncate queue.apps, queue.functions, queue.crons, queue.cron_fires, queue.events, queue.run_keys, queue.runs,
      queue.steps, queue.waits, queue.jobs, queue.workers`,
    );
    engine = await openEngine();
    await registered();
    await moveClock("2 hours 1 minute");
    // The sweeper runs every minute by the product's clock.
    await eventually(
      async () => {
        await moveClock("1 minute");
        const ended = await Promise.all([statusOf(campaign), detailOf(importing, id)]);
        return ended[0] === "completed" && ended[1].status === "completed";
      },
      "the campaign and the import are completed",
      40_000,
    );
    const got = mailsOf(campaign).map((mail) => `${mail.to} ${mail.subject}`);
    expect(new Set(got).size).toBe(60);
    expect(got).toHaveLength(60);
    const [tagged] = await withTenant(campaign.scope, (tx) =>
      tx.execute<{ count: number }>(
        sql`select count(*)::int as count from contact_events where type = 'tag.added'`,
      ),
    );
    expect(tagged?.count).toBe(30);
    expect(await detailOf(importing, id)).toMatchObject({
      created: 480,
      skipped: 12,
      errors: 8,
      totalRows: 500,
    });
    const [brought] = await withTenant(campaign.scope, (tx) =>
      tx.execute<{ count: number }>(
        sql`select count(*)::int as count from contacts where first_source_import_id = ${id}::uuid`,
      ),
    );
    expect(brought?.count).toBe(480);
  },
  90_000,
);

test("a job that fails shows when it is tried again, is tried then, and ends well once its trouble is over", async () => {
  const tenant = await newTenant();
  const { tenantId, workspaceId } = tenant;
  const id = await askForExport(tenant);
  // A file where the folder of the workspace belongs: nothing can be stored.
  const folder = path.join(env.DATA_DIR, "files", tenantId);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, workspaceId), "");
  await inngest.send(exportRequested.create({ tenantId, workspaceId, exportId: id, fence: 1 }));
  const shown = async () => (await tenant.caller.exports.list({})).rows.find((row) => row.id === id);
  const tries = new Set<string>();
  await eventually(
    async () => {
      const { waitCode, waitUntil } = (await shown()) ?? {};
      if (waitCode === "retrying" && waitUntil) tries.add(waitUntil.toISOString());
      return tries.size === 2;
    },
    "the page has shown the times of two more tries",
    patienceMs,
  );
  await rm(path.join(folder, workspaceId));
  await eventually(async () => (await shown())?.status === "completed", "the file is written", patienceMs);
  expect(await shown()).toMatchObject({ waitCode: null, waitUntil: null });
}, 120_000);
