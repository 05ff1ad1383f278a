import { and, eq, isNull, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import { templateFolders, templates, templateTags, templateVersions } from "#db/schema/templates";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { getTemplate, getTemplateVersion, problemsIn } from "./queries.ts";
import { replacedMinutesMax } from "./schema.ts";
import type {
  templateLabelInput,
  TemplateInput,
  TemplatePart,
  TemplatePlaceInput,
  TemplateRestoreInput,
  TemplateSaveInput,
} from "./schema.ts";
import { listTemplateUsage } from "./usage.ts";

/** A template with a mistake stays a draft: it cannot be sent. */
const statusOf = (input: Pick<TemplateInput, TemplatePart>) =>
  Object.keys(problemsIn(input)).length > 0 ? "draft" : "active";

const nameTaken = (name: string) => {
  const message = `There is a template called “${name}” already.`;
  return new AppError("conflict", message, { name: message });
};

async function refuseTakenName(tx: TenantTx, name: string, except?: string): Promise<void> {
  const found = await tx
    .select({ id: templates.id })
    .from(templates)
    .where(and(eq(templates.name, name), isNull(templates.deletedAt)));
  if (found.some(({ id }) => id !== except)) throw nameTaken(name);
}

async function keepVersion(
  tx: TenantTx,
  userId: string,
  id: string,
  version: number,
  input: TemplateInput,
): Promise<void> {
  await tx.insert(templateVersions).values({
    templateId: id,
    versionNumber: version,
    name: input.name,
    subject: input.subject,
    previewText: input.previewText,
    html: input.html,
    text: input.text,
    createdBy: userId,
  });
}

/** Takes a version of somebody's own out that they wrote just now and gave no name: the next one takes its place. */
async function dropVersion(
  tx: TenantTx,
  userId: string,
  { id, version }: { id: string; version: number },
): Promise<void> {
  await tx
    .delete(templateVersions)
    .where(
      and(
        eq(templateVersions.templateId, id),
        eq(templateVersions.versionNumber, version),
        eq(templateVersions.createdBy, userId),
        isNull(templateVersions.label),
        sql`${templateVersions.createdAt} > app_now() - make_interval(mins => ${replacedMinutesMax})`,
      ),
    );
}

/** @throws AppError conflict when the name is taken */
export async function createTemplate(
  tx: TenantTx,
  userId: string,
  input: TemplateInput,
): Promise<{ id: string }> {
  await refuseTakenName(tx, input.name);
  const [made] = await tx
    .insert(templates)
    .values({ ...input, status: statusOf(input), createdBy: userId })
    .onConflictDoNothing()
    .returning({ id: templates.id });
  if (!made) throw nameTaken(input.name);
  await keepVersion(tx, userId, made.id, 1, input);
  return made;
}

/**
 * Every save is a version; those that an editor makes while somebody types take each other's place.
 * @throws AppError not_found; conflict when somebody saved meanwhile, the name is taken, or the template is archived
 */
export async function saveTemplate(
  tx: TenantTx,
  userId: string,
  { id, version, replaces, ...input }: TemplateSaveInput,
): Promise<{ version: number }> {
  await refuseTakenName(tx, input.name, id);
  const [saved] = await tx
    .update(templates)
    .set({
      ...input,
      status: statusOf(input),
      version: sql`${templates.version} + 1`,
      updatedAt: sql`app_now()`,
    })
    .where(
      and(
        eq(templates.id, id),
        eq(templates.version, version),
        ne(templates.status, "archived"),
        isNull(templates.deletedAt),
      ),
    )
    .returning({ version: templates.version });
  if (saved) {
    if (replaces) await dropVersion(tx, userId, { id, version });
    await keepVersion(tx, userId, id, saved.version, input);
    return saved;
  }
  const { status } = await getTemplate(tx, id);
  if (status === "archived")
    throw new AppError("conflict", "This template is archived. Take it out of the archive to change it.");
  throw new AppError(
    "conflict",
    "Somebody saved this template meanwhile. Copy your changes, and load the page again.",
  );
}

/**
 * What an earlier version said becomes the newest one; the name stays, and nothing is lost.
 * @throws AppError not_found; conflict when somebody saved meanwhile
 */
export async function restoreTemplateVersion(
  tx: TenantTx,
  userId: string,
  { id, number, version }: TemplateRestoreInput,
): Promise<{ version: number }> {
  const now = await getTemplate(tx, id);
  const { subject, previewText, html, text } = await getTemplateVersion(tx, id, number);
  const content = { subject, previewText: previewText ?? now.previewText, html, text };
  return saveTemplate(tx, userId, { id, version, replaces: false, name: now.name, ...content });
}

/** @throws AppError not_found */
export async function nameTemplateVersion(
  tx: TenantTx,
  { id, number, label }: z.infer<typeof templateLabelInput>,
): Promise<void> {
  await getTemplateVersion(tx, id, number);
  await tx
    .update(templateVersions)
    .set({ label: label || null })
    .where(and(eq(templateVersions.templateId, id), eq(templateVersions.versionNumber, number)));
}

/** Puts a template into a category and a folder and gives it exactly these tags. @throws AppError not_found */
export async function placeTemplate(
  tx: TenantTx,
  { id, category, folderId, tags }: TemplatePlaceInput,
): Promise<void> {
  await getTemplate(tx, id);
  if (folderId !== null) {
    const folder = await tx.select().from(templateFolders).where(eq(templateFolders.id, folderId));
    if (folder.length === 0) throw new AppError("not_found", "There is no such folder.");
  }
  await tx.update(templates).set({ category, folderId }).where(eq(templates.id, id));
  const names = [...new Map(tags.map((name) => [name.toLowerCase(), name])).values()];
  await tx.delete(templateTags).where(eq(templateTags.templateId, id));
  if (names.length > 0) await tx.insert(templateTags).values(names.map((name) => ({ templateId: id, name })));
}

/** Out of sight for new steps; steps that were started from it are untouched. @throws AppError not_found */
export async function archiveTemplate(tx: TenantTx, userId: string, id: string): Promise<void> {
  const { name } = await getTemplate(tx, id);
  await tx.update(templates).set({ status: "archived" }).where(eq(templates.id, id));
  await recordAct(tx, {
    ...{ actorId: userId, action: "template.archived", resourceType: "template", resourceId: id },
    after: { name },
  });
}

/** @throws AppError not_found */
export async function unarchiveTemplate(tx: TenantTx, userId: string, id: string): Promise<void> {
  const template = await getTemplate(tx, id);
  await tx
    .update(templates)
    .set({ status: statusOf(template) })
    .where(and(eq(templates.id, id), eq(templates.status, "archived")));
  await recordAct(tx, {
    ...{ actorId: userId, action: "template.unarchived", resourceType: "template", resourceId: id },
    after: { name: template.name },
  });
}

/** A copy under the first free name, in the same category and folder with the same tags. @throws AppError not_found */
export async function duplicateTemplate(tx: TenantTx, userId: string, id: string): Promise<{ id: string }> {
  const { name, subject, previewText, html, text, category, folderId, tags } = await getTemplate(tx, id);
  const base = `${name.replace(/ \(copy(?: \d+)?\)$/, "").slice(0, 180)} (copy`;
  const taken = await tx.select({ name: templates.name }).from(templates).where(isNull(templates.deletedAt));
  const names = new Set(taken.map((each) => each.name));
  let free = `${base})`;
  for (let n = 2; names.has(free); n++) free = `${base} ${n})`;
  const made = await createTemplate(tx, userId, { name: free, subject, previewText, html, text });
  await placeTemplate(tx, { id: made.id, category, folderId, tags });
  return made;
}

/** @throws AppError not_found; conflict while a campaign that sends or waits was made from it */
export async function removeTemplate(tx: TenantTx, userId: string, id: string): Promise<void> {
  const template = await getTemplate(tx, id);
  const holding = (await listTemplateUsage(tx, id)).filter(({ holds }) => holds);
  const names = [...new Set(holding.map(({ campaign }) => `“${campaign}”`))];
  if (names.length > 0) {
    const shown = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
    const use = names.length === 1 ? "which is not over, uses" : "which are not over, use";
    throw new AppError(
      "conflict",
      `${shown}, ${use} this template. Delete it when they have ended, or archive it now.`,
    );
  }
  await tx
    .update(templates)
    .set({ deletedAt: sql`app_now()` })
    .where(eq(templates.id, id));
  await recordAct(tx, {
    actorId: userId,
    action: "template.removed",
    resourceType: "template",
    resourceId: id,
    before: { name: template.name },
  });
}
