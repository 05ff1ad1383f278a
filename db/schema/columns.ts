import { getTableName, sql, type SQL } from "drizzle-orm";
import { toSnakeCase } from "drizzle-orm/casing";
import {
  bigint,
  check,
  customType,
  foreignKey,
  integer,
  pgPolicy,
  text,
  timestamp,
  unique,
  uuid,
  type AnyPgColumn,
} from "drizzle-orm/pg-core";

/** Text that is searched, sorted or compared: byte order everywhere, and usable by an index under the policies. */
export const sortedText = customType<{ data: string; driverData: string }>({
  dataType: () => 'text collate "C"',
});

export const instant = () => timestamp({ withTimezone: true });

export const timeColumns = {
  createdAt: instant()
    .notNull()
    .default(sql`app_now()`),
  updatedAt: instant()
    .notNull()
    .default(sql`app_now()`),
};

export const idColumn = {
  id: uuid()
    .primaryKey()
    .default(sql`uuidv7()`),
};

// Nullif, since a pooled connection reports '' for a setting of an earlier transaction. A default may hold no
// sub-select; a policy holds one so that it is computed once per statement.
const tenantDefault = sql`nullif(current_setting('app.current_tenant_id', true), '')::uuid`;
const workspaceDefault = sql`nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid`;
export const currentTenant = sql`(select ${tenantDefault})`;
export const currentWorkspace = sql`(select ${workspaceDefault})`;
export const currentUser = sql`(select nullif(current_setting('app.current_user_id', true), '')::uuid)`;

export const tenantRef = { tenantId: uuid().notNull().default(tenantDefault) };
export const workspaceRef = { ...tenantRef, workspaceId: uuid().notNull().default(workspaceDefault) };

/** A row of the whole tenant. */
export const tenantColumns = { ...idColumn, ...tenantRef, ...timeColumns };

/** A row of one workspace. Tenant and workspace come from the transaction's scope unless named. */
export const workspaceColumns = { ...idColumn, ...workspaceRef, ...timeColumns };

/** A log row of one workspace: written once. */
export const logColumns = { ...idColumn, ...workspaceRef, createdAt: timeColumns.createdAt };

/**
 * Who drives a step, a mailbox lane or a job. A run takes the row over with `fence + 1`, and every move of it is
 * conditional on its fence; without a live lease, or past `wakesAt`, another run may take over.
 */
export const driverColumns = {
  fence: bigint({ mode: "number" }).notNull().default(0),
  runId: text(),
  leaseUntil: instant(),
  wakesAt: instant(),
  notBefore: instant(),
  attempts: integer().notNull().default(0),
};

/** What composite references point at. */
export const tenantKey = (t: { tenantId: AnyPgColumn; id: AnyPgColumn }) =>
  unique(`${getTableName(t.id.table)}_tenant_id_id_key`).on(t.tenantId, t.id);

type Deletion = "cascade" | "restrict" | "no action" | "set null";

/** A reference within the tenant: foreign keys ignore row-level security, so the tenant is part of the key. */
export const within = (
  t: { tenantId: AnyPgColumn },
  column: AnyPgColumn,
  target: { tenantId: AnyPgColumn; id: AnyPgColumn },
  deletion: Deletion = "cascade",
) =>
  foreignKey({
    name: `${getTableName(column.table)}_${toSnakeCase(column.name)}_fkey`,
    columns: [t.tenantId, column],
    foreignColumns: [target.tenantId, target.id],
  }).onDelete(deletion);

/** A reference to the tenant itself. */
export const ofTenant = (t: { tenantId: AnyPgColumn }, tenants: { id: AnyPgColumn }) =>
  foreignKey({
    name: `${getTableName(t.tenantId.table)}_tenant_id_fkey`,
    columns: [t.tenantId],
    foreignColumns: [tenants.id],
  }).onDelete("cascade");

/** Rows of the scope's tenant and workspace; nothing when either is unset. */
export const workspacePolicy = (table: string) =>
  policy(
    `${table}_tenant_isolation`,
    sql`tenant_id = ${currentTenant} and workspace_id = ${currentWorkspace}`,
  );

/** Rows of the scope's tenant; nothing when it is unset. */
export const tenantPolicy = (table: string) =>
  policy(`${table}_tenant_isolation`, sql`tenant_id = ${currentTenant}`);

/** `visible` decides what is read, changed and deleted; `written` what may be written, the same unless given. */
export const policy = (name: string, visible: SQL, written: SQL = visible) =>
  pgPolicy(name, { for: "all", using: visible, withCheck: written });

/** A state is text with a check: Postgres' enums cannot drive an index under row-level security. */
export const oneOf = (name: string, column: AnyPgColumn, values: readonly [string, ...string[]]) =>
  check(name, sql`${column} in ${values}`.inlineParams());
