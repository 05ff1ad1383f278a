import { sql } from "drizzle-orm";
import { withTenant } from "#db/tenancy";
import { log } from "./log.ts";
import { collectPictures, type MailFiles } from "./pictures/collect.ts";
import { type Storage, storage } from "./storage.ts";

/** Tenant, workspace, kind and job; then, of what was fetched from an address, the folder of the attempt. */
const places =
  /^([0-9a-f-]{36})\/([0-9a-f-]{36})\/(imports|exports)\/([0-9a-f-]{36})\/(?:([0-9a-f-]{36})\/)?/;

/** Tenant, workspace, kind, and the id of a picture or of an attached file; the latter's parts stand below. */
const mailPlaces = /^([0-9a-f-]{36})\/([0-9a-f-]{36})\/(pictures|attachments)\/([0-9a-f-]{36})(?:\/|$)/;

/**
 * Removes files that no row knows of any more: of imports and exports that are gone, and what runs left behind that
 * died or were cancelled, once that is a day ago; pictures and attached files that no email has referred to for a month. A job's row is there before its first file, so a file without one is
 * nobody's; only what a schedule is fetching has none yet, and tells by its name when that began. Files of
 * workspaces that this database does not know are left alone, since another installation may share the store, and so
 * are files of any other name. Returns how many were removed.
 */
export async function removeOrphans(files: Storage = storage): Promise<number> {
  let removed = 0;
  const owners = new Map<string, Owner>();
  const isUnused = unusedInMail();
  for await (const key of files.list()) {
    if (await isUnused(key)) {
      await files.remove(key);
      removed += 1;
      continue;
    }
    const found = places.exec(key);
    if (!found) continue;
    const [, tenantId = "", workspaceId = "", kind = "", id = "", attempt] = found;
    const folder = `${workspaceId}/${kind}/${id}`;
    let owner = owners.get(folder);
    if (!owner) {
      owner = await findOwner({ tenantId, workspaceId }, kind, id);
      // Files of one job come one after another.
      owners.clear();
      owners.set(folder, owner);
    }
    if (!isOrphan(key, kind, owner, attempt)) continue;
    await files.remove(key);
    removed += 1;
  }
  return removed;
}

/** Tells of a key whether it is a picture or an attached file that is wanted no more. Asks once per workspace. */
function unusedInMail(): (key: string) => Promise<boolean> {
  const workspaces = new Map<string, MailFiles>();
  return async (key) => {
    const [, tenantId, workspaceId, kind, id = ""] = mailPlaces.exec(key) ?? [];
    if (!tenantId || !workspaceId) return false;
    let known = workspaces.get(workspaceId);
    if (!known) {
      known = await collected({ tenantId, workspaceId });
      // Files of one workspace come one after another.
      workspaces.clear();
      workspaces.set(workspaceId, known);
    }
    if (!known.ours) return false;
    return kind === "pictures"
      ? !known.pictures.has(id) && momentOf(id) < known.dayAgo
      : !known.attachments.has(id) && momentOf(id) < known.monthAgo;
  };
}

/** What one workspace cannot say holds up no other: its own files stay for another night. */
async function collected(scope: { tenantId: string; workspaceId: string }): Promise<MailFiles> {
  try {
    return await collectPictures(scope);
  } catch (error) {
    log.error(
      { err: error, workspace: scope.workspaceId },
      "the pictures of a workspace could not be cleaned up",
    );
    return { ours: false, pictures: new Set(), attachments: new Set(), dayAgo: 0, monthAgo: 0 };
  }
}

/** `key` is that of an export's file or of an import's folder; `over`: the job has ended a day ago. */
type Owner = { ours: boolean; job: { key: string | null; over: boolean } | null; dayAgo: Date };

async function findOwner(
  scope: { tenantId: string; workspaceId: string },
  kind: string,
  id: string,
): Promise<Owner> {
  return withTenant(scope, async (tx) => {
    const [workspace] = await tx.execute<{ dayAgo: Date; ours: boolean }>(sql`
      select app_now() - interval '1 day' as "dayAgo",
        exists (select 1 from workspaces where id = ${scope.workspaceId}::uuid) as ours`);
    const [job] = await tx.execute<{ key: string | null; over: boolean }>(
      kind === "exports"
        ? sql`select file_url as key, status not in ('pending', 'processing')
            and coalesce(completed_at, updated_at) < app_now() - interval '1 day' as over
          from export_jobs where id = ${id}::uuid`
        : sql`select file_url as key, true as over from import_jobs where id = ${id}::uuid`,
    );
    return { ours: workspace?.ours ?? false, dayAgo: workspace?.dayAgo ?? new Date(0), job: job ?? null };
  });
}

function isOrphan(key: string, kind: string, { ours, job, dayAgo }: Owner, attempt?: string): boolean {
  if (attempt && momentOf(attempt) > dayAgo.getTime()) return false;
  if (!job) return ours;
  const kept = kind === "exports" ? job.key === key : job.key !== null && key.startsWith(`${job.key}/`);
  return job.over && !kept;
}

/** The milliseconds since 1970 that a uuid of version 7 begins with. */
const momentOf = (uuid: string) => Number.parseInt(uuid.replaceAll("-", "").slice(0, 12), 16);
