import { sql } from "drizzle-orm";
import type { Scope, TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { countMatches } from "#server/contacts/listing";
import { countMax, fieldProblem } from "#server/contacts/schema";
import { readCustomFields } from "#server/custom-fields/read";
import { listCustomFields } from "#server/custom-fields/queries";
import { wakeNow } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { bulkFields, type ContactChange, type ContactEditInput } from "./schema.ts";

export const driverOf = (id: string) => ({ table: "contact_edits" as const, id });

/**
 * Asks for an edit; the fence of its event, or null when this key asked before. Throws `invalid` for a field or value
 * that cannot be, `not_found` for a list, segment or filter part that is not there.
 */
export async function createContactEdit(
  tx: TenantTx,
  { key, selection, change }: ContactEditInput,
  scope: Scope,
): Promise<{ id: string; fence: number | null }> {
  const what = await described(tx, change);
  const total = "ids" in selection ? selection.ids.length : await countMatches(tx, selection);
  const made = await tx.execute(sql`
    insert into contact_edits (id, action, change, selection, summary, total_contacts, last_id, created_by)
    values (${key}::uuid, ${change.action}, ${JSON.stringify(change)}::jsonb, ${JSON.stringify(selection)}::jsonb, ${what},
      ${total > countMax ? null : total}, (select id from contacts order by id desc limit 1), ${scope.userId ?? null}::uuid)
    on conflict (id) do nothing returning id`);
  if (made.length === 0) {
    const [known] = await tx.execute(sql`select 1 from contact_edits where id = ${key}::uuid`);
    if (!known) throw new AppError("conflict", "This edit cannot be started. Reload the page and try again.");
    return { id: key, fence: null };
  }
  await recordAct(tx, {
    actorId: scope.userId ?? null,
    action: "contacts.edit_requested",
    resourceType: "contact_edit",
    resourceId: key,
    after: { what, contacts: total > countMax ? `more than ${countMax}` : total },
  });
  return { id: key, fence: await wakeNow(tx, driverOf(key)) };
}

/** What a change does, in words. */
async function described(tx: TenantTx, change: ContactChange): Promise<string> {
  switch (change.action) {
    case "tag":
      return `Tag "${change.tag}"`;
    case "untag":
      return `Take off the tag "${change.tag}"`;
    case "add_to_list":
      return `Put on the list "${await listName(tx, change.listId)}"`;
    case "remove_from_list":
      return `Take off the list "${await listName(tx, change.listId)}"`;
    case "set_field":
      return describedField(tx, change);
    case "set_stage":
      return `Set the stage to ${change.stage.replaceAll("_", " ")}`;
    case "unsubscribe":
      return "Unsubscribe";
    case "archive":
      return "Archive";
    case "restore":
      return "Take back from the archive";
    case "delete":
      return "Delete";
    case "add_to_campaign":
      return `Add to the campaign "${await campaignName(tx, change.campaignId)}"`;
  }
}

async function describedField(
  tx: TenantTx,
  { field, value }: { field: string; value: string },
): Promise<string> {
  const said = (label: string) =>
    value === "" ? `Clear ${label}` : `Set ${label} to "${value.slice(0, 100)}"`;
  if (!field.startsWith("custom.")) {
    const standard = bulkFields.find(({ name }) => name === field);
    if (!standard)
      throw new AppError("invalid", `There is no field "${field}".`, { field: "Choose a field." });
    const problem = value === "" ? null : fieldProblem(standard.name, value);
    if (problem !== null) throw new AppError("invalid", problem, { value: problem });
    return said(standard.label);
  }
  const name = field.slice("custom.".length);
  await readCustomFields(tx, { [name]: value }, { whole: false });
  const fields = await listCustomFields(tx, { archived: true });
  return said(fields.find((each) => each.name === name)?.label ?? name);
}

async function listName(tx: TenantTx, id: string): Promise<string> {
  const [list] = await tx.execute<{ name: string }>(
    sql`select name from segments where id = ${id}::uuid and segment_type = 'static'`,
  );
  if (!list) throw new AppError("not_found", "No such list.");
  return list.name;
}

async function campaignName(tx: TenantTx, id: string): Promise<string> {
  const [campaign] = await tx.execute<{ name: string }>(
    sql`select name from campaigns where id = ${id}::uuid and status in ('active', 'paused') and deleted_at is null`,
  );
  if (!campaign)
    throw new AppError("not_found", "No such campaign runs any more.", { campaignId: "Choose a campaign." });
  return campaign.name;
}

/** Stops an edit where it is: contacts that were changed stay changed. */
export async function cancelContactEdit(tx: TenantTx, id: string, actorId: string): Promise<void> {
  const stopped = await endEdit(tx, id, { status: "cancelled", problem: null });
  if (!stopped) throw new AppError("conflict", "This edit has ended already.");
  await recordAct(tx, {
    actorId,
    action: "contacts.edit_cancelled",
    resourceType: "contact_edit",
    resourceId: id,
  });
}

/** Ends an edit that has not ended, and takes it from the run that is at work. */
export async function endEdit(
  tx: TenantTx,
  id: string,
  { status, problem }: { status: "cancelled" | "failed"; problem: string | null },
): Promise<boolean> {
  const rows = await tx.execute(sql`
    update contact_edits set status = ${status}, problem = ${problem}, completed_at = app_now(), updated_at = app_now(),
      fence = fence + 1, run_id = null, lease_until = null, wakes_at = null
    where id = ${id}::uuid and status in ('pending', 'processing') returning id`);
  return rows.length > 0;
}
