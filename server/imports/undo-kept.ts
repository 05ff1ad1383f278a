import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { behind, windowBehind } from "./undo-forecast.ts";
import { judged } from "./undo-plan.ts";

/**
 * `email` is the address of then, `emailNow` that of today where it is another. `later` is the import that has had the
 * contact since, where that is why it stays.
 */
export type KeptContact = {
  email: string;
  emailNow: string | null;
  contactId: string | null;
  reason: string;
  fields: string[];
  later: { id: string; fileName: string } | null;
};
/** `next` is what to ask behind for more; there may be some behind a page that is not full. */
export type KeptPage = { rows: KeptContact[]; next: string | null };

const pageRows = 100;
/** Contacts judged in one statement, and statements until an answer is given, however few it found. */
const windowRows = 20_000;
const windowsMax = 10;

type Found = KeptContact & { eventId: string };

/**
 * Contacts that an undo would keep if it started now, wholly or in part, with what stands in the way. Of a big import
 * so many are judged as a page needs.
 */
export async function foreseeKept(
  tx: TenantTx,
  importId: string,
  { after = null, size = pageRows, window = windowRows }: KeptOptions = {},
): Promise<KeptPage> {
  const found: Found[] = [];
  let from = after;
  for (let count = 0; count < windowsMax; count++) {
    const to = await windowBehind(tx, importId, from, window);
    if (!to) return pageOf(found, size, null);
    found.push(
      ...(await tx.execute<Found>(sql`
        with ${judged(importId, sql`${behind(from)} and e.id <= ${to.id}::uuid`)}
        select p.event_id as "eventId", e.contact_email as email, p.contact_id as "contactId",
          coalesce(p.reason, 'edited') as reason, array(select unnest(p.fields)) as fields,
          ${emailNow}, ${laterImport(sql`p.reason = 'reimported'`)}
        from plan p join import_events e on e.id = p.event_id
        where p.outcome = 'keep' or cardinality(p.fields) > 0 order by p.event_id limit ${size + 1 - found.length}`)),
    );
    if (found.length > size) break;
    from = to.id;
  }
  return pageOf(found, size, from);
}

type KeptOptions = { after?: string | null; size?: number; window?: number };

/** Of an event `e`: where its contact is reached today, if not at the address that it was imported with. */
const emailNow = sql`(select c.email from contacts c
  where c.id = e.contact_id and c.deleted_at is null and c.email_normalized <> e.contact_email) as "emailNow"`;

/** Of an event `e`: the last import since that has had its contact too, and was not undone before this one. */
const laterImport = (asked: SQL) => sql`case when ${asked} then (
  select jsonb_build_object('id', j.id, 'fileName', j.file_name)
  from import_events x join import_jobs j on j.id = x.import_job_id
  where x.contact_id = e.contact_id and x.import_job_id is distinct from e.import_job_id and x.id > e.id
    and (x.undone_at is null or x.undone_at > e.undone_at)
  order by x.id desc limit 1) end as later`;

function pageOf(found: readonly Found[], size: number, next: string | null): KeptPage {
  const rows = found.slice(0, size).map(({ eventId: _, ...contact }) => contact);
  return { rows, next: found.length > size ? (found[size - 1]?.eventId ?? null) : next };
}

/** The contacts an undo kept, wholly or in part, or could not take back, with what stood in the way. */
export async function listKept(
  tx: TenantTx,
  importId: string,
  { after = null, size = pageRows }: KeptOptions = {},
): Promise<KeptPage> {
  const found = await tx.execute<Omit<Found, "reason" | "fields"> & { outcome: string }>(sql`
    select e.id as "eventId", e.contact_email as email, e.contact_id as "contactId", e.undo_outcome as outcome,
      ${emailNow}, ${laterImport(sql`split_part(e.undo_outcome, ':', 2) = 'reimported'`)}
    from import_events e
    where e.import_job_id = ${importId}::uuid and e.undone_at is not null and strpos(e.undo_outcome, ':') > 0 ${behind(after)}
    order by e.id limit ${size + 1}`);
  const kept = found.map(({ outcome, ...contact }) => {
    const [, reason = "", fields = ""] = outcome.split(":");
    return { ...contact, reason, fields: fields === "" ? [] : fields.split(",") };
  });
  return pageOf(kept, size, null);
}
