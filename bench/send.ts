/**
 * Sending email of 5 KB with five tracked links, a pixel and a text part, from the launch of a campaign per mailbox to
 * the last result written down, against the floor: handing the same bytes, made beforehand, to the same server over as
 * many connections, by our own client and by the mail library's pool. Each mailbox sends one group at a time; several keep database and sender busy at once.
 *
 *   npm run bench:send -- [mails] [mailboxes] [--dkim]   (with it, every mail is signed)
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createTransport } from "nodemailer";
import type { Compiled } from "#server/messages/render";
import { sinks } from "#server/messages/testing-sinks";
import { openBenchDatabase, report, timed } from "./database.ts";

const [allMails = 10_000, mailboxes = 4] = process.argv.slice(2).map(Number).filter(Number.isInteger);
const signed = process.argv.includes("--dkim");
/** Of each mailbox. */
const mails = Math.ceil(allMails / mailboxes);
const html = `<h1>Hello {{ first_name }}</h1>${"<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.</p>".repeat(40)}
${["offer", "more", "story", "video", "shop"].map((page) => `<p><a href="https://www.example.com/${page}">${page}</a></p>`).join("")}`;

const sink = fork(path.join(import.meta.dirname, "sink-process.ts"));
const [port] = (await once(sink, "message")) as [number];
// Events go to a listener that only takes them: the loop below does what they ask for.
Object.assign(process.env, sinks.env, { SANDBOX_SMTP_PORT: String(port) });
const { owner, close } = await openBenchDatabase();
try {
  const campaigns: Campaign[] = [];
  for (let n = 0; n < mailboxes; n++) campaigns.push(await makeCampaign());
  const cpu = process.cpuUsage();
  let memory = 0;
  const watch = setInterval(() => (memory = Math.max(memory, process.memoryUsage.rss())), 100);
  let sending: number[] = [];
  const seconds = await timed(async () => (sending = await Promise.all(campaigns.map(runCampaign))));
  clearInterval(watch);
  const { user, system } = process.cpuUsage(cpu);
  const total = mails * mailboxes;
  const [row] =
    await owner`select count(*)::int as sent from content.email_messages where delivery_status = 'sent'`;
  if (row?.sent !== total) throw new Error(`${total} mails should be sent, and ${row?.sent} are.`);
  console.log(
    `the sender's process: ${Math.round((user + system) / total)} µs of its processor a mail, at most ${Math.round(memory / 1024 ** 2)} MB; sending alone ${Math.round(total / Math.max(...sending))} mails/s`,
  );
  const handedOver = await Promise.all(campaigns.map(prepared));
  const floor = await timed(() => Promise.all(handedOver.map(({ byUs }) => byUs())));
  const library = await timed(() => Promise.all(handedOver.map(({ byLibrary }) => byLibrary())));
  console.log(`the mail library hands over ${Math.round(total / library)} of these mails/s`);
  report(signed ? "send signed" : "send", "mails/s", total / seconds, total / floor);
} finally {
  await close();
  await sinks.stop();
  sink.disconnect();
}

type Campaign = Awaited<ReturnType<typeof makeCampaign>>;

async function makeCampaign() {
  const { createCampaign, createTenant } = await import("#db/factories");
  const { withTenant } = await import("#db/tenancy");
  const { addVerifiedDomain } = await import("#server/domains/testing");
  const tenant = await createTenant();
  if (signed) await addVerifiedDomain(tenant.scope, "sandbox.test");
  // By the database, so that what it takes to make them is not in the memory that is measured.
  await owner`
    insert into contacts (tenant_id, workspace_id, email, email_normalized, first_name)
    select ${tenant.tenantId}, ${tenant.workspaceId}, e, e, 'Person ' || n
    from generate_series(0, ${mails - 1}::int) n, lateral (select 'person.' || n || '@example.org' as e) one`;
  const made = await withTenant(tenant.scope, (tx) =>
    createCampaign(tx, {
      emailAccountId: tenant.emailAccountId,
      audience: { everyone: true, include: [], exclude: [] },
      steps: [{ stepType: "email", subjectLine: "Hello {{ first_name }}", emailContent: html }],
    }),
  );
  await owner`update campaign_settings set no_limits = true where campaign_id = ${made.campaignId}`;
  return { ...tenant, campaignId: made.campaignId, stepId: made.stepIds[0] ?? "" };
}

/** Seconds from its first message's claim to the last result. */
async function runCampaign({ scope, campaignId, stepId, emailAccountId }: Campaign): Promise<number> {
  const { commitThenSend } = await import("#server/drivers/events");
  const { launchCampaign } = await import("#server/enrollments/launch");
  const { enrollNext, startCampaign, startStep, workOnStep } = await import("#server/enrollments/run");
  const { queueMessages } = await import("#server/messages/queue");
  const { sendNext, startLane } = await import("#server/messages/run");
  const held = (fence: number | null) => {
    if (fence === null) throw new Error("Nobody else should be at work.");
    return fence;
  };
  await commitThenSend(scope, (tx) => launchCampaign(tx, { campaignId }));
  const campaign = { ...scope, campaignId };
  const fence = held(await startCampaign(campaign, "bench"));
  while (!(await enrollNext({ ...campaign, fence })).done);
  const step = { ...campaign, stepId, stepOrder: 1, stepType: "email" as const };
  const stepFence = held(await startStep(step, "bench"));
  while ((await workOnStep({ ...step, fence: stepFence }, queueMessages)).more);
  const queuedAt = performance.now();
  const lane = { ...scope, emailAccountId };
  const laneFence = held(await startLane(lane, "bench"));
  while ((await sendNext({ ...lane, fence: laneFence })).more);
  return (performance.now() - queuedAt) / 1000;
}

type HandOver = Record<"byUs" | "byLibrary", () => Promise<void>>;

/** The same messages, rendered beforehand, through as many connections. */
async function prepared({ scope, emailAccountId }: Campaign): Promise<HandOver> {
  const { withTenant } = await import("#db/tenancy");
  const { mailServerOf } = await import("#server/mailboxes/queries");
  const { openTransport } = await import("#server/mail/smtp");
  const { loadForRendering, renderAll } = await import("#server/messages/render");
  const rows = await owner<{ id: string; lanes: number }[]>`
    select m.id, a.lanes from content.email_messages m join email_accounts a on a.id = m.email_account_id
    where a.id = ${emailAccountId} order by m.id`;
  const { server, rendered } = await withTenant(scope, async (tx) => {
    const compiled: Compiled = new Map();
    const loaded = await loadForRendering(
      tx,
      rows.map(({ id }) => id),
      compiled,
    );
    return { server: await mailServerOf(tx, emailAccountId), ...(await renderAll(loaded, compiled)) };
  });
  if (signed && !rendered.every(({ raw }) => raw.toString("latin1").startsWith("DKIM-Signature:")))
    throw new Error("Mails should be signed, and some are not.");
  const lanes = rows[0]?.lanes ?? 1;
  return {
    byUs: async () => {
      const transport = openTransport(server, lanes);
      await transport.send(rendered);
      transport.close();
    },
    byLibrary: async () => {
      const { host, user, password } = server;
      const pool = createTransport({
        pool: true,
        host,
        port,
        ignoreTLS: true,
        maxConnections: lanes,
        maxMessages: 200,
        ...(user ? { auth: { user, pass: password } } : {}),
      });
      for (let from = 0; from < rendered.length; from += 1_000)
        await Promise.all(
          rendered.slice(from, from + 1_000).map(({ envelope, raw }) => pool.sendMail({ envelope, raw })),
        );
      pool.close();
    },
  };
}
