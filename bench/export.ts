/**
 * Exporting every contact of a workspace to a file in storage, as the runtime role under row-level security, against
 * the floor: COPY of the same columns, in the same order, to nowhere, by a role that no policy holds back.
 *
 *   npm run bench:export -- [rows] [csv|xlsx|json|ndjson …]
 */
import type postgres from "postgres";
import { v7 } from "uuid";
import type { Tenant } from "#db/factories";
import type { ExportFormat } from "#server/exports/schema";
import { openBenchDatabase, report, timed } from "./database.ts";

const rows = Number(process.argv[2] ?? 200_000);
const formats = process.argv.slice(3) as ExportFormat[];
const fields = [
  "email",
  "first_name",
  "last_name",
  "company",
  "phone",
  "country",
  "status",
  "lead_score",
  "tags",
  "custom",
];

const { owner, close } = await openBenchDatabase();
try {
  const { createTenant } = await import("#db/factories");
  const tenant = await createTenant();
  await fill(owner, tenant);
  for (const format of formats.length > 0 ? formats : (["csv"] as const)) {
    const before = await timed(() => floor(owner, tenant));
    const peak = watchMemory();
    const seconds = await timed(() => exportFile(tenant, format));
    const mebibytes = peak();
    const after = await timed(() => floor(owner, tenant));
    report(`export ${format}`, "rows/s", rows / seconds, rows / ((before + after) / 2));
    console.log(`${rows} rows in ${seconds.toFixed(1)} s, peak memory ${mebibytes} MiB`);
  }
} finally {
  await close();
}

/** Resident memory at its highest until the returned function is called, in MiB. */
function watchMemory(): () => number {
  let highest = 0;
  const look = () => (highest = Math.max(highest, process.memoryUsage.rss()));
  const timer = setInterval(look, 20);
  return () => {
    clearInterval(timer);
    look();
    return Math.round(highest / 1024 ** 2);
  };
}

async function fill(sql: postgres.Sql, { tenantId, workspaceId }: Tenant): Promise<void> {
  // The triggers and search indexes of the table are the import's business, and would take minutes here.
  await sql`set session_replication_role = replica`;
  const indexes = await sql<{ name: string; definition: string }[]>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index i
    join pg_class k on k.oid = i.indexrelid join pg_am a on a.oid = k.relam
    where indrelid = 'contacts'::regclass and a.amname = 'gin'`;
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
  await sql`
    insert into contacts (tenant_id, workspace_id, email, email_normalized, first_name, last_name, company, phone, country, custom_fields)
    select ${tenantId}, ${workspaceId}, e, e, 'Zoë', 'Lovelace ' || n, 'Company, ' || n % 5000,
      '+1 555 ' || lpad(n::text, 7, '0'), 'US', jsonb_build_object('plan', 'team', 'seats', n % 50)
    from generate_series(1, ${rows}::int) n, lateral (select 'person.' || (n::bigint * 7919) % 10000019 || '@example-' || n % 997 || '.org') one (e)`;
  await sql`insert into custom_field_definitions (tenant_id, workspace_id, field_name, label, field_type)
    values (${tenantId}, ${workspaceId}, 'plan', 'Plan', 'text'), (${tenantId}, ${workspaceId}, 'seats', 'Seats', 'number')`;
  await sql`insert into tags (tenant_id, workspace_id, name) select ${tenantId}, ${workspaceId}, 'tag ' || n from generate_series(0, 19) n`;
  await sql`
    insert into contact_tags (tenant_id, workspace_id, contact_id, tag_id)
    select c.tenant_id, c.workspace_id, c.id, t.id
    from (select *, row_number() over () % 20 as no from contacts) c
      join (select *, row_number() over () - 1 as no from tags) t on t.no in (c.no, 7)`;
  await sql`set session_replication_role = origin`;
  for (const { definition } of indexes) await sql.unsafe(definition);
  await sql`vacuum analyze`;
}

async function floor(sql: postgres.Sql, { tenantId, workspaceId }: Tenant): Promise<void> {
  await sql`set work_mem = '64MB'`;
  const stream = await sql
    .unsafe(
      `copy (select c.email, c.first_name, c.last_name, c.company, c.phone, c.country, c.status, c.lead_score, g.tags,
        c.custom_fields ->> 'plan', c.custom_fields ->> 'seats' from contacts c
      left join (select ct.contact_id, string_agg(t.name, '|' order by t.name) as tags
        from contact_tags ct join tags t on t.id = ct.tag_id group by ct.contact_id) g on g.contact_id = c.id
      where c.tenant_id = '${tenantId}' and c.workspace_id = '${workspaceId}' and c.deleted_at is null
      order by c.email_normalized) to stdout (format csv, header)`,
    )
    .readable();
  for await (const chunk of stream) if ((chunk as Buffer).length === 0) throw new Error("An empty piece.");
}

async function exportFile({ scope }: Tenant, format: ExportFormat): Promise<void> {
  const { withTenant } = await import("#db/tenancy");
  const { createExport } = await import("#server/exports/mutations");
  const { takeExport, writeExport } = await import("#server/exports/run");
  const key = v7();
  const input = { key, of: { kind: "all" as const }, format, fields, leaveOut: [] };
  await withTenant(scope, (tx) => createExport(tx, input, scope));
  const fence = await takeExport(scope, key, "bench");
  if (fence === null) throw new Error("Nobody else should hold this export.");
  const written = await writeExport(scope, key, fence);
  if (written !== rows) throw new Error(`${rows} contacts should be in the file, and there are ${written}.`);
}
