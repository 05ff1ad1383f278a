import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { takeForEdit } from "./edits.ts";
import { stepTypes } from "./schema.ts";
import { blankContent, contentColumns, contentValues } from "./steps.ts";
import { findVersion, latestVersion, type Version } from "./versions.ts";

type Edit = { id: string; version: number };

/** What the new version is called and where undo and redo lead from it. */
export type Restored = Pick<Version, "undoTo" | "redoTo" | "label">;

/**
 * Takes the last change of a draft's steps back, as a new version: what others saved is never lost.
 * Throws `conflict` when there is none, or when somebody saved meanwhile.
 */
export async function undoEdit(tx: TenantTx, edit: Edit): Promise<Restored> {
  const { last, to } = await take(tx, edit, "undoTo", "There is nothing left to undo.");
  return { undoTo: to.undoTo, redoTo: last.version, label: to.label };
}

/** Does again what was undone last. Throws as `undoEdit` does. */
export async function redoEdit(tx: TenantTx, edit: Edit): Promise<Restored> {
  const { to } = await take(tx, edit, "redoTo", "There is nothing to do again.");
  return { undoTo: to.undoTo, redoTo: to.redoTo, label: to.label };
}

/** Goes back to the steps of an earlier version; that can be undone. Throws `not_found` for one that is not kept. */
export async function restoreVersion(
  tx: TenantTx,
  { past, ...edit }: Edit & { past: number },
): Promise<Restored> {
  await takeForEdit(tx, edit);
  const last = await latestVersion(tx, edit.id);
  const to = await findVersion(tx, edit.id, past);
  if (!last || !to) throw new AppError("not_found", "This version is not kept any more. Choose another.");
  await restoreSteps(tx, edit.id, to);
  return { undoTo: last.version, redoTo: null, label: "Went back to an earlier version" };
}

async function take(
  tx: TenantTx,
  edit: Edit,
  way: "undoTo" | "redoTo",
  nothing: string,
): Promise<{ last: Version; to: Version }> {
  await takeForEdit(tx, edit);
  const last = await latestVersion(tx, edit.id);
  const target = last?.[way] ?? null;
  const to = target === null ? null : await findVersion(tx, edit.id, target);
  if (!last || !to) throw new AppError("conflict", nothing);
  await restoreSteps(tx, edit.id, to);
  return { last, to };
}

/** What a step of each type says before anybody has written into it: for columns that a kept state does not know yet. */
const blanks = sql.join(
  stepTypes.map(
    (type) => sql`select ${type}::text as type, to_jsonb(said) as said
      from (select ${contentValues(blankContent(type))}) as said(${contentColumns})`,
  ),
  sql` union all `,
);

/** Steps keep their ids, so that what names them still does. A template of a mail that is gone stays gone. */
async function restoreSteps(tx: TenantTx, campaignId: string, { steps }: Version): Promise<void> {
  const ids = sql`${sql.param(steps.map(({ id }) => id))}::uuid[]`;
  const states = sql`
    select want.id, jsonb_populate_record(null::campaign_steps, blank.said || kept.state || case
      when exists (select from templates t where t.id = (kept.state ->> 'template_id')::uuid) then '{}'::jsonb
      else '{"template_id": null}'::jsonb end) as state
    from unnest(${ids}, ${sql.param(steps.map(({ hash }) => hash))}::text[]) as want(id, hash)
    join campaign_step_states kept on kept.campaign_id = ${campaignId}::uuid and kept.hash = want.hash
    join (${blanks}) blank on blank.type = kept.state ->> 'step_type'`;
  await tx.execute(sql`
    delete from campaign_steps where campaign_id = ${campaignId}::uuid and id <> all(${ids})`);
  const made = await tx.execute(sql`
    with states as materialized (${states}), missing as (
      insert into campaign_steps (id, campaign_id, step_order, step_key, ${contentColumns})
      select states.id, ${campaignId}::uuid, (state).step_order, (state).step_key, said.*
      from states cross join lateral (select ${contentColumns} from (select (states.state).*) s) said
      where not exists (select from campaign_steps s where s.id = states.id)
    )
    select from states`);
  if (made.length !== steps.length)
    throw new AppError("not_found", "This version is not kept as a whole any more. Choose another.");
  await tx.execute(sql`
    with states as materialized (${states})
    update campaign_steps to_ set (${contentColumns}, step_order, next_step_id, true_next_step_id, false_next_step_id,
      on_timeout_step_id, updated_at) = (
        select ${contentColumns}, step_order, next_step_id, true_next_step_id, false_next_step_id, on_timeout_step_id, app_now()
        from (select (states.state).*) s)
    from states where to_.id = states.id and to_.campaign_id = ${campaignId}::uuid`);
}
