import { and, eq, isNull, sql } from "drizzle-orm";
import { templateFolders } from "#db/schema/templates";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";

export type TemplateFolder = { id: string; name: string; templates: number };

/** By name, each with how many templates are in it, archived ones left out. */
export async function listTemplateFolders(tx: TenantTx): Promise<TemplateFolder[]> {
  return [
    ...(await tx.execute<TemplateFolder>(sql`
      select f.id, f.name, count(t.id)::int as templates
      from template_folders f
        left join templates t on t.folder_id = f.id and t.deleted_at is null and t.status <> 'archived'
      where f.parent_id is null group by f.id, f.name order by lower(f.name), f.id`)),
  ];
}

const taken = (name: string) => {
  const message = `There is a folder called “${name}” already.`;
  return new AppError("conflict", message, { name: message });
};

/** @throws AppError conflict when the name is taken */
export async function createTemplateFolder(tx: TenantTx, name: string): Promise<{ id: string }> {
  const [made] = await tx
    .insert(templateFolders)
    .values({ name })
    .onConflictDoNothing()
    .returning({ id: templateFolders.id });
  if (!made) throw taken(name);
  return made;
}

/** @throws AppError not_found; conflict when the name is taken */
export async function renameTemplateFolder(
  tx: TenantTx,
  { id, name }: { id: string; name: string },
): Promise<void> {
  const others = await tx
    .select({ id: templateFolders.id })
    .from(templateFolders)
    .where(and(eq(templateFolders.name, name), isNull(templateFolders.parentId)));
  if (others.some((other) => other.id !== id)) throw taken(name);
  const renamed = await tx
    .update(templateFolders)
    .set({ name, updatedAt: sql`app_now()` })
    .where(eq(templateFolders.id, id))
    .returning({ id: templateFolders.id });
  if (renamed.length === 0) throw new AppError("not_found", "There is no such folder.");
}

/** Its templates stay, outside of any folder. @throws AppError not_found */
export async function removeTemplateFolder(tx: TenantTx, id: string): Promise<void> {
  const removed = await tx
    .delete(templateFolders)
    .where(eq(templateFolders.id, id))
    .returning({ id: templateFolders.id });
  if (removed.length === 0) throw new AppError("not_found", "There is no such folder.");
}
