import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { counted, isCounted } from "./numbers.ts";
import { reasonInWords } from "./reasons.ts";
import type { MessagesInput } from "./schema.ts";

export const messagesPageSize = 50;

/**
 * A message that a number counts. `at` is when that happened to it, or for what is not decided yet when it will be; `why` says in words, or as the other server did,
 * why it was not delivered.
 */
export type CountedMessage = {
  id: string;
  contactId: string | null;
  to: string;
  name: string | null;
  stepId: string | null;
  stepNumber: number | null;
  variant: string | null;
  subject: string | null;
  status: string;
  sentAt: Date | null;
  openedAt: Date | null;
  clickedAt: Date | null;
  at: Date | null;
  /** The reason as a code; of one that came back, what the other server gave. */
  reason: string | null;
  why: string | null;
};

type Row = Omit<CountedMessage, "why"> & { error: string | null; emptyFields: string[] | null };

const happenedAt: Record<MessagesInput["is"], SQL> = {
  // One without a place gets it when its step looks again: with the next window, or the next day's limit.
  queued: sql`coalesce(m.scheduled_for, case when m.next_attempt_at > app_now() then m.next_attempt_at
    else coalesce((select greatest(d.wakes_at, d.not_before, app_now()) from step_drivers d
      where d.step_id = m.step_id and d.wakes_at is not null), m.next_attempt_at) end)`,
  sent: sql`m.sent_at`,
  delivered: sql`m.sent_at`,
  bounced: sql`m.bounced_at`,
  opened: sql`m.first_opened_at`,
  machineOpened: sql`(select min(e.occurred_at) from email_events e where e.message_id = m.id and e.type = 'opened' and e.is_machine)`,
  clicked: sql`m.first_clicked_at`,
  replied: sql`m.replied_at`,
  converted: sql`(select min(v.occurred_at) from campaign_conversions v where v.campaign_id = m.campaign_id and v.message_id = m.id)`,
  unsubscribed: sql`m.unsubscribed_at`,
  complained: sql`m.complained_at`,
  failed: sql`m.updated_at`,
  // When it counts as sent, unless somebody decides before.
  unknown: sql`coalesce((select e.next_email_scheduled_at from campaign_contacts e
    where e.id = m.enrollment_id and e.wait_reason = 'outcome_unknown'), m.updated_at)`,
  withGaps: sql`m.sent_at`,
};

/** Few of a campaign's messages come to this: indexes of their own hold them, by campaign. */
const rare: readonly MessagesInput["is"][] = [
  "replied",
  "bounced",
  "unsubscribed",
  "complained",
  "failed",
  "unknown",
  "withGaps",
];

/**
 * A page of the very messages that one of a campaign's numbers counts, the newest first. What many come to is taken
 * step by step, since that is the order of the index: a page costs the same at the beginning and at the end of a
 * million.
 */
export async function listCountedMessages(
  tx: TenantTx,
  { id, is, stepId, variantId, goalId, after }: MessagesInput,
): Promise<{ rows: CountedMessage[]; next: string | null }> {
  const ofMessage: SQL[] = [sql`m.campaign_id = ${id}::uuid`, counted, sql`(${isCounted[is]})`];
  if (variantId) ofMessage.push(sql`m.variant_id = ${variantId}::uuid`);
  if (goalId)
    ofMessage.push(sql`exists (select from campaign_conversions v
      where v.message_id = m.id and v.goal_id = ${goalId}::uuid)`);
  if (after) ofMessage.push(sql`m.id < ${after}::uuid`);
  const first = sql`order by m.id desc limit ${messagesPageSize + 1}`;
  const messages = sql`select m.* from content.email_messages m where ${sql.join(ofMessage, sql` and `)}`;
  const page = rare.includes(is)
    ? sql`${messages} ${stepId ? sql`and m.step_id = ${stepId}::uuid` : sql``} ${first}`
    : sql`select m.* from campaign_steps s cross join lateral (${messages} and m.step_id = s.id ${first}) m
        where s.campaign_id = ${id}::uuid ${stepId ? sql`and s.id = ${stepId}::uuid` : sql``} ${first}`;
  const rows = await tx.execute<Row>(sql`
    with page as materialized (${page})
    select m.id, m.contact_id as "contactId", m.to_email as "to", nullif(concat_ws(' ', c.first_name, c.last_name), '') as name,
      m.step_id as "stepId", s.step_order as "stepNumber", v.name as variant, m.subject, m.delivery_status as status,
      m.sent_at as "sentAt", m.first_opened_at as "openedAt", m.first_clicked_at as "clickedAt", ${happenedAt[is]} as at,
      coalesce(m.reason_code, m.bounce_code) as reason, coalesce(m.error, m.smtp_response) as error,
      m.empty_fields as "emptyFields"
    from page m left join campaign_steps s on s.id = m.step_id left join contacts c on c.id = m.contact_id left join ab_test_variants v on v.id = m.variant_id
    order by m.id desc`);
  const shown = rows.slice(0, messagesPageSize).map(({ error, emptyFields, ...row }) => ({
    ...row,
    why: ["failed", "bounced", "unknown", "queued"].includes(is)
      ? (error ?? reasonInWords(row.reason))
      : is === "withGaps"
        ? gapText(emptyFields ?? [])
        : null,
  }));
  return { rows: shown, next: rows.length > messagesPageSize ? (shown.at(-1)?.id ?? null) : null };
}

const list = new Intl.ListFormat("en");
const gapText = (paths: readonly string[]) =>
  `${list.format(paths.map((path) => `{{ ${path} }}`))} ${paths.length === 1 ? "was" : "were"} empty.`;
