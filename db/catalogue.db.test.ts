import type postgres from "postgres";
import { expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { appPool } from "./client.ts";
import { asOwner } from "./testing-database.ts";
import { transaction } from "./transaction.ts";

/*
 * What must hold for every table, asked of the catalogue, so that a new one cannot be forgotten. Each query lists the
 * offenders; the exceptions stand here, with their reason.
 */

/** Tables of the product's tiers, without partitions and without the engine's own schema. */
const ourTables = `
  select c.oid, n.nspname || '.' || c.relname as name, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'content', 'analytics', 'notify') and c.relkind in ('r', 'p') and not c.relispartition`;

const hasColumn = (table: string, column: string) =>
  `exists (select from pg_attribute a where a.attrelid = ${table}.oid and a.attname = '${column}' and not a.attisdropped)`;

/** Identity and the installation itself: no tenant owns these rows. */
const withoutTenantColumn = [
  "notify.admin_system_events",
  "notify.feature_flags",
  "notify.system_config",
  "public.login_attempts",
  "public.password_reset_tokens",
  "public.plans",
  "public.platform_suppressions",
  "public.rate_limits",
  "public.schema_migrations",
  "public.sessions",
  "public.smtp_ip_addresses",
  "public.tenants",
  "public.test_clock",
  "public.user_preferences",
  "public.users",
  "public.vps_instances",
];

/**
 * Written too often for foreign keys, or a log that outlives what it names: the statement that writes them proves its
 * references. Every other column that names a row of the tenant has a composite key.
 */
const withoutForeignKeys = [
  "analytics.",
  "content.",
  "public.ab_test_assignments",
  "public.account_health_logs",
  "public.audit_log",
  "public.campaign_arrivals",
  "public.campaign_contact_runs",
  "public.campaign_conversions",
  "public.consent_records",
  "public.contact_announcements",
  "public.contact_edit_failures",
  "public.contact_events",
  "public.custom_events",
  "public.email_events",
  "public.enrollment_step_log",
  "public.event_dedupe",
  "public.idempotency_keys",
  "public.import_events",
  "public.score_events",
  "public.tracked_links",
  "public.warmup_events",
  "public.webhook_calls",
];

const list = async (query: string): Promise<string[]> =>
  asOwner(async (owner) => (await owner.unsafe<{ name: string }[]>(query)).map(({ name }) => name));

test("every table of a tenant says so, and the others are known by name", async () => {
  const tables = await list(
    `select name from (${ourTables}) t where not ${hasColumn("t", "tenant_id")} order by 1`,
  );
  expect(tables).toEqual(withoutTenantColumn);
});

test("tenant and workspace are never null, and come from the transaction's scope", async () => {
  const offenders = await list(`
    select t.name || '.' || a.attname as name from (${ourTables}) t
    join pg_attribute a on a.attrelid = t.oid and a.attname in ('tenant_id', 'workspace_id')
    left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
    where not a.attnotnull or pg_get_expr(d.adbin, d.adrelid) not like '%current_setting(''app.current_%' or d.oid is null
    order by 1`);
  // Rows of the whole tenant that may be about one workspace; a membership names its workspace itself.
  expect(offenders).toEqual([
    "notify.notifications.workspace_id",
    "notify.webhook_events.workspace_id",
    "notify.webhooks.workspace_id",
    "public.api_keys.workspace_id",
    "public.audit_log.workspace_id",
    "public.lifted_suppressions.workspace_id",
    "public.suppressions.workspace_id",
    "public.workspace_members.workspace_id",
  ]);
});

test("row-level security is on and forced wherever there is a tenant, partitions included", async () => {
  const offenders = await list(`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'content', 'analytics', 'notify') and c.relkind in ('r', 'p')
      and (${hasColumn("c", "tenant_id")} or c.relname in ('tenants', 'user_preferences'))
      and not (c.relrowsecurity and c.relforcerowsecurity)`);
  expect(offenders).toEqual([]);
});

test("every policy for everyone has both clauses and compares with the settings", async () => {
  const offenders = await list(`
    select t.name from (${ourTables}) t
    where (${hasColumn("t", "tenant_id")} or t.relname = 'tenants') and not exists (
      select from pg_policy p where p.polrelid = t.oid and p.polcmd = '*' and p.polroles = '{0}'
        and pg_get_expr(p.polqual, p.polrelid) like '%( SELECT (NULLIF(current_setting(''app.current_tenant_id''::text, true), ''''::text))::uuid%'
        and pg_get_expr(p.polwithcheck, p.polrelid) like '%( SELECT (NULLIF(current_setting(''app.current_tenant_id''::text, true), ''''::text))::uuid%'
        and (t.relname = 'suppressions' or not ${hasColumn("t", "workspace_id")}
          or (select not a.attnotnull from pg_attribute a where a.attrelid = t.oid and a.attname = 'workspace_id')
          or t.relname = 'workspace_members'
          or pg_get_expr(p.polqual, p.polrelid) like '%workspace_id = ( SELECT%'))`);
  expect(offenders).toEqual([]);
});

test("no policy lets anyone but the definer role read without a condition", async () => {
  const open = await list(`
    select distinct r.rolname as name from pg_policy p left join pg_roles r on r.oid = any(p.polroles)
    where pg_get_expr(p.polqual, p.polrelid) = 'true'`);
  expect(open).toEqual([expect.stringMatching(/_definer$/)]);
});

test("foreign keys between tenants' rows carry the tenant, and SET NULL spares it", async () => {
  const offenders = await list(`
    select c.conrelid::regclass || ' ' || c.conname as name from pg_constraint c
    join pg_class t on t.oid = c.conrelid join pg_class f on f.oid = c.confrelid
    where c.contype = 'f' and c.connamespace::regnamespace::text in ('public', 'content', 'analytics', 'notify')
      and ${hasColumn("t", "tenant_id")} and ${hasColumn("f", "tenant_id")}
      and (not exists (select from pg_attribute a where a.attrelid = t.oid and a.attnum = any(c.conkey) and a.attname = 'tenant_id')
        or c.confdeltype = 'n' and (c.confdelsetcols is null or exists (
          select from pg_attribute a where a.attrelid = t.oid and a.attnum = any(c.confdelsetcols) and a.attname = 'tenant_id')))`);
  expect(offenders).toEqual([]);
});

test("what a purged campaign takes with it is found by an index wherever it is named", async () => {
  const offenders = await list(`
    with recursive removed(oid) as (
      values ('campaigns'::regclass::oid), ('campaign_contacts'::regclass), ('campaign_arrivals'::regclass),
        ('email_drafts'::regclass), ('ab_test_assignments'::regclass)
      union
      select c.conrelid from removed r join pg_constraint c on c.contype = 'f' and c.confrelid = r.oid and c.confdeltype = 'c'
    )
    select c.conrelid::regclass || '.' || a.attname as name
    from removed r join pg_constraint c on c.contype = 'f' and c.confrelid = r.oid
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[cardinality(c.conkey)]
    where not exists (
      select from pg_index i where i.indrelid = c.conrelid and i.indisvalid
        and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)')
        and array(select unnest(i.indkey[0:cardinality(c.conkey) - 1]) order by 1) = array(select unnest(c.conkey) order by 1))
    order by 1`);
  // Each campaign has a handful of these rows: the tenant's are looked through.
  expect(offenders).toEqual([
    "ab_tests.step_id",
    "campaign_goals.target_campaign_id",
    "campaign_steps.false_next_step_id",
    "campaign_steps.next_step_id",
    "campaign_steps.on_timeout_step_id",
    "campaign_steps.true_next_step_id",
    "campaign_triggers.goal_id",
    "campaign_triggers.link_campaign_id",
  ]);
});

test("no foreign key crosses a tier", async () => {
  const offenders = await list(`
    select c.conrelid::regclass || ' ' || c.conname as name from pg_constraint c
    join pg_class t on t.oid = c.conrelid join pg_class f on f.oid = c.confrelid
    where c.contype = 'f' and t.relnamespace <> f.relnamespace`);
  expect(offenders).toEqual([]);
});

test("a column that names a row of the tenant has a key, but for logs and hot columns", async () => {
  const offenders = await list(`
    select t.name || '.' || a.attname as name from (${ourTables}) t
    join pg_attribute a on a.attrelid = t.oid and not a.attisdropped and a.atttypid = 'uuid'::regtype
    where a.attname ~ '_id$' and a.attname not in ('tenant_id', 'workspace_id') and ${hasColumn("t", "tenant_id")}
      and not exists (select from pg_constraint c where c.conrelid = t.oid and c.contype in ('f') and a.attnum = any(c.conkey))
      and not (${withoutForeignKeys.map((name) => `starts_with(t.name, '${name}')`).join(" or ")})
    order by 1`);
  expect(offenders).toEqual([
    // People: users belong to no tenant.
    "notify.notifications.user_id",
    "public.ab_tests.winner_variant_id",
    // Hot: an enrollment moves from step to step, and names rows of another tier.
    "public.campaign_contacts.awaiting_message_id",
    "public.campaign_contacts.current_step_id",
    "public.campaign_contacts.last_message_id",
    "public.campaign_contacts.pinned_account_id",
    "public.campaign_contacts.variant_id",
    // Written by the hundred thousand: where a contact and a membership came from.
    // Places in the order of the contacts, not contacts.
    "public.contact_edits.checkpoint_id",
    "public.contact_edits.last_id",
    "public.contact_tags.import_job_id",
    "public.contacts.first_source_import_id",
    "public.contacts.merged_into_id",
    "public.contacts.owner_id",
    "public.email_drafts.enrollment_id",
    "public.inbox_notes.author_id",
    "public.scheduled_emails.message_id",
    "public.segment_contacts.import_job_id",
    "public.segments.source_import_id",
    "public.suppressions.message_id",
    "public.tasks.assignee_id",
    "public.template_comments.author_id",
  ]);
});

test("an index leads with the tenant, or with a row that only one tenant has", async () => {
  const offenders = await list(`
    select t.name from (${ourTables}) t where ${hasColumn("t", "tenant_id")} and not exists (
      select from pg_index i join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
      where i.indrelid = t.oid and a.attname = 'tenant_id' and i.indisvalid)`);
  expect(offenders).toEqual([]);
});

test("every index is valid", async () => {
  expect(await list("select indexrelid::regclass::text as name from pg_index where not indisvalid")).toEqual(
    [],
  );
});

const asApp = <T>(work: (role: string) => Promise<T>) =>
  transaction(appPool(), "", async (tx) => {
    const [row] = await tx.execute<{ role: string }>(sql`select current_user::text as role`);
    return work(row?.role ?? "");
  });

test("the app role owns nothing, cannot bypass the policies, and inherits nothing", async () => {
  await asApp(async (role) => {
    const roles = await asOwner(
      (owner) => owner`
        select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit,
          (select count(*)::int from pg_class c where c.relowner = r.oid) as owned,
          array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid) as granted
        from pg_roles r where rolname = ${role}`,
    );
    expect([...roles]).toEqual([
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolinherit: false,
        owned: 0,
        granted: [role.replace(/_app$/, "_wide")],
      },
    ]);
  });
});

test("the app role may work on every table, and no table but the known ones is shut to it", async () => {
  await asApp(async (role) => {
    const shut = await list(`
      select c.oid::regclass::text || coalesce(' ' || nullif(array_to_string(array(
        select privilege from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) privilege
        where has_table_privilege('${role}', c.oid, privilege)), ' '), ''), '') as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'content', 'analytics', 'notify') and c.relkind in ('r', 'p', 'm')
        and not (c.relispartition and not has_table_privilege('${role}', c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
        and not (select bool_and(has_table_privilege('${role}', c.oid, p)) from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p)
      order by 1`);
    expect(shut).toEqual([
      "analytics.campaign_performance_mv",
      "audit_log SELECT INSERT",
      "platform_suppressions",
      "schema_migrations",
      "test_clock SELECT",
    ]);
    const engine = await list(`
      select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'queue' and has_table_privilege('${role}', c.oid, 'SELECT')`);
    // Workers report there that they live.
    expect(engine).toEqual(["queue.workers"]);
  });
});

test("partitions are reached through their parent only", async () => {
  await asApp(async (role) => {
    const open = await list(`
      select c.oid::regclass::text as name from pg_class c
      where c.relispartition and c.relkind = 'r' and c.relnamespace <> 'queue'::regnamespace
        and has_table_privilege('${role}', c.oid, 'SELECT, INSERT, UPDATE, DELETE')`);
    expect(open).toEqual([]);
  });
});

test("the engine's role reads nothing but its own tier and the clock", async () => {
  await asApp(async (role) => {
    const readable = await list(`
      select distinct n.nspname || case when n.nspname = 'queue' then '' else '.' || c.relname end as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'content', 'analytics', 'notify', 'queue', 'sandbox') and c.relkind in ('r', 'p', 'v', 'm')
        and has_table_privilege('${role.replace(/_app$/, "_engine")}', c.oid, 'SELECT') order by 1`);
    expect(readable).toEqual(["public.test_clock", "queue"]);
  });
});

test("a function that runs with its owner's rights is the definer's and fixes its search path", async () => {
  const offenders = await list(`
    select p.oid::regprocedure::text as name from pg_proc p join pg_roles r on r.oid = p.proowner
    where p.prosecdef and p.pronamespace::regnamespace::text in ('public', 'content', 'analytics', 'notify', 'queue')
      and (not exists (select from unnest(p.proconfig) setting where setting like 'search_path=%')
        or r.rolname not like '%\\_definer' and p.proname not in ('create_month_partitions', 'refresh_contact_statistics')
        or has_function_privilege('public', p.oid, 'EXECUTE'))`);
  expect(offenders).toEqual([]);
});

test("the definer role cannot sign in, and nobody is its member", async () => {
  const rows = await asOwner(
    (owner: postgres.Sql) => owner`
      select rolcanlogin, rolbypassrls, rolsuper,
        (select count(*)::int from pg_auth_members m where m.roleid = r.oid and m.inherit_option) as members
      from pg_roles r where rolname like '%\\_definer'
        and exists (select from pg_policy p where r.oid = any(p.polroles))`,
  );
  expect([...rows]).toEqual([{ rolcanlogin: false, rolbypassrls: false, rolsuper: false, members: 0 }]);
});

test("three months ahead have their partitions", async () => {
  const months = await asOwner(
    (owner: postgres.Sql) => owner<{ months: number }[]>`
      select count(*)::int as months from pg_class c
      where c.relispartition and c.relname ~ '^(email_events|email_content)_\\d{4}_\\d{2}$'
        and to_date(right(c.relname, 7), 'YYYY_MM') > app_now()`,
  );
  expect(months[0]?.months).toBe(6);
});
