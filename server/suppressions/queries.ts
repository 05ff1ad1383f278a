import { and, desc, lt, sql } from "drizzle-orm";
import { suppressions } from "#db/schema/suppressions";
import type { TenantTx } from "#db/tenancy";
import { readEmail } from "#server/contacts/address";
import type { SuppressionListInput } from "./schema.ts";

const pageSize = 50;
const row = {
  id: suppressions.id,
  email: suppressions.emailNormalized,
  scope: suppressions.scope,
  reason: suppressions.reason,
  source: suppressions.source,
  addedAt: suppressions.createdAt,
};

/** Newest first: the workspace's own, and those of the whole organization. `q` is the start of an address. */
export async function listSuppressions(tx: TenantTx, { q, after }: SuppressionListInput) {
  const rows = await tx
    .select(row)
    .from(suppressions)
    .where(
      and(
        q ? sql`starts_with(${suppressions.emailNormalized}, ${q.toLowerCase()})` : undefined,
        after ? lt(suppressions.id, after) : undefined,
      ),
    )
    .orderBy(desc(suppressions.id))
    .limit(pageSize + 1);
  const shown = rows.slice(0, pageSize);
  return { rows: shown, next: rows.length > pageSize ? (shown.at(-1)?.id ?? null) : null };
}

/** Which of these addresses, as typed, may not be mailed by this workspace. */
export async function suppressedAmong(tx: TenantTx, emails: readonly string[]): Promise<string[]> {
  const wanted = emails.flatMap((typed) => {
    const read = readEmail(typed);
    return "normalized" in read ? [{ typed, normalized: read.normalized }] : [];
  });
  const found = await tx.execute<{ email: string }>(sql`
    select distinct email_normalized as email from ${suppressions}
    where email_normalized = any(${sql.param(wanted.map(({ normalized }) => normalized))}::text[])
      and scope in ('tenant', 'workspace') and (expires_at is null or expires_at > app_now())`);
  const closed = new Set(found.map(({ email }) => email));
  return wanted.filter(({ normalized }) => closed.has(normalized)).map(({ typed }) => typed);
}
