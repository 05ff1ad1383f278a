import { sql } from "drizzle-orm";
import { isDeepStrictEqual } from "node:util";
import type { Scope, TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { foldedName, mustBeFree, nameTaken } from "./names.ts";
import { getSegment, heightAbove, ruleContext, type SegmentUse, usesOf } from "./queries.ts";
import { requestRefresh } from "./refresh.ts";
import { nameLengthMax, type SegmentInput, type SegmentUpdate } from "./schema.ts";

/** `fence` is that of the event which has the members worked out; null when a run is at work that will see to it. */
export type Saved = { id: string; updatedAt: Date; fence: number | null };

/** Makes a segment. Throws `conflict` when the name is taken, `invalid` when its rules nest too deep in others. */
export async function createSegment(
  tx: TenantTx,
  input: SegmentInput,
  { userId, workspaceId }: Scope,
): Promise<Saved> {
  await mustBeFree(tx, input.name);
  await ruleContext(tx, input.rules);
  const [made] = await tx
    .execute<{ id: string; updatedAt: Date }>(
      sql`
      insert into segments (name, description, segment_type, rules, created_by)
      values (${input.name}, ${input.description ?? null}, 'dynamic', ${JSON.stringify(input.rules)}::jsonb, ${userId ?? null}::uuid)
      returning id, updated_at as "updatedAt"`,
    )
    .catch(nameTaken(input.name));
  if (!made) throw new Error("insert into segments returned no row.");
  await recordAct(tx, {
    actorId: userId ?? null,
    action: "segment.created",
    resourceType: "segment",
    resourceId: made.id,
    after: { name: input.name },
  });
  return { ...made, fence: await requestRefresh(tx, workspaceId, made.id) };
}

/**
 * Changes a segment. Throws `conflict` when the name is taken or somebody else changed it since `seen`, `invalid`
 * when it would be part of itself, or nest too deep below the segments that are built on it.
 */
export async function updateSegment(
  tx: TenantTx,
  input: SegmentUpdate,
  { userId, workspaceId }: Scope,
): Promise<Saved> {
  // One at a time: two changes that are harmless alone could make a circle together.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`segments:${workspaceId}`}))`);
  const before = await seenRules(tx, input);
  await mustBeFree(tx, input.name, { except: input.id });
  await ruleContext(tx, input.rules, input.id, await heightAbove(tx, input.id));
  const [saved] = await tx
    .execute<{ id: string; updatedAt: Date }>(
      sql`
      update segments set name = ${input.name}, description = ${input.description ?? null},
        rules = ${JSON.stringify(input.rules)}::jsonb, updated_at = app_now()
      where id = ${input.id}::uuid returning id, updated_at as "updatedAt"`,
    )
    .catch(nameTaken(input.name));
  if (!saved) throw new AppError("not_found", "No such segment.");
  await recordAct(tx, {
    actorId: userId ?? null,
    action: "segment.updated",
    resourceType: "segment",
    resourceId: input.id,
    after: { name: input.name, rules: input.rules },
  });
  const changed = !isDeepStrictEqual(before, input.rules);
  return { ...saved, fence: changed ? await requestRefresh(tx, workspaceId, input.id) : null };
}

/** Makes a segment with the same rules. Throws `not_found`; `conflict` where some of them cannot be read. */
export async function duplicateSegment(tx: TenantTx, id: string, scope: Scope): Promise<Saved> {
  const { name, description, rules, unreadable } = await getSegment(tx, id);
  if (unreadable.length > 0)
    throw new AppError(
      "conflict",
      `“${name}” has rules that cannot be read, and a copy would lack them. Mend and save it first.`,
    );
  const taken = await tx.execute<{ name: string }>(
    sql`select name::text as name from segments where starts_with(${foldedName(sql`name`)}, ${foldedName(sql`${copyOf(name)}`)})`,
  );
  return createSegment(
    tx,
    { name: freeName(name, taken), description: description ?? undefined, rules },
    scope,
  );
}

/** With room for a number behind it. */
const copyOf = (name: string) => `Copy of ${name}`.slice(0, nameLengthMax - 4);

function freeName(name: string, taken: readonly { name: string }[]): string {
  const names = new Set(taken.map((each) => each.name.toLowerCase()));
  for (let number = 1; ; number++) {
    const free = copyOf(name) + (number > 1 ? ` ${number}` : "");
    if (!names.has(free.toLowerCase())) return free;
  }
}

/** Has the members worked out as of now. Throws `not_found`. */
export async function refreshSegment(
  tx: TenantTx,
  id: string,
  { workspaceId }: Scope,
): Promise<number | null> {
  await getSegment(tx, id);
  return requestRefresh(tx, workspaceId, id);
}

/** Locks the segment and gives its rules. Dates reach the browser in milliseconds, so they are compared in them. */
async function seenRules(tx: TenantTx, { id, seen }: SegmentUpdate): Promise<unknown> {
  const [row] = await tx.execute<{ updatedAt: Date; rules: unknown }>(
    sql`select updated_at as "updatedAt", rules from segments where id = ${id}::uuid and segment_type = 'dynamic' for update`,
  );
  if (!row) throw new AppError("not_found", "No such segment.");
  if (seen && row.updatedAt.getTime() !== seen.getTime()) {
    throw new AppError(
      "conflict",
      "Somebody else changed this segment meanwhile. Reload the page to see it, then make your change again.",
    );
  }
  return row.rules;
}

const inWords = ({ kind, name }: SegmentUse) => {
  if (kind === "scoring") return "the lead score";
  return `the ${kind === "import_schedule" ? "scheduled import" : kind} "${name}"`;
};

/** Deletes a list or segment that nothing uses; its contacts stay. Throws `conflict` naming what uses it. */
export async function deleteSegment(tx: TenantTx, id: string, actorId: string): Promise<void> {
  const [segment] = await tx.execute<{ name: string; segment_type: string }>(
    sql`select name, segment_type from segments where id = ${id}::uuid for update`,
  );
  if (!segment) throw new AppError("not_found", "No such list or segment.");
  const uses = await usesOf(tx, id);
  if (uses.length > 0) {
    const named = uses.slice(0, 3).map(inWords).join(", ");
    throw new AppError(
      "conflict",
      `"${segment.name}" is used by ${named}${uses.length > 3 ? ` and ${uses.length - 3} more` : ""}. Change that first.`,
    );
  }
  await tx.execute(sql`delete from segments where id = ${id}::uuid`);
  const kind = segment.segment_type === "static" ? "list" : "segment";
  await recordAct(tx, {
    actorId,
    action: `${kind}.deleted`,
    resourceType: kind,
    resourceId: id,
    before: { name: segment.name },
  });
}
