import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { TemplateVariable } from "./schema.ts";

export async function listTemplateVariables(tx: TenantTx): Promise<TemplateVariable[]> {
  const rows = await tx.execute<TemplateVariable>(
    sql`select id, key, coalesce(default_value, '') as value from template_variables order by key`,
  );
  return [...rows];
}

/**
 * Templates and campaigns that may yet send a mail which names the variable, by their names. Found by the word within
 * braces: a text that merely has it is none.
 */
export async function listUsesOf(tx: TenantTx, key: string): Promise<string[]> {
  const names = (text: ReturnType<typeof sql>) => sql`${text} ~ ${`\\{[{%][^}]*\\m${key}\\M`}`;
  const rows = await tx.execute<{ name: string }>(sql`
    select name from templates where deleted_at is null
      and (${names(sql`coalesce(subject, '')`)} or ${names(sql`coalesce(html, '')`)} or ${names(sql`coalesce(text, '')`)})
    union
    select k.name from campaign_steps s join campaigns k on k.id = s.campaign_id
    where s.is_active and k.deleted_at is null and k.archived_at is null and k.status <> 'completed' and s.step_type = 'email'
      and (${names(sql`coalesce(s.subject_line, '')`)} or ${names(sql`coalesce(s.preview_text, '')`)}
        or ${names(sql`coalesce(s.email_content, '')`)} or ${names(sql`coalesce(s.email_text, '')`)}
        or ${names(sql`coalesce(s.test::text, '')`)})
    order by name limit 4`);
  return rows.map(({ name }) => name);
}
