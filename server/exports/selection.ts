import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { selectionPredicate } from "#server/contacts/filter";
import { AppError } from "#server/errors";
import { suppressed } from "#server/messages/mailable";
import { inSegment, rulePredicate } from "#server/segments/queries";
import { countMax, type ExportCountInput, type ExportOf } from "./schema.ts";

type Selected = Pick<ExportCountInput, "of" | "leaveOut">;

/** Who is exported, as a predicate over `contacts c`; null for everybody. Throws `not_found` for a foreign id. */
export async function exportPredicate(tx: TenantTx, { of, leaveOut }: Selected): Promise<SQL | null> {
  const parts = leaveOut.map((kind) => sql`not ${leftOut[kind]}`);
  const chosen = await chosenBy(tx, of);
  if (chosen) parts.unshift(chosen);
  return parts.length > 0 ? sql`(${sql.join(parts, sql` and `)})` : null;
}

async function chosenBy(tx: TenantTx, of: ExportOf): Promise<SQL | null> {
  switch (of.kind) {
    case "all":
      return null;
    case "segment":
      return inSegment(tx, of.segmentId);
    case "rules":
      return rulePredicate(tx, of.rules);
    case "filter":
      return selectionPredicate(tx, { filter: of.filter, except: of.except });
    case "selection":
      return selectionPredicate(tx, { ids: of.ids });
  }
}

const leftOut: Record<Selected["leaveOut"][number], SQL> = {
  suppressed,
  bounced: sql`(c.status = 'bounced')`,
  unsubscribed: sql`(c.status in ('unsubscribed', 'complained'))`,
  archived: sql`(c.status = 'archived')`,
};

/** How many contacts that is now; counting stops at `atMost + 1`. */
export async function countSelected(tx: TenantTx, selected: Selected, atMost = countMax): Promise<number> {
  const predicate = await exportPredicate(tx, selected);
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from (
      select 1 from contacts c where c.deleted_at is null ${predicate ? sql`and ${predicate}` : sql``}
      limit ${atMost + 1}) counted`);
  return row?.count ?? 0;
}

/** What an export is of, in words that stay true when the list is renamed. Throws `not_found` for a foreign id. */
export async function describeSelected(tx: TenantTx, of: ExportOf): Promise<string> {
  if (of.kind === "all") return "All contacts";
  if (of.kind === "rules") return "Contacts by rules";
  if (of.kind === "filter") {
    const some = Object.keys(of.filter).length > 0 ? "Contacts by filter" : "All contacts";
    return of.except?.length ? `${some} but ${of.except.length.toLocaleString("en")}` : some;
  }
  if (of.kind === "selection") {
    const [row] = await tx.execute<{ count: number }>(
      sql`select count(*)::int as count from contacts where deleted_at is null and id = any(${sql.param(of.ids)}::uuid[])`,
    );
    // Somebody else's contact and one that is gone look the same, and neither is exported.
    if (!row?.count) throw new AppError("not_found", "None of the selected contacts is there any more.");
    return row.count === 1 ? "1 selected contact" : `${row.count.toLocaleString("en")} selected contacts`;
  }
  const [segment] = await tx.execute<{ name: string; segment_type: string }>(
    sql`select name, segment_type from segments where id = ${of.segmentId}::uuid`,
  );
  if (!segment) throw new AppError("not_found", "No such list or segment.");
  return `${segment.segment_type === "static" ? "List" : "Segment"} "${segment.name}"`;
}
