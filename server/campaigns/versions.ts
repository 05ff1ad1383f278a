import { sql } from "drizzle-orm";
import { z } from "zod";
import type { TenantTx } from "#db/tenancy";
import { contentColumns, loadSteps, type Step } from "./steps.ts";

/** A step within a version: `hash` names its whole state, `said` its content alone. */
const keptStep = z.object({ id: z.uuid(), hash: z.string(), said: z.string(), title: z.string() });
export type KeptStep = z.infer<typeof keptStep>;

export type Version = {
  version: number;
  undoTo: number | null;
  redoTo: number | null;
  label: string;
  typedStep: string | null;
  madeBy: string | null;
  steps: KeptStep[];
  /** It was made so lately that typing on still belongs to it. */
  fresh: boolean;
};

/** What can be taken back, and done again, in words; null when there is nothing. */
export type History = { undo: string | null; redo: string | null };

/** So many versions of a draft are kept. */
export const versionsKept = 100;
/** Typing that goes on within this time is one change. */
const typingPause = "90 seconds";

const columns = sql`v.version, v.undo_to as "undoTo", v.redo_to as "redoTo", v.label, v.typed_step as "typedStep",
  v.made_by as "madeBy", v.steps, v.updated_at > app_now() - ${typingPause}::interval as fresh`;

type Row = Omit<Version, "steps"> & { steps: unknown };
const readVersion = (row: Row): Version => ({ ...row, steps: z.array(keptStep).parse(row.steps) });

/** The latest version of the steps that is kept; those behind it changed something else. */
export async function latestVersion(tx: TenantTx, campaignId: string): Promise<Version | null> {
  const [row] = await tx.execute<Row>(sql`
    select ${columns} from campaign_versions v where v.campaign_id = ${campaignId}::uuid order by v.version desc limit 1`);
  return row ? readVersion(row) : null;
}

export async function findVersion(
  tx: TenantTx,
  campaignId: string,
  version: number,
): Promise<Version | null> {
  const [row] = await tx.execute<Row>(sql`
    select ${columns} from campaign_versions v where v.campaign_id = ${campaignId}::uuid and v.version = ${version}`);
  return row ? readVersion(row) : null;
}

/** Of a draft. */
export async function loadHistory(tx: TenantTx, campaignId: string): Promise<History> {
  const [row] = await tx.execute<History>(sql`
    select case when back.version is not null then v.label end as undo, ahead.label as redo
    from (select * from campaign_versions where campaign_id = ${campaignId}::uuid order by version desc limit 1) v
    left join campaign_versions back on back.campaign_id = v.campaign_id and back.version = v.undo_to
    left join campaign_versions ahead on ahead.campaign_id = v.campaign_id and ahead.version = v.redo_to`);
  return row ?? { undo: null, redo: null };
}

export type Keeping = {
  campaign: { id: string; version: number; steps: readonly Step[] };
  userId: string;
  /** What led here, where it was no ordinary edit. */
  by?: Pick<Version, "undoTo" | "redoTo" | "label">;
};

/**
 * Keeps the steps of a draft as they are at this version, once: call it before an edit, so that there is something to
 * go back to, and after it. A version with the same steps as the one before it is passed through by undo.
 */
export async function keepVersion(tx: TenantTx, { campaign, userId, by }: Keeping): Promise<void> {
  const last = await latestVersion(tx, campaign.id);
  if (last && last.version >= campaign.version) return;
  const steps = await keepStates(tx, campaign);
  const made = by ? { ...by, typedStep: null } : changeOf(last, steps);
  const joined =
    !by && last && made.typedStep && last.fresh && last.typedStep === made.typedStep && last.madeBy === userId
      ? last
      : null;
  if (joined)
    await tx.execute(sql`delete from campaign_versions
      where campaign_id = ${campaign.id}::uuid and version = ${joined.version}`);
  await tx.execute(sql`
    insert into campaign_versions (campaign_id, version, undo_to, redo_to, label, typed_step, made_by, steps)
    values (${campaign.id}::uuid, ${campaign.version}, ${joined ? joined.undoTo : made.undoTo}, ${made.redoTo}, ${made.label},
      ${made.typedStep}::uuid, ${userId}::uuid, ${JSON.stringify(steps)}::jsonb)
    on conflict (tenant_id, campaign_id, version) do nothing`);
  if (campaign.version % 20 === 0) await forgetOld(tx, campaign.id);
}

async function keepStates(tx: TenantTx, { id, steps }: Keeping["campaign"]): Promise<KeptStep[]> {
  const rows = await tx.execute<Omit<KeptStep, "title">>(sql`
    with states as materialized (
      select s.id, s.step_order as place, to_jsonb(said) as said, jsonb_build_object('step_key', s.step_key,
        'step_order', s.step_order, 'next_step_id', s.next_step_id, 'true_next_step_id', s.true_next_step_id,
        'false_next_step_id', s.false_next_step_id, 'on_timeout_step_id', s.on_timeout_step_id) as edges
      from campaign_steps s cross join lateral (select ${contentColumns}) said
      where s.campaign_id = ${id}::uuid and s.is_active
    ), hashed as (
      select id, place, said || edges as state,
        encode(sha256(convert_to((said || edges)::text, 'UTF8')), 'hex') as hash,
        encode(sha256(convert_to(said::text, 'UTF8')), 'hex') as said
      from states
    ), kept as (
      insert into campaign_step_states (campaign_id, hash, state)
      select distinct on (hash) ${id}::uuid, hash, state from hashed order by hash
      on conflict (tenant_id, campaign_id, hash) do nothing
    )
    select id, hash, said from hashed order by place`);
  const titles = new Map(steps.map((step) => [step.id, step.title]));
  return rows.map((row) => ({ ...row, title: titles.get(row.id) ?? "step" }));
}

type Change = Pick<Version, "undoTo" | "redoTo" | "label" | "typedStep">;

/** What was done between two versions, in words. */
export function changeOf(last: Version | null, steps: readonly KeptStep[]): Change {
  if (!last) return { undoTo: null, redoTo: null, label: "First version", typedStep: null };
  const before = new Map(last.steps.map((step) => [step.id, step]));
  const now = new Map(steps.map((step) => [step.id, step]));
  const made = (label: string, typedStep: string | null = null): Change => ({
    undoTo: last.version,
    redoTo: null,
    label,
    typedStep,
  });
  const named = (verb: string, some: readonly KeptStep[]) =>
    `${verb} ${some.length === 1 && some[0] ? some[0].title : `${some.length} steps`}`;
  const added = steps.filter(({ id }) => !before.has(id));
  const gone = last.steps.filter(({ id }) => !now.has(id));
  if (added.length > 0 && gone.length > 0) return made("Replaced steps");
  if (added.length > 0) return made(named("Added", added));
  if (gone.length > 0) return made(named("Deleted", gone));
  const said = steps.filter(({ id, said }) => before.get(id)?.said !== said);
  const moved = steps.filter(({ id, hash }) => before.get(id)?.hash !== hash);
  const [only] = said;
  if (said.length > 0)
    return made(named("Changed", said), only && said.length === 1 && moved.length === 1 ? only.id : null);
  if (moved.length > 0) return made("Moved steps");
  const { undoTo, redoTo, label } = last;
  return { undoTo, redoTo, label, typedStep: null };
}

async function forgetOld(tx: TenantTx, campaignId: string): Promise<void> {
  const old = await tx.execute(sql`
    delete from campaign_versions where campaign_id = ${campaignId}::uuid and version <= (
      select version from campaign_versions where campaign_id = ${campaignId}::uuid
      order by version desc offset ${versionsKept} limit 1)
    returning 1`);
  if (old.length === 0) return;
  await tx.execute(sql`
    delete from campaign_step_states s where s.campaign_id = ${campaignId}::uuid and not exists (
      select from campaign_versions v cross join jsonb_array_elements(v.steps) kept
      where v.campaign_id = s.campaign_id and kept ->> 'hash' = s.hash)`);
}

export type VersionRow = { version: number; at: Date; label: string; who: string | null; steps: number };
const pageVersions = 30;

/** The versions of a draft's steps, the newest first. `next` is the oldest shown, or null. */
export async function listVersions(
  tx: TenantTx,
  { id, cursor }: { id: string; cursor?: number | null | undefined },
): Promise<{ rows: VersionRow[]; next: number | null }> {
  const rows = await tx.execute<VersionRow>(sql`
    select v.version, v.updated_at as at, v.label, u.name as who, jsonb_array_length(v.steps) as steps
    from campaign_versions v left join users u on u.id = v.made_by
    where v.campaign_id = ${id}::uuid and v.version < ${cursor ?? 2_147_483_647}
    order by v.version desc limit ${pageVersions + 1}`);
  const shown = rows.slice(0, pageVersions);
  return { rows: shown, next: rows.length > pageVersions ? (shown.at(-1)?.version ?? null) : null };
}

/** `keepVersion` for what is about to be edited; of campaigns that are no draft nothing is kept here. */
export async function keepBefore(
  tx: TenantTx,
  { id, version }: { id: string; version: number },
  userId: string,
): Promise<void> {
  const unkept = await tx.execute(sql`
    select from campaigns k where k.id = ${id}::uuid and k.status = 'draft' and k.version = ${version} and not exists (
      select from campaign_versions v where v.campaign_id = k.id and v.version = k.version)`);
  if (unkept.length > 0)
    await keepVersion(tx, { campaign: { id, version, steps: await loadSteps(tx, id) }, userId });
}
