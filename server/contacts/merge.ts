import { sql } from "drizzle-orm";
import { violates } from "#db/errors";
import type { TenantTx } from "#db/tenancy";
import { savepoint } from "#db/transaction";
import { recordAct } from "#server/audit";
import { listCustomFields } from "#server/custom-fields/queries";
import { exitContacts } from "#server/enrollments/exits";
import type { ExitReason } from "#server/enrollments/reasons";
import { AppError } from "#server/errors";
import { stricterStatus } from "#server/imports/contact-fields";
import { noteOnTimeline } from "./history.ts";
import { cameMeanwhile, mergeCampaigns } from "./merge-campaigns.ts";
import { type Merged, mergedFields, type MergeSide } from "./merge-fields.ts";
import { mergeHistory, mergeMemberships, mergeScores, uniteSuppressions } from "./merge-traces.ts";
import type { MergeInput } from "./merge-schema.ts";
import { contactFields } from "./schema.ts";

const columns = sql.join(
  contactFields.map(({ name }) => sql`c.${sql.identifier(name)}`),
  sql`, `,
);

/** Both contacts of a merge. Throws `not_found` for one that is not there, or not here. */
export async function getMergeSides(
  tx: TenantTx,
  { keepId, otherId }: { keepId: string; otherId: string },
): Promise<{ keep: MergeSide; other: MergeSide }> {
  const rows = await tx.execute<MergeSide>(sql`
    select c.id, ${columns}, c.email_normalized, c.status, c.lifecycle_stage, c.owner_id, o.name as owner, c.custom_fields,
      c.unsubscribed_at, c.bounced_at, c.complained_at, c.version
    from contacts c left join users o on o.id = c.owner_id
    where c.id = any(${sql.param([keepId, otherId])}::uuid[]) and c.deleted_at is null`);
  const keep = rows.find(({ id }) => id === keepId);
  const other = rows.find(({ id }) => id === otherId);
  if (!keep || !other) throw new AppError("not_found", "No such contact.");
  return { keep, other };
}

/**
 * Makes one contact of two: `keep` gets the chosen values, and the tags, lists, consent records, campaigns, messages and
 * everything else of `other`, which is deleted and remembers whom it was merged into. Whoever may not be mailed stays so,
 * whichever of the two it was said of. Doing it again changes nothing. Throws `not_found`, and `conflict` when either is
 * no longer as it was on the screen.
 */
export async function mergeContacts(
  tx: TenantTx,
  { keep: { id: keepId, version }, other: { id: otherId, version: otherVersion }, choices }: MergeInput,
  actorId: string,
): Promise<{ id: string }> {
  if (await isMerged(tx, keepId, otherId)) return { id: keepId };
  const pair = { keepId, otherId };
  const seen = [
    { id: keepId, version },
    { id: otherId, version: otherVersion },
  ];
  const { sides, merged, status } = await leaveAndLock(tx, { pair, seen, choices });
  await mergeMemberships(tx, pair);
  await mergeHistory(tx, pair);
  await writeBoth(tx, { sides, merged, status, actorId });
  await mergeScores(tx, pair);
  await noteMerge(tx, { sides, merged, choices, actorId });
  return { id: keepId };
}

type Leaving = { pair: Pair; seen: readonly Seen[]; choices: MergeInput["choices"] };
type Pair = { keepId: string; otherId: string };
type Seen = { id: string; version: number };
const attemptsMax = 5;

/**
 * Merges where the two stand in campaigns, and locks both. Campaigns are left, and messages moved, before contacts are
 * locked: everybody takes them in this order. So somebody may close an address, or bring one of the two to a campaign,
 * in between; that is seen once they are locked, and all of it is done anew.
 */
async function leaveAndLock(tx: TenantTx, leaving: Leaving): Promise<Writing> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    try {
      return await savepoint(tx, (inner) => tryToLeave(inner, leaving));
    } catch (error) {
      const raced = error instanceof Raced || violates(error, "campaign_contacts_contact_unique");
      if (!raced) throw error;
    }
  }
  throw new AppError("conflict", "Campaigns are enrolling these contacts at this moment. Try again.");
}

/** Something came between the merge and its locks. */
class Raced extends Error {}

async function tryToLeave(tx: TenantTx, { pair, seen, choices }: Leaving): Promise<Writing> {
  const sides = await getMergeSides(tx, pair);
  const merged = mergedFields(sides.keep, sides.other, {
    customFields: await listCustomFields(tx, { archived: true }),
    choices,
  });
  const addresses = { keep: sides.keep.email_normalized, other: sides.other.email_normalized };
  const status = mergedStatus(sides);
  const whyNot = async () => {
    await uniteSuppressions(tx, addresses);
    return whyNotMailed(tx, status, merged.takesAddress ? addresses.other : addresses.keep);
  };
  const reason = await whyNot();
  if (reason) await exitContacts(tx, { contactIds: [pair.keepId, pair.otherId], reason });
  const stood = await mergeCampaigns(tx, pair);
  await lockBoth(tx, seen);
  const closed = (await whyNot()) !== null && reason === null;
  if (closed || (await cameMeanwhile(tx, pair, stood)))
    throw new Raced("A contact's campaigns changed meanwhile.");
  return { sides, merged, status };
}

async function isMerged(tx: TenantTx, keepId: string, otherId: string): Promise<boolean> {
  const rows = await tx.execute(
    sql`select 1 from contacts where id = ${otherId}::uuid and merged_into_id = ${keepId}::uuid`,
  );
  return rows.length > 0;
}

type Sides = { keep: MergeSide; other: MergeSide };

/** What somebody of two contacts is afterwards: what is stricter; in the archive only if the one that stays was. */
export function mergedStatus({ keep, other }: Sides): string {
  if (keep.status === "archived") return keep.status;
  return mergedStop({ keep, other }) ?? "active";
}

const mergedStop = ({ keep, other }: Sides) => stricterStatus(stopOf(keep), stopOf(other));

/** That somebody said stop, or could not be reached: by the status, or, in the archive, by that from before. */
function stopOf(side: MergeSide): string | undefined {
  if (side.status === "active") return undefined;
  if (side.status !== "archived") return side.status;
  if (side.complained_at) return "complained";
  if (side.bounced_at) return "bounced";
  return side.unsubscribed_at ? "unsubscribed" : undefined;
}

const reasons: Record<string, ExitReason> = {
  unsubscribed: "unsubscribed",
  bounced: "bounced_hard",
  complained: "complained",
  archived: "contact_deleted",
};

async function whyNotMailed(tx: TenantTx, status: string, address: string): Promise<ExitReason | null> {
  if (status !== "active") return reasons[status] ?? "contact_deleted";
  const closed = await tx.execute(sql`
    select 1 from suppressions s
    where s.email_normalized = any(suppression_keys((select nullif(current_setting('app.current_tenant_id', true), '')::uuid), ${address}))
      and s.scope in ('tenant', 'workspace') and (s.expires_at is null or s.expires_at > app_now()) limit 1`);
  return closed.length > 0 ? "suppressed" : null;
}

async function lockBoth(tx: TenantTx, seen: readonly Seen[]): Promise<void> {
  const rows = await tx.execute<{ id: string; version: number }>(sql`
    select id, version from contacts where id = any(${sql.param(seen.map(({ id }) => id))}::uuid[]) and deleted_at is null
    order by id for update`);
  if (rows.length < seen.length) throw new AppError("not_found", "No such contact.");
  if (rows.every((row) => seen.some(({ id, version }) => id === row.id && version === row.version))) return;
  throw new AppError(
    "conflict",
    "Somebody changed one of the two contacts meanwhile. Reload the page, and look at the values again.",
  );
}

type Writing = { sides: Sides; merged: Merged; status: string };

/**
 * Deletes the one and writes the other. When the address goes over, the deleted contact keeps the one that is given up,
 * so that whoever is erased later is erased with all addresses.
 */
async function writeBoth(
  tx: TenantTx,
  { sides: { keep, other }, merged, status, actorId }: Writing & { actorId: string },
): Promise<void> {
  const [kept, left] = merged.takesAddress ? [other, keep] : [keep, other];
  await tx.execute(sql`
    update contacts set deleted_at = app_now(), merged_into_id = ${keep.id}::uuid, email = ${left.email},
      email_normalized = ${left.email_normalized}, version = version + 1, updated_at = app_now()
    where id = ${other.id}::uuid`);
  const stop = mergedStop({ keep, other });
  // For the day that the address comes in again, as with every deletion. What the one that goes had said holds for the
  // address that stays too, also when a file that said the same of it is taken back.
  const said = ["unsubscribed", "complained"].includes(stopOf(other) ?? "");
  const closed = stop ? [left.email_normalized, ...(said ? [kept.email_normalized] : [])] : [];
  if (stop)
    await tx.execute(sql`
      insert into suppressions (email_normalized, scope, workspace_id, reason, source, added_by)
      select address, 'workspace', current_setting('app.current_workspace_id')::uuid, ${stop}, 'merge', ${actorId}::uuid
      from unnest(${sql.param(closed)}::text[]) as address order by address on conflict do nothing`);
  const texts = contactFields
    .filter(({ name }) => name !== "email")
    .map(({ name }) => sql`${sql.identifier(name)} = ${merged[name as keyof Merged] as string | null}`);
  await tx.execute(sql`
    update contacts c set email = ${kept.email}, email_normalized = ${kept.email_normalized}, ${sql.join(texts, sql`, `)},
      custom_fields = ${JSON.stringify(merged.custom_fields)}::jsonb, lifecycle_stage = ${merged.lifecycle_stage},
      owner_id = ${merged.owner_id}::uuid, status = ${status},
      ${sql.join(["unsubscribed", "bounced", "complained"].map(momentOf), sql`, `)},
      -- Consent belongs to the address that it was given for.
      consent_basis = ${merged.takesAddress ? sql`o` : sql`c`}.consent_basis,
      consent_source = ${merged.takesAddress ? sql`o` : sql`c`}.consent_source,
      consent_at = ${merged.takesAddress ? sql`o` : sql`c`}.consent_at,
      soft_bounce_count = ${merged.takesAddress ? sql`o` : sql`c`}.soft_bounce_count,
      snoozed_until = greatest(c.snoozed_until, o.snoozed_until), lead_score = greatest(c.lead_score, o.lead_score),
      first_source_import_id = coalesce(c.first_source_import_id, o.first_source_import_id),
      raw_data = coalesce(c.raw_data, o.raw_data), enriched_data = coalesce(c.enriched_data, o.enriched_data),
      ${sql.join(
        ["last_emailed_at", "last_opened_at", "last_clicked_at", "last_replied_at", "last_activity_at"].map(
          (name) =>
            sql`${sql.identifier(name)} = greatest(c.${sql.identifier(name)}, o.${sql.identifier(name)})`,
        ),
        sql`, `,
      )},
      version = c.version + 1, updated_at = app_now()
    from contacts o where o.id = ${other.id}::uuid and c.id = ${keep.id}::uuid`);
}

/** Since when somebody is what one of the two statuses says: what they are given back when they leave the archive. */
function momentOf(status: string) {
  const column = sql.identifier(`${status}_at`);
  return sql`${column} = coalesce(least(c.${column}, case when o.status <> 'active' then o.${column} end),
    case when ${status} in (c.status, o.status) then app_now() end)`;
}

async function noteMerge(
  tx: TenantTx,
  {
    sides: { keep, other },
    merged,
    choices,
    actorId,
  }: { sides: Sides; merged: Merged; choices: MergeInput["choices"]; actorId: string },
): Promise<void> {
  await noteOnTimeline(tx, {
    contactId: keep.id,
    type: "contact.merged",
    actorId,
    data: { email: merged.takesAddress ? keep.email : other.email },
    ref: { type: "contact", id: other.id },
  });
  await noteOnTimeline(tx, {
    contactId: other.id,
    type: "contact.merged_away",
    actorId,
    data: { email: keep.email },
    ref: { type: "contact", id: keep.id },
  });
  const { takesAddress: _, ...fields } = merged;
  await recordAct(tx, {
    actorId,
    action: "contact.merged",
    resourceType: "contact",
    resourceId: keep.id,
    before: { keep: heldBy(keep), other: { id: other.id, ...heldBy(other) } },
    after: { ...fields, choices },
  });
}

const heldBy = (side: MergeSide) => ({
  ...Object.fromEntries(contactFields.map(({ name }) => [name, side[name]])),
  lifecycle_stage: side.lifecycle_stage,
  owner_id: side.owner_id,
  status: side.status,
  custom_fields: side.custom_fields,
});
