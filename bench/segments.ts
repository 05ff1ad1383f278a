/**
 * Segments on a workspace of many contacts, as the runtime role under row-level security: how long the rule builder
 * waits for a count and ten of them, against a bare count of the same table; then a recalculation that fills a
 * segment, one that finds nothing to change, and a pass of lead scores.
 *
 *   npm run bench:segments -- [contacts]
 */
import type postgres from "postgres";
import type { Tenant } from "#db/factories";
import type { Condition, RuleTree } from "#server/segments/schema";
import { openBenchDatabase, report, timed } from "./database.ts";

const contacts = Number(process.argv[2] ?? 1_000_000);

const { owner, close } = await openBenchDatabase();
const { createTenant } = await import("#db/factories");
const { withTenant } = await import("#db/tenancy");
const { sql } = await import("drizzle-orm");
const { matchRules } = await import("#server/segments/match");
const { refreshRange } = await import("#server/segments/members");
const { calculateScores } = await import("#server/scoring/calculate");
const { modelContext } = await import("#server/scoring/mutations");
const { defaultScoring } = await import("#server/scoring/schema");
const { endOfSlice } = await import("#server/segments/members");

const tenant = await createTenant();
console.log(`filling ${contacts} contacts, ${contacts} messages and as many opens and clicks …`);
await fill(owner, tenant);

const all = (...rules: Condition[]): RuleTree => ({ version: 1, match: "all", rules });
const asked: [string, RuleTree][] = [
  ["everybody", all()],
  ["city is", all({ field: "city", operator: "equals", value: "Berlin" })],
  ["company contains", all({ field: "company", operator: "contains", value: "company, 77" })],
  ["one address", all({ field: "email", operator: "equals", value: "person.7@example.test" })],
  ["custom number", all({ field: "custom.seats", operator: "at_least", value: 40 })],
  ["tagged", all({ field: "tags", operator: "contains_any", value: ["vip"] })],
  ["not tagged", all({ field: "tags", operator: "contains_none", value: ["vip"] })],
  ["on a list", all({ field: "list", operator: "in", value: [tenant.workspaceId] })],
  [
    "added lately and scored",
    all(
      { field: "created_at", operator: "within_last", value: { amount: 90, unit: "days" } },
      { field: "lead_score", operator: "greater_than", value: 50 },
    ),
  ],
  ["opened in 30 days", all({ field: "email_opened", operator: "is_true", value: { days: 30 } })],
  ["never clicked", all({ field: "email_clicked", operator: "is_false" })],
  ["two opens in 30 days", all({ field: "open_count", operator: "at_least", value: { count: 2, days: 30 } })],
  [
    "clicked on prices",
    all({ field: "email_clicked", operator: "is_true", value: { urlContains: "/pricing", days: 30 } }),
  ],
];

const bare = await seconds(() =>
  withTenant(tenant.scope, (tx) => tx.execute(sql`select count(*) from contacts where deleted_at is null`)),
);
console.log(`bare count: ${(bare * 1000).toFixed(0)} ms`);
let worst = 0;
for (const [name, rules] of asked) {
  let found = { count: 0, exact: true };
  const took = await seconds(async () => {
    found = await withTenant(tenant.scope, (tx) => matchRules(tx, rules));
  });
  worst = Math.max(worst, took);
  const kind = found.exact ? "exact" : "estimated";
  console.log(`${name}: ${(took * 1000).toFixed(0)} ms, ${found.count} contacts, ${kind}`);
}
console.log(`slowest count: ${(worst * 1000).toFixed(0)} ms of 2000 allowed`);

const scanned = contacts / bare;
const half = all({ field: "lead_score", operator: "less_than", value: 50 });
report("segment filled", "contacts/s", contacts / (await recalculated(half)), scanned);
report("segment unchanged", "contacts/s", contacts / (await recalculated(half)), scanned);
report("lead scores", "contacts/s", contacts / (await scored()), scanned);
report("lead scores unchanged", "contacts/s", contacts / (await scored()), scanned);
await close();

/** The second of two runs: the first one warms caches and plans. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  await work();
  return timed(work);
}

async function recalculated(rules: RuleTree): Promise<number> {
  return timed(async () => {
    let after: string | null = null;
    do {
      const from: string | null = after;
      after = await withTenant(tenant.scope, async (tx) =>
        refreshRange(tx, { segmentId: tenant.userId, rules, now: new Date(), after: from }),
      );
    } while (after !== null);
  });
}

async function scored(): Promise<number> {
  const [row] = await owner<{ id: string; at: Date }[]>`
    select id, date_trunc('hour', app_now()) as at from lead_scoring_models`;
  const model = {
    id: row?.id ?? "",
    scoring: defaultScoring,
    ...{ decayEnabled: true, decayRate: 5, decayIntervalDays: 30 },
  };
  return timed(async () => {
    let after: string | null = null;
    do {
      const from: string | null = after;
      after = await withTenant(tenant.scope, async (tx) => {
        const upto = await endOfSlice(tx, from, 10_000);
        const context = { ...(await modelContext(tx, model)), now: row?.at ?? new Date() };
        await calculateScores(tx, { model, context, extent: { after: from, upto } });
        return upto;
      });
    } while (after !== null);
  });
}

/** The list has the workspace's id and the segment the user's: ids that are at hand. */
async function fill(db: postgres.Sql, { tenantId, workspaceId, userId }: Tenant): Promise<void> {
  await db`insert into contacts (tenant_id, workspace_id, email, email_normalized, first_name, company, job_title, city, custom_fields, lead_score, created_at, last_activity_at)
    select ${tenantId}::uuid, ${workspaceId}::uuid, e, e, 'Ada', 'Company, ' || n % 5000, (array['CEO', 'Engineer', 'Manager', 'Clerk'])[1 + n % 4],
      (array['Berlin', 'Paris', 'Oslo', 'Rome', 'Bern'])[1 + n % 5], jsonb_build_object('seats', n % 50), n % 101,
      app_now() - make_interval(days => n % 400), case when n % 3 = 0 then app_now() - make_interval(days => n % 120) end
    from generate_series(1, ${contacts}::int) n, lateral (select 'person.' || n || '@example.test' as e) as address`;
  await db`insert into tags (tenant_id, workspace_id, name) values (${tenantId}, ${workspaceId}, 'vip')`;
  await db`insert into contact_tags (tenant_id, workspace_id, contact_id, tag_id)
    select c.tenant_id, c.workspace_id, c.id, t.id from contacts c, tags t where c.lead_score < 20`;
  await db`insert into segments (id, tenant_id, workspace_id, name, segment_type, rules) values
    (${workspaceId}, ${tenantId}, ${workspaceId}, 'List', 'static', null),
    (${userId}, ${tenantId}, ${workspaceId}, 'Segment', 'dynamic', '{"version": 1, "match": "all", "rules": []}')`;
  await db`insert into segment_contacts (tenant_id, workspace_id, segment_id, contact_id)
    select tenant_id, workspace_id, ${workspaceId}::uuid, id from contacts where lead_score between 30 and 60`;
  await db`insert into lead_scoring_models (tenant_id, workspace_id, name) values (${tenantId}, ${workspaceId}, 'Lead score')`;
  await db`insert into content.email_messages (tenant_id, workspace_id, contact_id, from_email, to_email, sent_at, first_opened_at, first_clicked_at)
    select tenant_id, workspace_id, id, 'a@example.test', email, app_now() - interval '40 days',
      case when lead_score % 2 = 0 then app_now() - interval '39 days' end, case when lead_score % 5 = 0 then app_now() - interval '39 days' end
    from contacts`;
  await db`insert into email_events (tenant_id, workspace_id, message_id, contact_id, type, occurred_at, url)
    select c.tenant_id, c.workspace_id, c.id, c.id, k.type, app_now() - make_interval(days => c.lead_score % 60, mins => k.n), 'https://example.test/' || (array['pricing', 'blog'])[1 + c.lead_score % 2]
    from contacts c, (values ('opened', 1), ('opened', 2), ('clicked', 3)) as k(type, n)
    where c.lead_score % k.n = 0 and c.lead_score % 3 = 0`;
  for (const table of [
    "contacts",
    "contact_tags",
    "segment_contacts",
    "content.email_messages",
    "email_events",
  ])
    await db`vacuum analyze ${db(table)}`;
}
