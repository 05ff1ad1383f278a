import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { namesHeld } from "#server/segments/schema";

export type Tag = { id: string; name: string; color: string | null };

/** The first tags of the workspace by name, one more than a picker holds. */
export async function listTags(tx: TenantTx): Promise<Tag[]> {
  return [
    ...(await tx.execute<Tag>(
      sql`select id, name, color from tags order by lower(name) limit ${namesHeld + 1}`,
    )),
  ];
}

/** The tag whose bearers get no campaign email while they have it; null when the workspace names none. */
export async function findUndisturbedTag(tx: TenantTx): Promise<Tag | null> {
  const [tag] = await tx.execute<Tag>(sql`select id, name, color from tags where do_not_disturb`);
  return tag ?? null;
}
