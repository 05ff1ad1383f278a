import type postgres from "postgres";

/** A login role and its password, as a connection URL names them. */
export type Login = { role: string; password: string };
export type Access = { app: Login; engine: Login };

/** Tiers that the app role works in; the engine's role sees `queue` and no other. */
const appSchemas = ["public", "content", "analytics", "notify"];
/** `sandbox` stands for the outside internet: mail caught, without tenants. */
const everySchema = [...appSchemas, "queue", "sandbox"];

/** What the app role may do where it is less than everything. */
const restricted: Record<string, string> = {
  "public.test_clock": "select",
  "public.schema_migrations": "",
  "public.platform_suppressions": "",
  "public.audit_log": "select, insert",
};

/**
 * Roles, grants, forced row-level security and the policies of the two helper roles, brought to what they should be:
 * run after every migration, so that a new table joins by itself.
 *
 * - the app role owns nothing and cannot bypass the policies;
 * - `<database>_wide` is taken on (set local role) by a transaction over every workspace of a tenant. As a role of
 *   its own it keeps `or workspace = '*'` out of everybody else's plans, where it would cost the index;
 * - `<database>_definer` owns the reviewed SECURITY DEFINER functions and reads rows through policies of its own.
 */
export async function grantAccess(owner: postgres.Sql, { app, engine }: Access): Promise<void> {
  const [current] = await owner<{ name: string; is_super: boolean; owner: string }[]>`
    select current_database() as name, current_user as owner,
      (select rolsuper from pg_roles where rolname = current_user) as is_super`;
  if (!current) throw new Error("Postgres does not say which database this is.");
  const roles = {
    app: app.role,
    engine: engine.role,
    wide: `${current.name}_wide`,
    definer: `${current.name}_definer`,
    owner: current.owner,
  };
  refuseOneRole(roles);
  await owner.begin(async (sql) => {
    await makeRoles(sql, { app, engine }, roles);
    await refuseMightyRole(sql, roles.app);
    await grantTables(sql, roles);
    await protectTables(sql, roles);
    await ownFunctions(sql, roles, current.is_super);
  });
}

type Roles = { app: string; engine: string; wide: string; definer: string; owner: string };

function refuseOneRole(roles: Roles): void {
  for (const [variable, role] of [
    ["DATABASE_URL", roles.app],
    ["ENGINE_DATABASE_URL", roles.engine],
  ] as const) {
    if (role !== roles.owner) continue;
    throw new Error(
      `${variable} signs in as ${role}, which owns the tables: row-level security would not hold. `
        + `Give it a role of its own, such as ${roles.wide.replace(/_wide$/, "_app")}; it is made here when missing.`,
    );
  }
}

async function makeRoles(sql: postgres.TransactionSql, logins: Access, roles: Roles): Promise<void> {
  const existing = await sql<{ rolname: string }[]>`
    select rolname from pg_roles where rolname = any(${Object.values(roles)})`;
  const missing = (role: string) => !existing.some(({ rolname }) => rolname === role);
  for (const role of [roles.wide, roles.definer]) {
    if (missing(role)) await sql.unsafe(`create role ${name(role)} nologin noinherit`);
  }
  for (const { role, password } of [logins.app, logins.engine]) {
    // NOINHERIT: what is granted to its helper role must not apply before it takes that role on.
    if (missing(role)) await sql.unsafe(`create role ${name(role)} login noinherit`);
    if (password !== "") await setPassword(sql, role, password);
    await sql.unsafe(`alter role ${name(role)} set jit = off`);
  }
  await sql.unsafe(`grant ${name(roles.wide)} to ${name(roles.app)}`);
}

async function setPassword(sql: postgres.TransactionSql, role: string, password: string): Promise<void> {
  const [literal] = await sql<{ text: string }[]>`select quote_literal(${password}) as text`;
  if (!literal) throw new Error("Postgres quoted nothing.");
  await sql.unsafe(`alter role ${name(role)} login noinherit password ${literal.text}`);
}

async function refuseMightyRole(sql: postgres.TransactionSql, role: string): Promise<void> {
  const [row] = await sql<{ mighty: boolean }[]>`
    select rolsuper or rolbypassrls as mighty from pg_roles where rolname = ${role}`;
  if (!row?.mighty) return;
  throw new Error(
    `The role ${role} of DATABASE_URL is a superuser or bypasses row-level security, so tenants would not be kept `
      + "apart. Use an ordinary role; one is made here when it is missing.",
  );
}

type Relation = {
  schema: string;
  table: string;
  kind: string;
  partition: boolean;
  policies: number;
  protected: boolean;
  workspace: boolean;
};

function relations(sql: postgres.TransactionSql): Promise<Relation[]> {
  return sql<Relation[]>`
    select n.nspname as schema, c.relname as table, c.relkind as kind, c.relispartition as partition,
      c.relrowsecurity and c.relforcerowsecurity as protected,
      (select count(*)::int from pg_policy p where p.polrelid = c.oid and p.polroles = '{0}') as policies,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped)
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
        as workspace
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(${everySchema}) and c.relkind in ('r', 'p', 'v', 'm')
    order by 1, 2`;
}

async function grantTables(
  sql: postgres.TransactionSql,
  { app, engine, wide, definer }: Roles,
): Promise<void> {
  const everyone = [app, wide, definer].map(name).join(", ");
  for (const schema of await presentSchemas(sql, everySchema)) {
    const also: Record<string, string> = { public: `, ${name(engine)}` };
    // The app's workers say in queue.workers that they live, and see nothing else there.
    const who = schema === "queue" ? `${name(engine)}, ${name(app)}` : `${everyone}${also[schema] ?? ""}`;
    await sql.unsafe(`grant usage on schema ${name(schema)} to ${who}`);
  }
  for (const relation of await relations(sql)) {
    const table = `${name(relation.schema)}.${name(relation.table)}`;
    await sql.unsafe(`revoke all on ${table} from public, ${everyone}, ${name(engine)}`);
    if (relation.schema === "queue") {
      const who = relation.table === "workers" ? `${name(engine)}, ${name(app)}` : name(engine);
      if (!relation.partition) await sql.unsafe(`grant select, insert, update, delete on ${table} to ${who}`);
      continue;
    }
    // An owner can lose its rights like anybody else: the definer role refreshes the materialized view that is its own.
    const reads = relation.kind === "m" ? "all" : "select";
    if (!relation.partition) await sql.unsafe(`grant ${reads} on ${table} to ${name(definer)}`);
    const may = privileges(relation);
    if (may !== "") await sql.unsafe(`grant ${may} on ${table} to ${name(app)}, ${name(wide)}`);
  }
  await sql.unsafe(`grant select on public.test_clock to ${name(engine)}`);
}

/** Partitions are reached through their parent, and a materialized view, which has no policies, through its view. */
function privileges({ schema, table, kind, partition }: Relation): string {
  if (partition || kind === "m") return "";
  if (kind === "v") return "select";
  return restricted[`${schema}.${table}`] ?? "select, insert, update, delete";
}

async function protectTables(sql: postgres.TransactionSql, { wide, definer }: Roles): Promise<void> {
  for (const relation of await relations(sql)) {
    if (relation.kind !== "r" && relation.kind !== "p") continue;
    if (relation.policies === 0 && !relation.partition) continue;
    if (relation.schema === "queue") continue;
    const table = `${name(relation.schema)}.${name(relation.table)}`;
    // Only where needed: it takes a lock that running transactions would wait for.
    if (!relation.protected) {
      await sql.unsafe(`alter table ${table} enable row level security, force row level security`);
    }
    if (relation.partition) continue;
    await addPolicy(
      sql,
      relation,
      `${relation.table}_definer`,
      `for select to ${name(definer)} using (true)`,
    );
    if (!relation.workspace) continue;
    const all =
      "tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) "
      + "and (select current_setting('app.current_workspace_id', true)) = '*'";
    await addPolicy(
      sql,
      relation,
      `${relation.table}_tenant_wide`,
      `for all to ${name(wide)} using (${all}) with check (${all})`,
    );
  }
}

async function addPolicy(
  sql: postgres.TransactionSql,
  { schema, table }: Relation,
  policy: string,
  rest: string,
): Promise<void> {
  const found = await sql`
    select from pg_policies where schemaname = ${schema} and tablename = ${table} and policyname = ${policy}`;
  if (found.length > 0) return;
  await sql.unsafe(`create policy ${name(policy)} on ${name(schema)}.${name(table)} ${rest}`);
}

/** Functions are nobody's until granted; those that read across tenants belong to the definer role. */
async function ownFunctions(sql: postgres.TransactionSql, roles: Roles, isSuper: boolean): Promise<void> {
  const functions = await sql<{ call: string; definer: boolean; owner: string }[]>`
    select p.oid::regprocedure::text as call, p.prosecdef and coalesce(obj_description(p.oid), '') not like 'Owner:%' as definer,
      pg_get_userbyid(p.proowner) as owner
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any(${appSchemas})
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`;
  // Ordinary views run with the rights of who asks; what is left reads for others, so that its owner must see the rows.
  const views = await sql<{ view: string; kind: string; owner: string }[]>`
    select c.oid::regclass::text as view, pg_get_userbyid(c.relowner) as owner,
      case c.relkind when 'm' then 'materialized view' else 'view' end as kind
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(${appSchemas})
      and (c.relkind = 'm' or c.relkind = 'v' and not coalesce(c.reloptions, '{}') @> array['security_invoker=true'])
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`;
  const callers = [roles.app, roles.wide].map(name).join(", ");
  for (const { call } of functions) {
    await sql.unsafe(`revoke execute on function ${call} from public`);
    await sql.unsafe(
      `grant execute on function ${call} to ${callers}, ${name(roles.definer)}, ${name(roles.owner)}`,
    );
    if (/^(app_now|uuidv7)\(/.test(call))
      await sql.unsafe(`grant execute on function ${call} to ${name(roles.engine)}`);
  }
  const moving = [
    ...functions
      .filter(({ definer, owner }) => definer && owner !== roles.definer)
      .map(({ call }) => `function ${call}`),
    ...views.filter(({ owner }) => owner !== roles.definer).map(({ kind, view }) => `${kind} ${view}`),
  ];
  if (moving.length === 0) return;
  const schemas = (await presentSchemas(sql, appSchemas)).map(name).join(", ");
  // Giving something away needs membership, which the migration runner ends.
  if (!isSuper) await sql.unsafe(`grant ${name(roles.definer)} to ${name(roles.owner)}`);
  await sql.unsafe(`grant create on schema ${schemas} to ${name(roles.definer)}`);
  for (const thing of moving) await sql.unsafe(`alter ${thing} owner to ${name(roles.definer)}`);
  await sql.unsafe(`revoke create on schema ${schemas} from ${name(roles.definer)}`);
}

async function presentSchemas(sql: postgres.TransactionSql, wanted: readonly string[]): Promise<string[]> {
  const rows = await sql<{ schema: string }[]>`
    select nspname as schema from pg_namespace where nspname = any(${[...wanted]})`;
  return rows.map(({ schema }) => schema);
}

/** Quotes an identifier. */
const name = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`;
