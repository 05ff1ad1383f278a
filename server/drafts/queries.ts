import PostalMime from "postal-mime";
import { type SQL, sql } from "drizzle-orm";
import { v7 } from "uuid";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { mergeContacts, stepMessage } from "#server/mail/queries";
import { renderFor } from "#server/mail/render";
import { compileDraft } from "./compile.ts";
import {
  type Choice,
  countedMax,
  type DraftListInput,
  type DraftsApproval,
  type DraftStatus,
  type DraftView,
  draftViews,
  statusesOf,
} from "./schema.ts";
import { hasPassed } from "./standing.ts";

const pageSize = 50;

export type DraftRow = {
  id: string;
  version: number;
  status: DraftStatus;
  contactId: string;
  email: string;
  name: string | null;
  campaignId: string | null;
  campaignName: string | null;
  subject: string;
  previewText: string;
  edited: boolean;
  /** How far an AI provider is with it; null when none was asked. */
  writing: "waiting" | "writing" | "done" | "failed" | null;
  problem: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  scheduledFor: Date | null;
};

/** What is written ahead waits for its contact to come to the step; all others have. */
const place: Partial<Record<DraftView, SQL>> = {
  review: sql`and d.enrollment_id is not null`,
  ahead: sql`and d.enrollment_id is null`,
};
const among = (view: DraftView): SQL =>
  sql`d.status = any(${sql.param([...statusesOf[view]])}::text[]) ${place[view] ?? sql``}`;

/** A page of drafts: those to review with the longest wait first, others newest first. `q` is the start of an address. */
export async function listDrafts(
  tx: TenantTx,
  { view, campaign, q, after }: DraftListInput,
): Promise<{ rows: DraftRow[]; next: string | null; seenAt: string }> {
  const seenAt = (await appNow(tx)).toISOString();
  const [beyond, order] = view === "review" ? [sql`d.id >`, sql`d.id`] : [sql`d.id <`, sql`d.id desc`];
  const rows = await tx.execute<DraftRow>(sql`
    with page as materialized (
      select d.* from email_drafts d
      where ${among(view)} ${filtered({ campaign, q })} ${after ? sql`and ${beyond} ${after}::uuid` : sql``}
      order by ${order} limit ${pageSize + 1}
    )
    select d.id, d.version, d.status, d.contact_id as "contactId", c.email,
      coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), c.name) as name, d.campaign_id as "campaignId",
      k.name as "campaignName", coalesce(d.edited_subject, d.subject) as subject, d.preview_text as "previewText",
      d.edited_at is not null as edited, d.writing, d.problem, d.created_at as "createdAt", d.expires_at as "expiresAt",
      (select s.scheduled_for from scheduled_emails s where s.draft_id = d.id order by s.id desc limit 1) as "scheduledFor"
    from page d join contacts c on c.id = d.contact_id left join campaigns k on k.id = d.campaign_id
    order by ${order}`);
  const shown = rows.slice(0, pageSize);
  return { rows: shown, next: rows.length > pageSize ? (shown.at(-1)?.id ?? null) : null, seenAt };
}

const filtered = ({ campaign, q }: Pick<DraftListInput, "campaign" | "q">): SQL => sql`
  ${campaign ? sql`and d.campaign_id = ${campaign}::uuid` : sql``}
  ${q ? sql`and exists (select from contacts c where c.id = d.contact_id and starts_with(c.email_normalized, ${q.toLowerCase()}))` : sql``}`;

/** The next ones that a filter finds of those to review, as they stood at `seenAt`. */
export async function listChoices(
  tx: TenantTx,
  { campaign, q, seenAt, after, limit }: DraftsApproval & { limit: number },
): Promise<Choice[]> {
  const rows = await tx.execute<Choice>(sql`
    select d.id, d.version from email_drafts d
    where ${among("review")} ${filtered({ campaign, q })} and d.updated_at <= ${seenAt}::timestamptz
      ${after ? sql`and d.id > ${after}::uuid` : sql``}
    order by d.id limit ${limit}`);
  return [...rows];
}

/** How many drafts each view holds, and which campaigns have any. */
export async function countDrafts(
  tx: TenantTx,
  { campaign }: Pick<DraftListInput, "campaign">,
): Promise<{ views: Record<DraftView, number>; campaigns: { id: string; name: string }[] }> {
  const of = campaign ? sql`and d.campaign_id = ${campaign}::uuid` : sql``;
  const [counts] = await tx.execute<Record<DraftView, number>>(sql`
    select ${sql.join(
      draftViews.map(
        (view) => sql`(select count(*)::int from (
          select from email_drafts d where ${among(view)} ${of} limit ${countedMax + 1}) counted) as ${sql.identifier(view)}`,
      ),
      sql`, `,
    )}`);
  const campaigns = await tx.execute<{ id: string; name: string }>(sql`
    select k.id, k.name from campaigns k
    where k.deleted_at is null and exists (select from email_drafts d where d.campaign_id = k.id)
    order by k.name, k.id limit 200`);
  return {
    views: counts ?? { review: 0, ahead: 0, approved: 0, sent: 0, rejected: 0, gone: 0 },
    campaigns: [...campaigns],
  };
}

export type Draft = DraftRow & {
  stepName: string | null;
  body: string;
  /** What it said before somebody changed it. */
  original: { subject: string; body: string };
  /** Written by hand for somebody who has not come to the step yet. */
  ahead: boolean;
  /** Its contact has passed its step, or the step asks for a review no more: it is not used unless that changes again. */
  unused: boolean;
  /** Its step says something else by now. */
  stale: boolean;
  /** What the contact is to get when this is rejected or expires: nothing, and go on, or leave. */
  otherwise: "skip" | "exit";
  replyInThread: boolean;
  approvedBy: string | null;
  approvedAt: Date | null;
  rejectedBy: string | null;
  rejectedAt: Date | null;
  rejectReason: string | null;
  editedBy: string | null;
  editedAt: Date | null;
  sentAt: Date | null;
  stepVersionId: string | null;
  author: "user" | "ai" | "rule";
  /** Why the provider's words are not there, or not yet. */
  writingProblem: string | null;
  /** `costMicros`: millionths of a US dollar; null where the model's price is not known. */
  ai: { model: string | null; inputTokens: number; outputTokens: number; costMicros: number | null };
};

/** @throws AppError not_found */
export async function getDraft(tx: TenantTx, id: string): Promise<Draft> {
  const [row] = await tx.execute<
    Omit<Draft, "original"> & { originalSubject: string; originalBody: string }
  >(sql`
    select d.id, d.version, d.status, d.contact_id as "contactId", c.email,
      coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), c.name) as name, d.campaign_id as "campaignId",
      k.name as "campaignName", coalesce(d.edited_subject, d.subject) as subject, d.preview_text as "previewText",
      coalesce(d.edited_body, d.body) as body, d.subject as "originalSubject", d.body as "originalBody",
      d.edited_at is not null as edited, d.writing, d.problem, d.created_at as "createdAt", d.expires_at as "expiresAt",
      (select s.scheduled_for from scheduled_emails s where s.draft_id = d.id order by s.id desc limit 1) as "scheduledFor",
      p.name as "stepName", coalesce(p.reply_in_thread, false) as "replyInThread", d.otherwise,
      d.enrollment_id is null as ahead,
      d.enrollment_id is null and d.status = 'draft' and not (coalesce(p.is_active and p.requires_draft_approval, false)
        and exists (select from campaign_contacts e where e.contact_id = d.contact_id and e.campaign_id = d.campaign_id
          and e.status in ('enrolled', 'active', 'paused') and not ${hasPassed(sql`d.step_id`)})) as unused,
      d.status = 'draft' and p.id is not null and d.step_version_id is distinct from (
        select v.id from campaign_step_versions v where v.step_id = p.id and v.version = p.current_version and v.variant_id is null) as stale,
      coalesce(nullif(a.name, ''), a.email) as "approvedBy", d.approved_at as "approvedAt",
      coalesce(nullif(r.name, ''), r.email) as "rejectedBy", d.rejected_at as "rejectedAt", d.reject_reason as "rejectReason",
      coalesce(nullif(w.name, ''), w.email) as "editedBy", d.edited_at as "editedAt",
      (select m.sent_at from content.email_messages m where m.contact_id = d.contact_id and m.draft_id = d.id
        order by m.id desc limit 1) as "sentAt",
      d.step_version_id as "stepVersionId", d.author, d.writing_problem as "writingProblem",
      json_build_object('model', d.ai_model, 'inputTokens', d.ai_input_tokens, 'outputTokens', d.ai_output_tokens,
        'costMicros', d.ai_cost_micros) as ai
    from email_drafts d join contacts c on c.id = d.contact_id
      left join campaigns k on k.id = d.campaign_id left join campaign_steps p on p.id = d.step_id
      left join users a on a.id = d.approved_by left join users r on r.id = d.rejected_by left join users w on w.id = d.edited_by
    where d.id = ${id}::uuid`);
  if (!row) throw new AppError("not_found", "There is no such draft.");
  const { originalSubject, originalBody, ...draft } = row;
  return { ...draft, original: { subject: originalSubject, body: originalBody } };
}

export type DraftPreview = { from: string; to: string; subject: string; html: string; text: string };

/** A draft as it would arrive, without tracking. @throws AppError not_found; invalid when it cannot be made */
export async function previewDraft(tx: TenantTx, id: string): Promise<DraftPreview> {
  const draft = await getDraft(tx, id);
  const contact = (await mergeContacts(tx, [draft.contactId])).get(draft.contactId);
  if (!contact || draft.stepVersionId === null)
    throw new AppError("not_found", "The contact or the step of this draft is gone.");
  const step = await stepMessage(tx, draft.stepVersionId);
  try {
    const compiled = compileDraft(step, draft, { trackOpens: false, trackClicks: false });
    const message = renderFor(compiled, {
      messageId: v7(),
      email: draft.email,
      contact,
      now: await appNow(tx),
      test: false,
    });
    const mail = await PostalMime.parse(message.raw);
    return {
      from: mail.from ? `${mail.from.name} <${mail.from.address}>` : "",
      to: draft.email,
      subject: message.subject,
      html: mail.html ?? "",
      text: mail.text ?? "",
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new AppError("invalid", `This email cannot be made: ${error.message}`, {}, { cause: error });
  }
}

export type DraftDay = { date: string; created: number; approved: number; sent: number; followUps: number };

/** The last `days` days on which anything was written, approved or sent, newest first. */
export async function draftDays(tx: TenantTx, days: number): Promise<DraftDay[]> {
  const rows = await tx.execute<DraftDay>(sql`
    select date::text, total_drafts_created as created, total_drafts_approved as approved, total_emails_sent as sent,
      total_followups_sent as "followUps"
    from analytics.email_analytics order by date desc limit ${days}`);
  return [...rows];
}
