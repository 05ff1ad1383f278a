import { and, eq, isNull, sql } from "drizzle-orm";
import { templates, templateVersions } from "#db/schema/templates";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { getTemplate, getTemplateVersion, problemsIn } from "./queries.ts";
import type { TemplateInput, TemplateRestoreInput, TemplateSaveInput } from "./schema.ts";

/** A template with a mistake stays a draft: it cannot be sent. */
const statusOf = (input: TemplateInput) => (Object.keys(problemsIn(input)).length > 0 ? "draft" : "active");

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
    html: input.html,
    createdBy: userId,
  });
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

/** Every save is a version. @throws AppError not_found; conflict when somebody saved meanwhile, or the name is taken */
export async function saveTemplate(
  tx: TenantTx,
  userId: string,
  { id, version, ...input }: TemplateSaveInput,
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
    .where(and(eq(templates.id, id), eq(templates.version, version), isNull(templates.deletedAt)))
    .returning({ version: templates.version });
  if (saved) {
    await keepVersion(tx, userId, id, saved.version, input);
    return saved;
  }
  await getTemplate(tx, id);
  throw new AppError(
    "conflict",
    "Somebody saved this template meanwhile. Copy your changes, and load the page again.",
  );
}

/**
 * Subject and body of an earlier version become the newest one; name and preview text stay, nothing is lost.
 * @throws AppError not_found; conflict when somebody saved meanwhile
 */
export async function restoreTemplateVersion(
  tx: TenantTx,
  userId: string,
  { id, number, version }: TemplateRestoreInput,
): Promise<{ version: number }> {
  const { name, previewText } = await getTemplate(tx, id);
  const { subject, html } = await getTemplateVersion(tx, id, number);
  return saveTemplate(tx, userId, { id, version, name, previewText, subject, html });
}

/** A copy under the first free name. @throws AppError not_found */
export async function duplicateTemplate(tx: TenantTx, userId: string, id: string): Promise<{ id: string }> {
  const { name, subject, previewText, html } = await getTemplate(tx, id);
  const base = `${name.replace(/ \(copy(?: \d+)?\)$/, "").slice(0, 180)} (copy`;
  const taken = await tx.select({ name: templates.name }).from(templates).where(isNull(templates.deletedAt));
  const names = new Set(taken.map((each) => each.name));
  let free = `${base})`;
  for (let n = 2; names.has(free); n++) free = `${base} ${n})`;
  return createTemplate(tx, userId, { name: free, subject, previewText, html });
}

/** @throws AppError not_found; conflict while a campaign that sends or waits was made from it */
export async function removeTemplate(tx: TenantTx, userId: string, id: string): Promise<void> {
  const template = await getTemplate(tx, id);
  if (template.usedBy > 0) {
    const campaigns =
      template.usedBy === 1
        ? "A campaign that is not over uses"
        : `${template.usedBy} campaigns that are not over use`;
    throw new AppError("conflict", `${campaigns} this template. Delete it when they have ended.`);
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
