import { sql } from "drizzle-orm";
import { campaignStepVersions } from "#db/schema/campaign-steps";
import { campaigns } from "#db/schema/campaigns";
import { contacts } from "#db/schema/contacts";
import { contactTags, tags } from "#db/schema/tags";
import { templateVariables } from "#db/schema/templates";
import { workspaces } from "#db/schema/workspaces";
import type { TenantTx } from "#db/tenancy";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import type { MessageContent, MessageOptions, MessageOrigin } from "./compile.ts";
import type { MergeContact, MergeSender } from "./merge-fields.ts";

type ContactRow = Omit<MergeContact, "tags"> & { id: string; tags: string[] };

/** What templates show of these contacts, by id, in one query. Unknown ids are missing from the map. */
export async function mergeContacts(
  tx: TenantTx,
  contactIds: readonly string[],
): Promise<Map<string, MergeContact>> {
  const rows = await tx.execute<ContactRow>(sql`
    select c.id, c.email, c.first_name as "firstName", c.last_name as "lastName", c.name, c.phone, c.company,
      c.job_title as "jobTitle", c.city, c.state, c.country, c.timezone, c.language, c.lead_score as "leadScore",
      c.created_at as "createdAt", c.last_activity_at as "lastActivityAt", c.custom_fields as "customFields",
      coalesce((select array_agg(t.name order by t.name) from ${contactTags} ct join ${tags} t on t.id = ct.tag_id
        where ct.contact_id = c.id), '{}') as tags
    from ${contacts} c where c.id = any(${sql.param(contactIds)}::uuid[])`);
  return new Map(rows.map(({ id, ...contact }) => [id, contact]));
}

type SenderRow = {
  tenantId: string;
  workspaceId: string;
  workspaceName: string;
  slug: string;
  postalAddress: string | null;
  timezone: string;
  variables: Record<string, string> | null;
};

/** What every message of the scope's workspace shows of its sender; campaign and person are filled in by the caller. */
export async function workspaceSender(tx: TenantTx): Promise<SenderRow> {
  const [row] = await tx.execute<SenderRow>(sql`
    select w.tenant_id as "tenantId", w.id as "workspaceId", w.name as "workspaceName", w.slug,
      w.postal_address as "postalAddress", w.timezone,
      (select jsonb_object_agg(v.key, coalesce(v.default_value, '')) from ${templateVariables} v) as variables
    from ${workspaces} w where w.id = nullif(current_setting('app.current_workspace_id', true), '')::uuid`);
  if (!row) throw new AppError("not_found", "This workspace does not exist.");
  return row;
}

export function senderOf(
  row: SenderRow,
  given: { senderName: string; senderEmail: string; campaignName: string; campaignId: string },
): MergeSender {
  return {
    ...given,
    workspaceName: row.workspaceName,
    workspaceUrl: `${env.APP_URL}/${row.slug}`,
    postalAddress: row.postalAddress ?? "",
    timezone: row.timezone,
    variables: row.variables ?? {},
  };
}

type StepRow = {
  subject: string | null;
  previewText: string | null;
  html: string | null;
  text: string | null;
  stepId: string;
  campaignId: string;
  campaignName: string;
  campaignType: string;
  fromEmail: string;
  fromName: string;
  replyTo: string | null;
  replyInThread: boolean;
  attachments: NonNullable<MessageOrigin["attachments"]>;
  trackOpens: boolean;
  trackClicks: boolean;
  unsubscribe: boolean;
  plainTextOnly: boolean;
  utm: Record<string, string>;
};

/**
 * Everything that the message of a step version is made of, as the mailbox `accountId` sends it: in a pool under its own
 * address. @throws AppError not_found
 */
export async function stepMessage(
  tx: TenantTx,
  stepVersionId: string,
  accountId: string | null = null,
): Promise<{
  content: MessageContent;
  options: MessageOptions;
  origin: MessageOrigin;
  stepId: string;
  campaignId: string;
}> {
  const [row] = await tx.execute<StepRow>(sql`
    select v.subject, v.preview_text as "previewText", v.html, v.text, v.step_id as "stepId",
      k.id as "campaignId", k.name as "campaignName", k.campaign_type as "campaignType",
      coalesce(
        (select a.email from email_accounts a where a.id = ${accountId}::uuid and k.rotation_pool_id is not null),
        nullif(v.config -> 'sender' ->> 'fromEmail', ''), k.from_email) as "fromEmail",
      coalesce(nullif(v.config -> 'sender' ->> 'fromName', ''), k.from_name) as "fromName",
      coalesce(nullif(v.config -> 'sender' ->> 'replyTo', ''), k.reply_to_email) as "replyTo",
      coalesce((v.config ->> 'replyInThread')::boolean, false) as "replyInThread",
      coalesce(v.config -> 'attachments', '[]'::jsonb) as attachments, k.track_opens as "trackOpens",
      k.track_clicks as "trackClicks", k.unsubscribe_enabled as unsubscribe, k.plain_text_only as "plainTextOnly", k.utm
    from ${campaignStepVersions} v join ${campaigns} k on k.id = v.campaign_id
    where v.id = ${stepVersionId} and v.step_type = 'email'`);
  if (!row) throw new AppError("not_found", "This version of the email step does not exist.");
  const workspace = await workspaceSender(tx);
  const { stepId, campaignId, campaignName, fromEmail, fromName, replyTo, replyInThread, attachments } = row;
  const sender = senderOf(workspace, {
    senderName: fromName,
    senderEmail: fromEmail,
    campaignName,
    campaignId,
  });
  return {
    content: {
      subject: row.subject ?? "",
      previewText: row.previewText ?? "",
      html: row.html ?? "",
      text: row.text,
    },
    options: { ...row, broadcast: row.campaignType === "broadcast" || row.campaignType === "ab_test" },
    origin: {
      tenantId: workspace.tenantId,
      workspaceId: workspace.workspaceId,
      sender,
      from: { name: fromName, email: fromEmail },
      replyTo,
      replyInThread,
      attachments,
    },
    stepId,
    campaignId,
  };
}
