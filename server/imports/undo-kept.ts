import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { judged, type KeptContact } from "./undo-plan.ts";

/** The first contacts that an undo would keep if it started now, wholly or in part, with what stands in the way. */
export async function foreseeKept(tx: TenantTx, importId: string, limit = 100): Promise<KeptContact[]> {
  return [
    ...(await tx.execute<KeptContact>(sql`
      with ${judged(importId, sql``)}
      select e.contact_email as email, p.contact_id as "contactId", coalesce(p.reason, 'edited') as reason,
        array(select unnest(p.fields)) as fields
      from plan p join import_events e on e.id = p.event_id
      where p.outcome = 'keep' or cardinality(p.fields) > 0 order by p.event_id limit ${limit}`)),
  ];
}
