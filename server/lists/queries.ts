import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";

export type ListDetail = {
  id: string;
  name: string;
  description: string | null;
  count: number;
  createdAt: Date;
  importId: string | null;
};

/** A list with the number of its members who were not deleted. Throws `not_found`. */
export async function getList(tx: TenantTx, id: string): Promise<ListDetail> {
  const [row] = await tx.execute<ListDetail>(sql`
    select s.id, s.name, s.description, s.created_at as "createdAt", s.source_import_id as "importId",
      (select count(*)::int from segment_contacts sc join contacts c on c.id = sc.contact_id
        where sc.segment_id = s.id and c.deleted_at is null) as count
    from segments s where s.id = ${id}::uuid and s.segment_type = 'static'`);
  if (!row) throw new AppError("not_found", "No such list.");
  return row;
}
