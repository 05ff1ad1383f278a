import { sql } from "drizzle-orm";
import type { Scope, TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { env } from "#server/env";
import { log } from "#server/log";
import { open, seal, SealError, type SealedPlace } from "#server/seal";
import { anthropicWriter } from "./anthropic.ts";
import type { DraftWriter } from "./writer.ts";

type Owner = Pick<Scope, "tenantId" | "workspaceId">;

const keyPlace = ({ tenantId, workspaceId }: Owner): SealedPlace => ({
  tenantId,
  table: "workspaces",
  rowId: workspaceId,
  column: "ai_key_sealed",
});

/** Who writes drafts for a workspace, and whose key is used: `keyOf` is null when nobody is set up. */
export type WriterState = { keyOf: "workspace" | "installation" | null; name: string | null };

const sealedKey = async (tx: TenantTx, { workspaceId }: Owner): Promise<string | null> => {
  const [row] = await tx.execute<{ sealed: string | null }>(
    sql`select ai_key_sealed as sealed from workspaces where id = ${workspaceId}::uuid`,
  );
  return row?.sealed ?? null;
};

/**
 * The writer of a workspace: by its own key, or else by the installation's; null when there is neither. A key that cannot
 * be opened any more gives a writer that says so, since the installation's is not meant then.
 */
export async function findWriter(tx: TenantTx, owner: Owner): Promise<DraftWriter | null> {
  const { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_MODEL: model } = env;
  const sealed = await sealedKey(tx, owner);
  if (sealed === null)
    return ANTHROPIC_API_KEY === undefined
      ? null
      : anthropicWriter({ apiKey: ANTHROPIC_API_KEY, baseUrl, model });
  try {
    return anthropicWriter({ apiKey: open(sealed, keyPlace(owner)), baseUrl, model });
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    log.error({ err: error, workspaceId: owner.workspaceId }, "the AI key of a workspace cannot be opened");
    return unreadable;
  }
}

const unreadable: DraftWriter = {
  name: "Anthropic",
  write: () =>
    Promise.resolve({
      outcome: "refused",
      problem: "The workspace's AI key cannot be read any more. Enter it again in the settings.",
      model: "",
      inputTokens: 0,
      outputTokens: 0,
    }),
};

export async function findWriterState(tx: TenantTx, owner: Owner): Promise<WriterState> {
  if ((await sealedKey(tx, owner)) !== null) return { keyOf: "workspace", name: "Anthropic" };
  return env.ANTHROPIC_API_KEY === undefined
    ? { keyOf: null, name: null }
    : { keyOf: "installation", name: "Anthropic" };
}

/** Sets the workspace's own key, or takes it away with null. What the key is stands in no log. */
export async function saveAiKey(
  tx: TenantTx,
  { scope, userId, key }: { scope: Owner; userId: string; key: string | null },
): Promise<void> {
  const before = (await sealedKey(tx, scope)) !== null;
  await tx.execute(sql`
    update workspaces set ai_key_sealed = ${key === null ? null : seal(key, keyPlace(scope))}, updated_at = app_now()
    where id = ${scope.workspaceId}::uuid`);
  await recordAct(tx, {
    actorId: userId,
    action: key === null ? "workspace.ai_key_removed" : "workspace.ai_key_set",
    resourceType: "workspace",
    resourceId: scope.workspaceId,
    before: { ownKey: before },
    after: { ownKey: key !== null },
  });
}
