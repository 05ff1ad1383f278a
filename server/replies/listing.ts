import { gunzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import type { ReplyKind, ReplyListInput } from "./schema.ts";

export const replyPageSize = 20;

/** A mail that came back. `bounce` says of what class it was and what the other server gave as the reason. */
export type Reply = {
  id: string;
  kind: ReplyKind;
  fromName: string | null;
  fromEmail: string;
  /** The contact whose mail it is about, who need not be its sender; null when they were deleted. */
  contactId: string | null;
  contactEmail: string | null;
  subject: string | null;
  snippet: string | null;
  receivedAt: Date;
  bounce: { class: "hard" | "soft" | "block"; code: string | null; reason: string } | null;
};

const types: Record<ReplyKind, string> = {
  reply: "email",
  auto_reply: "auto_reply",
  bounce: "bounce",
  complaint: "complaint",
};

const columns = sql`m.id, case m.message_type when 'email' then 'reply' else m.message_type end as kind,
  m.from_name as "fromName", m.from_email as "fromEmail", m.contact_id as "contactId", c.email as "contactEmail",
  m.subject, m.snippet, m.received_at as "receivedAt",
  case when m.bounce_type is not null then jsonb_build_object('class', m.bounce_type, 'code', m.bounce_code,
    'reason', coalesce(m.error, '')) end as bounce`;

/** A page of what came back to a campaign, the newest first. `counts` are those of the whole campaign. */
export async function listReplies(
  tx: TenantTx,
  { campaignId, kind, after }: ReplyListInput,
): Promise<{ rows: Reply[]; next: string | null; counts: Record<ReplyKind, number> }> {
  const rows = await tx.execute<Reply>(sql`
    select ${columns}
    from content.email_messages m left join contacts c on c.id = m.contact_id
    where m.campaign_id = ${campaignId}::uuid and m.direction = 'inbound' and m.message_type = ${types[kind]}
      ${after ? sql`and m.id < ${after}::uuid` : sql``}
    order by m.id desc limit ${replyPageSize + 1}`);
  const [counts] = await tx.execute<Record<ReplyKind, number>>(sql`
    select count(*) filter (where message_type = 'email')::int as reply,
      count(*) filter (where message_type = 'auto_reply')::int as auto_reply,
      count(*) filter (where message_type = 'bounce')::int as bounce,
      count(*) filter (where message_type = 'complaint')::int as complaint
    from content.email_messages where campaign_id = ${campaignId}::uuid and direction = 'inbound'`);
  const shown = rows.slice(0, replyPageSize);
  return {
    rows: shown,
    next: rows.length > replyPageSize ? (shown.at(-1)?.id ?? null) : null,
    counts: counts ?? { reply: 0, auto_reply: 0, bounce: 0, complaint: 0 },
  };
}

/**
 * One of them with its whole text, or, `whole` being false, with the beginning that is kept when that was removed.
 * @throws AppError not_found
 */
export async function getReply(tx: TenantTx, id: string): Promise<Reply & { text: string; whole: boolean }> {
  const [row] = await tx.execute<Reply & { body: Buffer | null }>(sql`
    select ${columns}, b.text as body
    from content.email_messages m left join contacts c on c.id = m.contact_id
    left join content.email_content b on b.message_id = m.id
    where m.id = ${id}::uuid and m.direction = 'inbound'`);
  if (!row) throw new AppError("not_found", "This mail is not there any more.");
  const { body, ...reply } = row;
  const text = body ? gunzipSync(body).toString("utf8") : (reply.snippet ?? "");
  return { ...reply, text, whole: body !== null };
}
