/**
 * A page of the contact list, as the runtime role under row-level security sees it, against the bare query for the same
 * fifty rows by a role that no policy holds back: no count, no filter but the one.
 *
 *   npm run bench:contacts -- [contacts]
 */
import type { Tenant } from "#db/factories";
import type postgres from "postgres";
import { openBenchDatabase, report, timed } from "./database.ts";

const contacts = Number(process.argv[2] ?? 1_000_000);
const rounds = 40;

const views: { name: string; view: Record<string, unknown>; bare: string }[] = [
  { name: "first page", view: {}, bare: "order by id desc" },
  { name: "by email", view: { sort: "email" }, bare: "order by email_normalized" },
  { name: "by company", view: { sort: "company" }, bare: "order by company, id" },
  {
    name: "by last activity",
    view: { sort: "activity" },
    bare: "order by last_activity_at desc nulls last, id",
  },
  {
    name: "search, one match",
    view: { q: "person.777@" },
    bare: `and ${searched("person.777@")} order by id desc`,
  },
  {
    name: "search, a thousandth",
    view: { q: "example-55.org" },
    bare: `and ${searched("example-55.org")} order by id desc`,
  },
  { name: "search, all", view: { q: "example" }, bare: `and ${searched("example")} order by id desc` },
  {
    name: "custom field, a thousandth",
    view: { "custom.ref": "r77" },
    bare: `and custom_fields @> '{"ref": "r77"}' order by id desc`,
  },
  {
    name: "custom field, a third",
    view: { "custom.plan": "team" },
    bare: `and custom_fields @> '{"plan": "team"}' order by id desc`,
  },
  {
    name: "stage, a five-hundredth",
    view: { stage: "customer" },
    bare: "and lifecycle_stage = 'customer' and lifecycle_stage <> 'new' order by id desc",
  },
  {
    name: "score, a hundredth",
    view: { scoreMin: "50", scoreMax: "50" },
    bare: "and lead_score = 50 order by id desc",
  },
  {
    name: "score, a hundredth, by email",
    view: { scoreMin: "50", scoreMax: "50", sort: "email" },
    bare: "and lead_score = 50 order by email_normalized",
  },
  {
    name: "custom number, a fifth",
    view: { "custom.seats": "10..19" },
    bare: "and custom_fields -> 'seats' between '10' and '19' order by id desc",
  },
  {
    name: "custom number, nobody",
    view: { "custom.seats": "1000..2000" },
    bare: "and custom_fields -> 'seats' between '1000' and '2000' order by id desc",
  },
  {
    name: "four filters, a fifth",
    view: { q: "example", scoreMin: "20", addedFrom: "2020-01-01", "custom.plan": "team" },
    bare: `and ${searched("example")} and lead_score >= 20 and custom_fields @> '{"plan": "team"}' order by id desc`,
  },
];

function searched(words: string): string {
  return `contact_search_text(email_normalized, name, first_name, last_name, company) like '%${words}%'`;
}

const { owner, close } = await openBenchDatabase();
try {
  const { createTenant } = await import("#db/factories");
  const tenant = await createTenant();
  console.log(`${contacts} contacts loaded in ${(await timed(() => load(owner, tenant))).toFixed(0)} s`);
  const { withTenant } = await import("#db/tenancy");
  const { listContacts } = await import("#server/contacts/listing");
  const { contactListInput } = await import("#server/contacts/schema");
  const where = `tenant_id = '${tenant.tenantId}' and workspace_id = '${tenant.workspaceId}' and deleted_at is null`;
  for (const { name, view, bare } of views) {
    const input = contactListInput.parse(view);
    const ours = await measured(() => withTenant(tenant.scope, (tx) => listContacts(tx, input)));
    const floor = await measured(() =>
      owner.unsafe(`select * from contacts where ${where} ${bare} limit 51`),
    );
    console.log(
      `${name}: p50 ${ours.p50.toFixed(1)} ms, p95 ${ours.p95.toFixed(1)} ms; bare ${floor.p50.toFixed(1)} / ${floor.p95.toFixed(1)} ms`,
    );
    report(name, "pages/s", 1000 / ours.p50, 1000 / floor.p50);
  }
} finally {
  await close();
}

async function measured(work: () => Promise<unknown>): Promise<{ p50: number; p95: number }> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push((await timed(work)) * 1000);
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(rounds * 0.5)] ?? 0, p95: times[Math.floor(rounds * 0.95)] ?? 0 };
}

async function load(sql: postgres.Sql, { tenantId, workspaceId }: Tenant): Promise<void> {
  for (const [field, type] of Object.entries({ plan: "text", ref: "text", seats: "number" }))
    await sql`insert into custom_field_definitions (tenant_id, workspace_id, field_name, label, field_type)
      values (${tenantId}, ${workspaceId}, ${field}, ${field}, ${type})`;
  // Built at once, an index takes a fraction of what it takes row by row.
  const indexes = await sql<{ name: string; definition: string }[]>`
    select indexname as name, indexdef as definition from pg_indexes
    where schemaname = 'public' and tablename = 'contacts' and starts_with(indexname, 'idx_')`;
  for (const { name } of indexes) await sql`drop index ${sql(name)}`;
  await sql`
    insert into contacts (tenant_id, workspace_id, email, email_normalized, first_name, last_name, company, custom_fields,
      lead_score, lifecycle_stage, last_activity_at)
    select ${tenantId}, ${workspaceId}, e, e, (array['Ada', 'Zoë', 'Jürgen', 'Noor', 'Mei'])[1 + n % 5],
      initcap(substr(md5(n::text), 1, 3 + n % 5)), 'Company ' || md5((n % 20000)::text),
      jsonb_build_object('plan', (array['free', 'team', 'pro'])[1 + n % 3], 'ref', 'r' || n % 1000, 'seats', n % 50),
      n % 101, case when n % 500 = 0 then 'customer' else 'new' end,
      case when n % 10 = 0 then app_now() - make_interval(mins => n % 500000) end
    from (select n, 'person.' || n || '@example-' || n % 997 || '.org' as e from generate_series(1, ${contacts}::int) n) x`;
  await sql`set maintenance_work_mem = '1GB'`;
  for (const { definition } of indexes) await sql.unsafe(definition);
  await sql`vacuum analyze contacts`;
}
