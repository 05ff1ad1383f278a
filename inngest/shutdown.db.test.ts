import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { eventually } from "#inngest/engine/conformance-lab";
import { startEngine } from "#inngest/engine/engine";
import { launch, ledger, newCampaign, type Started } from "#server/enrollments/testing";
import { env } from "#server/env";
import { log } from "#server/log";
import { sinks } from "#server/messages/testing-sinks";

await vi.hoisted(async () => {
  const { freePort } = await import("../server/messages/testing-sinks.ts");
  const [ENGINE_PORT, WORKER_PORT] = [String(await freePort()), String(await freePort())];
  delete process.env.INNGEST_DEV;
  Object.assign(process.env, { ENGINE_PORT, WORKER_PORT });
});

const takenUp = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ runId: string | null }>(
      sql`select run_id as "runId" from campaign_drivers where campaign_id = ${campaignId}::uuid`,
    );
    return row?.runId ?? null;
  });

test("a worker told to end finishes the step in its hands, begins nothing, and is gone well within 30 s", async () => {
  const engine = await startEngine({
    databaseUrl: env.ENGINE_DATABASE_URL,
    signingKey: env.INNGEST_SIGNING_KEY ?? "",
    eventKey: env.INNGEST_EVENT_KEY ?? "",
    workerUrls: [`http://127.0.0.1:${env.WORKER_PORT}/api/inngest`],
    host: "127.0.0.1",
    port: env.ENGINE_PORT,
    log,
  });
  const worker = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "inngest/worker.ts"], {
    cwd: path.dirname(import.meta.dirname),
    env: process.env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    const ready = () =>
      fetch(`http://127.0.0.1:${env.WORKER_PORT}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually(ready, "the worker is ready", 45_000);
    const campaign = await newCampaign({ emails: ["slow-at-the-end@example.test"] });
    const later = await newCampaign({ emails: ["too-late@example.test"] });
    await launch(campaign.scope, campaign.campaignId);
    const arrived = () => sinks.mails.some(({ to }) => to.startsWith("slow-at-the-end"));
    await eventually(arrived, "the message has arrived, and the reply is on its way");
    const metrics = () =>
      fetch(`http://127.0.0.1:${env.WORKER_PORT}/metrics`).then((answer) => answer.text());
    expect(await metrics()).toMatch(/postroad_function_calls_running\{role="worker"\} [1-9]/);
    // The step that put the message into the queue may still be answering when the mailbox has it on its way.
    const answered = 'function="postroad-run-email-step",status="206"';
    await eventually(async () => (await metrics()).includes(answered), "the email step has answered");

    const toldAt = performance.now();
    const ended = once(worker, "exit");
    worker.kill("SIGTERM");
    await eventually(
      async () => (await asOwner((owner) => owner`select from queue.workers`)).length === 0,
      "it has taken itself off the list",
    );
    await launch(later.scope, later.campaignId);
    expect(await ended).toEqual([0, null]);
    expect(performance.now() - toldAt).toBeLessThan(15_000);

    expect((await ledger(campaign)).map((row) => row.delivery_status)).toEqual(["sent"]);
    expect(await takenUp(later)).toBeNull();
  } finally {
    worker.kill("SIGKILL");
    await engine.stop(0);
  }
}, 90_000);
