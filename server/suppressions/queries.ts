import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import { suppressions } from "#db/schema/suppressions";
import { users } from "#db/schema/users";
import type { TenantTx } from "#db/tenancy";
import { readEmail } from "#server/contacts/address";
import { csvLine } from "#server/imports/csv";
import { fileColumns, partMin, type SuppressionListInput } from "./schema.ts";

const pageSize = 50;
const fileRows = 2000;
const row = {
  id: suppressions.id,
  email: suppressions.emailNormalized,
  scope: suppressions.scope,
  reason: suppressions.reason,
  source: suppressions.source,
  addedAt: suppressions.createdAt,
  addedBy: users.name,
};

/** Newest first: the workspace's own, and those of the whole organization, whose address holds `q`. */
export async function listSuppressions(tx: TenantTx, view: SuppressionListInput) {
  const rows = await readRows(tx, view, pageSize + 1);
  const shown = rows.slice(0, pageSize);
  return { rows: shown, next: rows.length > pageSize ? (shown.at(-1)?.id ?? null) : null };
}

const readRows = (tx: TenantTx, { q, scope, after }: SuppressionListInput, limit: number) =>
  tx
    .select(row)
    .from(suppressions)
    .leftJoin(users, eq(users.id, suppressions.addedBy))
    .where(
      and(
        q ? matches({ q, scope, after }, limit) : undefined,
        scope ? eq(suppressions.scope, scope) : undefined,
        after ? lt(suppressions.id, after) : undefined,
      ),
    )
    .orderBy(desc(suppressions.id))
    .limit(limit);

/** Part of an address is looked for by a function that sees the index; the start of one is found without. */
function matches({ q = "", scope, after }: SuppressionListInput, limit: number): SQL {
  if (q.length < partMin) return sql`starts_with(${suppressions.emailNormalized}, ${q.toLowerCase()})`;
  return sql`${suppressions.id} in (
    select search_suppressions(${q}, ${scope ?? null}, ${after ?? null}::uuid, ${limit}::int))`;
}

/** A piece of the list as CSV; `next` is where to ask on, or null. */
export async function writeSuppressions(
  tx: TenantTx,
  view: SuppressionListInput,
): Promise<{ lines: string; next: string | null }> {
  const rows = await readRows(tx, view, fileRows);
  const lines = rows.map(({ email, scope, reason, source, addedAt }) =>
    csvLine([email, scope === "tenant" ? "organization" : scope, reason, source, addedAt.toISOString()]),
  );
  const head = view.after ? "" : `\ufeff${csvLine([...fileColumns])}`;
  return { lines: head + lines.join(""), next: rows.length === fileRows ? (rows.at(-1)?.id ?? null) : null };
}

/** Which of these addresses, as typed, may not be mailed by this workspace. */
export async function suppressedAmong(tx: TenantTx, emails: readonly string[]): Promise<string[]> {
  const wanted = emails.flatMap((typed) => {
    const read = readEmail(typed);
    return "normalized" in read ? [{ typed, normalized: read.normalized }] : [];
  });
  const found = await tx.execute<{ email: string }>(sql`
    select distinct a.email from unnest(${sql.param(wanted.map(({ normalized }) => normalized))}::text[]) as a(email)
    where exists (select from suppressions s
      where s.email_normalized = any(suppression_keys((select nullif(current_setting('app.current_tenant_id', true), '')::uuid), a.email))
        and s.scope in ('tenant', 'workspace') and (s.expires_at is null or s.expires_at > app_now()))`);
  const closed = new Set(found.map(({ email }) => email));
  return wanted.filter(({ normalized }) => closed.has(normalized)).map(({ typed }) => typed);
}
