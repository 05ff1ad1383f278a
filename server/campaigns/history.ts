import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { actWords } from "./act-words.ts";

export type ActRow = {
  id: string;
  at: Date;
  /** Null: nobody, it came about by itself. */
  who: string | null;
  /** What was done: “Paused”. */
  title: string;
  /** Why, in the words of whoever did it, or what it came to. */
  detail: string | null;
  /** The time that it set: a start, or an end. */
  moment: Date | null;
};

const pageSize = 20;

/** What people and the product have done with a campaign, the latest first. `next` is the oldest shown, or null. */
export async function listHistory(
  tx: TenantTx,
  { id, cursor }: { id: string; cursor?: string | null | undefined },
): Promise<{ rows: ActRow[]; next: string | null }> {
  const rows = await tx.execute<
    Omit<ActRow, "title" | "detail" | "moment"> & { action: string; facts: unknown }
  >(sql`
    select a.id, a.created_at as at, u.name as who, a.action, a.new_value as facts
    from campaigns k
    join audit_log a on a.resource_type = 'campaign' and a.resource_id = k.id
    left join users u on u.id = a.actor_id
    where k.id = ${id}::uuid and k.deleted_at is null
      and a.id < ${cursor ?? "ffffffff-ffff-ffff-ffff-ffffffffffff"}::uuid
    order by a.id desc limit ${pageSize + 1}`);
  const shown = rows.slice(0, pageSize);
  return {
    rows: shown.map(({ action, facts, ...row }) => ({ ...row, ...actWords(action, facts) })),
    next: rows.length > pageSize ? (shown.at(-1)?.id ?? null) : null,
  };
}
