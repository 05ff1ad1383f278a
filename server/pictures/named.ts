import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/**
 * The ids of the pictures that a text refers to, as a query of one column `id`. Whichever origin stands before the path:
 * the product may have moved. Bytes 34 to 49 of a token are the id, as docs/formats.md says.
 */
export const namedIn = (words: SQL): SQL => sql`
  select encode(substring(decode(translate(m[1], '-_', '+/') || '==', 'base64') from 35 for 16), 'hex')::uuid as id
  from regexp_matches(${words}, '/p/([A-Za-z0-9_-]{86})(?![A-Za-z0-9_-])', 'g') as m`;

/**
 * Keeps the pictures for good that these texts refer to, since they are, or may be, sent so.
 * @param texts a query of one column `words`
 */
export async function keepNamed(tx: TenantTx, texts: SQL): Promise<void> {
  await tx.execute(sql`
    update pictures p set kept_since = app_now()
    from (select distinct n.id from (${texts}) t cross join lateral (${namedIn(sql`t.words`)}) n) named
    where p.id = named.id and p.kept_since is null`);
}
