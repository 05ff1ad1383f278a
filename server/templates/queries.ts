import { and, desc, eq, isNull, lt, ne, sql } from "drizzle-orm";
import { templates, templateVersions } from "#db/schema/templates";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { checkTemplate } from "#server/mail/liquid";
import type { TemplateInput, TemplateListInput, TemplatePart, TemplateProblems } from "./schema.ts";
import { campaignsInProgress } from "./usage.ts";

const pageSize = 50;

const row = {
  id: templates.id,
  name: templates.name,
  subject: templates.subject,
  category: templates.category,
  status: templates.status,
  version: templates.version,
  updatedAt: templates.updatedAt,
  folderId: templates.folderId,
  openComments: sql<number>`(select count(*)::int from template_comments x
    where x.tenant_id = templates.tenant_id and x.template_id = templates.id and x.resolved_at is null)`,
  usedBy: campaignsInProgress(sql`templates.id`),
  tags: sql<string[]>`array(select x.name from template_tags x
    where x.tenant_id = templates.tenant_id and x.template_id = templates.id order by lower(x.name))`,
};

/** Newest first. `any` says whether the workspace has templates at all. */
export async function listTemplates(
  tx: TenantTx,
  { q, after, folder, tag, category, archived }: TemplateListInput,
) {
  const live = isNull(templates.deletedAt);
  const like = q ? `%${q.replace(/[\\%_]/g, "\\$&")}%` : null;
  const rows = await tx
    .select(row)
    .from(templates)
    .where(
      and(
        live,
        archived ? eq(templates.status, "archived") : ne(templates.status, "archived"),
        folder ? eq(templates.folderId, folder) : undefined,
        category ? eq(templates.category, category) : undefined,
        tag
          ? sql`exists (select from template_tags x where x.tenant_id = templates.tenant_id
              and x.template_id = templates.id and lower(x.name) = lower(${tag}))`
          : undefined,
        like ? sql`(${templates.name} ilike ${like} or ${templates.subject} ilike ${like})` : undefined,
        after ? lt(templates.id, after) : undefined,
      ),
    )
    .orderBy(desc(templates.id))
    .limit(pageSize + 1);
  const shown = rows.slice(0, pageSize);
  const any =
    shown.length > 0
    || (await tx.select({ id: templates.id }).from(templates).where(live).limit(1)).length > 0;
  return { rows: shown, any, next: rows.length > pageSize ? (shown.at(-1)?.id ?? null) : null };
}

/** Every tag that a template carries, by name. */
export async function listTemplateTags(tx: TenantTx): Promise<string[]> {
  const rows = await tx.execute<{ name: string }>(sql`
    select distinct on (lower(x.name)) x.name from template_tags x
      join templates t on t.tenant_id = x.tenant_id and t.id = x.template_id and t.deleted_at is null
    order by lower(x.name), x.name limit 500`);
  return rows.map(({ name }) => name);
}

/** A template with what is wrong in it. @throws AppError not_found */
export async function getTemplate(tx: TenantTx, id: string) {
  const [found] = await tx
    .select({ ...row, previewText: templates.previewText, html: templates.html, text: templates.text })
    .from(templates)
    .where(and(eq(templates.id, id), isNull(templates.deletedAt)));
  if (!found) throw new AppError("not_found", "There is no such template.");
  const template = { ...found, previewText: found.previewText ?? "" };
  return { ...template, problems: problemsIn(template) };
}

const versionsShown = 100;

/** What was saved, newest first: the last hundred times. @throws AppError not_found */
export async function listTemplateVersions(tx: TenantTx, id: string) {
  await getTemplate(tx, id);
  return tx
    .select({
      number: templateVersions.versionNumber,
      label: templateVersions.label,
      subject: templateVersions.subject,
      savedAt: templateVersions.createdAt,
      savedBy: sql<
        string | null
      >`(select coalesce(u.name, u.email) from users u where u.id = ${templateVersions.createdBy})`,
    })
    .from(templateVersions)
    .where(eq(templateVersions.templateId, id))
    .orderBy(desc(templateVersions.versionNumber))
    .limit(versionsShown);
}

/** @throws AppError not_found */
export async function getTemplateVersion(tx: TenantTx, id: string, number: number) {
  await getTemplate(tx, id);
  const [found] = await tx
    .select({
      number: templateVersions.versionNumber,
      label: templateVersions.label,
      subject: templateVersions.subject,
      /** Null for what was saved before versions kept it. */
      previewText: templateVersions.previewText,
      html: templateVersions.html,
      text: templateVersions.text,
    })
    .from(templateVersions)
    .where(and(eq(templateVersions.templateId, id), eq(templateVersions.versionNumber, number)));
  if (!found) throw new AppError("not_found", `This template has no version ${number}.`);
  return found;
}

const parts = ["subject", "previewText", "html", "text"] as const satisfies readonly TemplatePart[];

export function problemsIn(content: Pick<TemplateInput, TemplatePart>): TemplateProblems {
  const found = parts.map((part) => [part, checkTemplate(content[part] ?? "")] as const);
  return Object.fromEntries(found.filter(([, problems]) => problems.length > 0));
}

export type PreviewContact = { id: string; email: string; name: string | null };

/** Contacts to see a mail as: the newest 25, or those whom these words find. */
export async function listPreviewContacts(tx: TenantTx, q: string): Promise<PreviewContact[]> {
  const found = q ? sql`id in (select search_contacts(${q}, 25))` : sql`deleted_at is null`;
  return [
    ...(await tx.execute<PreviewContact>(sql`
      select id, email, coalesce(name, nullif(concat_ws(' ', first_name, last_name), '')) as name
      from contacts where ${found} order by id desc limit 25`)),
  ];
}
