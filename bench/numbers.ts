/**
 * The numbers of a campaign with many messages, as the runtime role under row-level security: what its page waits for,
 * against one bare count of the same messages; what a hundred open pages cost; a day's roll-up, against reading that
 * day's messages once; and pages of the messages behind a number, against reading as many rows by their keys.
 *
 *   npm run bench:numbers -- [messages]
 */
import type postgres from "postgres";
import { openBenchDatabase, report, timed } from "./database.ts";

const messages = Number(process.argv[2] ?? 1_000_000);
const emails = 5;

const { owner, close } = await openBenchDatabase();
const { sql } = await import("drizzle-orm");
const { createCampaign, createTenant } = await import("#db/factories");
const { withTenant } = await import("#db/tenancy");
const { loadLive } = await import("#server/analytics/live");
const { listCountedMessages } = await import("#server/analytics/messages");
const { rollUp } = await import("#server/analytics/rollup");
const { follow } = await import("#server/analytics/snapshots");
const { loadTimeline } = await import("#server/analytics/timeline");

const { scope, tenantId, workspaceId, emailAccountId } = await createTenant({ timezone: "Europe/Berlin" });
const { campaignId, stepIds } = await withTenant(scope, (tx) =>
  createCampaign(tx, {
    status: "active",
    launchedAt: new Date(Date.now() - 30 * 86_400_000),
    emailAccountId,
    steps: Array.from({ length: emails }, (_, n) => ({
      stepType: "email" as const,
      subjectLine: `Email ${n + 1}`,
    })),
  }),
);
console.log(
  `filling ${messages / emails} people, ${messages} messages over 30 days, and what was done to them …`,
);
await fill(owner);

const inTenant = <T>(work: Parameters<typeof withTenant<T>>[1]) =>
  withTenant(scope, work, { statementTimeoutMs: 10 * 60_000 });

const rolled = await timed(async () => {
  while ((await inTenant(rollUp))?.more);
});
console.log(`all ${messages} messages rolled up: ${rolled.toFixed(1)} s`);
const today = await p95(() => inTenant(rollUp));
console.log(`today rolled up again: ${ms(today)} ms`);

const bare = await p95(() =>
  inTenant((tx) =>
    tx.execute(sql`select step_id, count(*), count(first_opened_at) from content.email_messages
      where campaign_id = ${campaignId}::uuid group by 1`),
  ),
);
const live = await p95(() => inTenant((tx) => loadLive(tx, campaignId)));
report("numbers of a campaign, counts per second", "counts/s", 1 / live, 1 / bare);
const zone = "Europe/Berlin";
const chart = await p95(() => inTenant((tx) => loadTimeline(tx, { campaignId, zone, unit: "day" })));
report("timeline by day, charts per second", "charts/s", 1 / chart, 1 / bare);
const hours = await p95(() => inTenant((tx) => loadTimeline(tx, { campaignId, zone, unit: "hour" })));
report("timeline by hour, charts per second", "charts/s", 1 / hours, 1 / bare);

let counted = 0;
let answered = 0;
const seconds = 20;
const until = performance.now() + seconds * 1000;
await Promise.all(
  Array.from({ length: 100 }, async () => {
    let seen: string | undefined;
    while (performance.now() < until) {
      const { version } = await follow("bench", seen, () => {
        counted += 1;
        return inTenant((tx) => loadLive(tx, campaignId));
      });
      seen = version;
      answered += 1;
      await new Promise((done) => setTimeout(done, 3_000));
    }
  }),
);
console.log(`100 open pages for ${seconds} s: ${answered} answers from ${counted} counts`);

const keys = await p95(() =>
  inTenant((tx) =>
    tx.execute(sql`select id, to_email, subject, sent_at from content.email_messages
      where campaign_id = ${campaignId}::uuid and step_id = ${stepIds[0]}::uuid order by id desc limit 51`),
  ),
);
for (const is of [
  "sent",
  "opened",
  "machineOpened",
  "clicked",
  "replied",
  "bounced",
  "unsubscribed",
  "failed",
] as const) {
  const first = await p95(() => inTenant((tx) => listCountedMessages(tx, { id: campaignId, is })));
  report(`a page of what is ${is}, pages per second`, "pages/s", 1 / first, 1 / keys);
}
await close();

/** Seconds that 19 of 20 runs stay under, after one that warms caches and plans. */
async function p95(work: () => Promise<unknown>): Promise<number> {
  await work();
  const took: number[] = [];
  const runs = 10;
  for (let run = 0; run < runs; run++) took.push(await timed(work));
  return took.sort((a, b) => a - b)[Math.ceil(runs * 0.95) - 1] ?? 0;
}

function ms(seconds: number): string {
  return (seconds * 1000).toFixed(0);
}

/** People are at the last step or through it; messages are spread evenly over 30 days. */
async function fill(db: postgres.Sql): Promise<void> {
  const people = Math.floor(messages / emails);
  await db`insert into contacts (tenant_id, workspace_id, email, email_normalized)
    select ${tenantId}, ${workspaceId}, e, e from generate_series(1, ${people}::int) n, lateral (select 'person.' || n || '@example.test' as e) a`;
  await db`insert into campaign_contacts (tenant_id, workspace_id, campaign_id, contact_id, status, current_step_id, next_email_scheduled_at, completed_at)
    select tenant_id, workspace_id, ${campaignId}, id, case when n % 2 = 0 then 'completed' else 'active' end,
      case when n % 2 = 1 then ${stepIds.at(-1) ?? ""}::uuid end, case when n % 2 = 1 then app_now() + interval '1 day' end,
      case when n % 2 = 0 then app_now() end
    from (select *, row_number() over (order by id) as n from contacts where tenant_id = ${tenantId}) c`;
  await db`
    insert into content.email_messages (tenant_id, workspace_id, campaign_id, contact_id, enrollment_id, step_id, email_account_id,
      from_email, to_email, subject, delivery_status, sent_at, first_opened_at, open_count, machine_open_count, first_clicked_at,
      click_count, replied_at, bounced_at, bounce_type, unsubscribed_at, merge_values)
    select e.tenant_id, e.workspace_id, e.campaign_id, e.contact_id, e.id, s.id, ${emailAccountId}, 'a@example.test', 'b@example.test',
      'Hello', case when x.n % 50 = 0 then 'bounced' else 'sent' end, x.at,
      case when x.n % 3 = 0 then x.at + interval '2 hours' end, case when x.n % 3 = 0 then 2 else 0 end, case when x.n % 4 = 0 then 1 else 0 end,
      case when x.n % 20 = 0 then x.at + interval '3 hours' end, case when x.n % 20 = 0 then 1 else 0 end,
      case when x.n % 500 = 0 then x.at + interval '1 day' end, case when x.n % 50 = 0 then x.at + interval '1 minute' end,
      case when x.n % 50 = 0 then 'hard' end, case when x.n % 1000 = 0 then x.at + interval '5 hours' end,
      jsonb_build_object('first_name', 'Ada', 'company', 'Company ' || x.n)
    from campaign_contacts e join campaign_steps s on s.campaign_id = e.campaign_id
    cross join lateral (select (hashtextextended(e.id::text || s.id::text, 0) & 65535)::int as n) h
    cross join lateral (select h.n, app_now() - interval '30 days' + h.n * (interval '30 days' / 65536) as at) x`;
  await db`
    insert into email_events (tenant_id, workspace_id, message_id, campaign_id, step_id, contact_id, type, occurred_at, is_machine)
    select m.tenant_id, m.workspace_id, m.id, m.campaign_id, m.step_id, m.contact_id, v.type, v.at, v.machine
    from content.email_messages m cross join lateral (values ('opened', m.first_opened_at, false), ('clicked', m.first_clicked_at, false),
      ('opened', case when m.machine_open_count > 0 then m.sent_at end, true), ('replied', m.replied_at, false),
      ('bounced', m.bounced_at, false), ('unsubscribed', m.unsubscribed_at, false)) as v (type, at, machine)
    where v.at is not null and m.campaign_id = ${campaignId}`;
  await db`insert into enrollment_step_log (tenant_id, workspace_id, campaign_id, enrollment_id, contact_id, step_id, run_number, visit, entered_at, left_at, outcome, message_id)
    select tenant_id, workspace_id, campaign_id, enrollment_id, contact_id, step_id, 1, 1, created_at, sent_at, 'sent', id
    from content.email_messages where campaign_id = ${campaignId}`;
  for (const table of [
    "contacts",
    "campaign_contacts",
    "content.email_messages",
    "email_events",
    "enrollment_step_log",
  ])
    await db`vacuum analyze ${db(table)}`;
}
