import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { advance } from "./advance.ts";
import { exitEnrollments } from "./exits.ts";
import { dueRows, holdIncomplete, onStep, type Slice, type SliceResult, type StepContext } from "./slice.ts";
import type { StepAction } from "./steps.ts";

/**
 * Acts on everybody who is due, and moves them on in the same transaction: whatever dies in between, the action
 * happens exactly once per visit.
 */
export function performActions(tx: TenantTx, slice: Slice): Promise<SliceResult> {
  return onStep(tx, slice, async (tx, { scope, graph, step }) => {
    const rows = await dueRows(tx, slice);
    const ids = rows.map((row) => row.id);
    if (step.action === null) {
      await holdIncomplete(tx, ids);
      return { acted: rows.length, events: [] };
    }
    if (step.action.type === "exit") {
      await exitEnrollments(
        tx,
        ids.map((enrollmentId) => ({ enrollmentId, reason: "action_exit" })),
      );
      return { acted: rows.length, events: [] };
    }
    await act(tx, { action: step.action, enrollmentIds: ids, campaignId: graph.campaignId });
    const now = (await appNow(tx)).getTime();
    const moves = ids.map((enrollmentId) => ({
      enrollmentId,
      outcome: "acted",
      edge: "next" as const,
      at: now,
    }));
    const { events } = await advance(tx, { scope, graph, step, moves });
    return { acted: rows.length, events };
  });
}

type Act = { action: StepAction; enrollmentIds: readonly string[]; campaignId: StepContext["campaignId"] };

async function act(tx: TenantTx, given: Act): Promise<void> {
  if (given.enrollmentIds.length === 0) return;
  const { action } = given;
  if (action.type === "add_tag") return addTag(tx, action.tag, given);
  if (action.type === "remove_tag") return removeTag(tx, action.tag, given);
  if (action.type === "update_field") return updateField(tx, action, given);
}

const people = ({ enrollmentIds }: Act) =>
  sql`(select distinct contact_id from campaign_contacts where id = any(${sql.param(enrollmentIds)}::uuid[]))`;

async function addTag(tx: TenantTx, tag: string, given: Act): Promise<void> {
  await tx.execute(sql`insert into tags (name) values (${tag}) on conflict do nothing`);
  await tx.execute(sql`
    with added as (
      insert into contact_tags (contact_id, tag_id)
      select p.contact_id, t.id from ${people(given)} p cross join tags t where lower(t.name) = lower(${tag} collate "C")
      on conflict do nothing returning contact_id
    )
    insert into contact_events (contact_id, type, ref_type, ref_id, data)
    select contact_id, 'tag.added', 'campaign', ${given.campaignId}::uuid, jsonb_build_object('tag', ${tag}::text) from added`);
}

async function removeTag(tx: TenantTx, tag: string, given: Act): Promise<void> {
  await tx.execute(sql`
    with removed as (
      delete from contact_tags ct using tags t
      where ct.tag_id = t.id and lower(t.name) = lower(${tag} collate "C") and ct.contact_id in ${people(given)}
      returning ct.contact_id
    )
    insert into contact_events (contact_id, type, ref_type, ref_id, data)
    select contact_id, 'tag.removed', 'campaign', ${given.campaignId}::uuid, jsonb_build_object('tag', ${tag}::text) from removed`);
}

/** Sets a column or a custom field that `loadGraph` has checked. Contacts that hold the value already are left as they are. */
async function updateField(
  tx: TenantTx,
  { field, value }: { field: string; value: string },
  given: Act,
): Promise<void> {
  const custom = field.startsWith("custom.") ? field.slice("custom.".length) : null;
  const current =
    custom === null ? sql`c.${sql.identifier(field)}` : sql`c.custom_fields ->> ${custom}::text`;
  const change =
    custom === null
      ? sql`${sql.identifier(field)} = nullif(${value}, '')`
      : sql`custom_fields = c.custom_fields || jsonb_build_object(${custom}::text, ${value}::text)`;
  await tx.execute(sql`
    with changed as (
      update contacts c set ${change}, version = c.version + 1, updated_at = app_now()
      where c.id in ${people(given)} and coalesce(${current}, '') <> ${value}
      returning c.id
    )
    insert into contact_events (contact_id, type, ref_type, ref_id, data)
    select id, 'contact.updated', 'campaign', ${given.campaignId}::uuid,
      jsonb_build_object('field', ${field}::text, 'value', ${value}::text) from changed`);
}
