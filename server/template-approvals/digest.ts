import { type SQL, sql } from "drizzle-orm";

/** What an approval is given for: subject, preview text and both bodies of `templates t`. Name and place are no part of it. */
export const templateDigest: SQL<string> = sql<string>`encode(sha256(convert_to(
  jsonb_build_array(t.subject, coalesce(t.preview_text, ''), t.html, t.text)::text, 'UTF8')), 'hex')`;

/** Whether the newest request for `templates t` was answered with yes, for what it says now. */
export const isApproved: SQL<boolean> = sql<boolean>`coalesce((
  select case when a.status = 'approved' then a.digest = ${templateDigest} end from template_approvals a
  where a.tenant_id = t.tenant_id and a.template_id = t.id order by a.id desc limit 1), false)`;
