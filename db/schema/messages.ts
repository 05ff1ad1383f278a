import { sql } from "drizzle-orm";
import {
  boolean,
  customType,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import {
  instant,
  oneOf,
  sortedText,
  tenantKey,
  workspaceColumns,
  workspacePolicy,
  workspaceRef,
  timeColumns,
} from "./columns.ts";

export const content = pgSchema("content");

export const deliveryStatuses = [
  "queued",
  "sending",
  "sent",
  "delivered",
  "deferred",
  "bounced",
  "failed",
  "cancelled",
  "received",
  "unknown",
] as const;
export const messageDirections = ["inbound", "outbound"] as const;
export const messageTypes = ["email", "bounce", "auto_reply", "complaint"] as const;

/**
 * The ledger: one row per message, sent or received. No foreign key leaves it; the statement that inserts a row
 * proves its references. `storageKey` names the body where one is stored, and is the id's text otherwise.
 */
export const emailMessages = content.table(
  "email_messages",
  {
    ...workspaceColumns,
    storageKey: sortedText()
      .notNull()
      .default(sql`uuidv7()::text`),
    emailAccountId: uuid(),
    campaignId: uuid(),
    contactId: uuid(),
    enrollmentId: uuid(),
    stepId: uuid(),
    stepVersionId: uuid(),
    variantId: uuid(),
    draftId: uuid(),
    runNumber: integer(),
    visit: integer(),
    parentMessageId: uuid(),
    threadId: uuid(),
    direction: text({ enum: messageDirections }).notNull().default("outbound"),
    messageType: text({ enum: messageTypes }).notNull().default("email"),
    isTest: boolean().notNull().default(false),
    fromEmail: sortedText().notNull(),
    fromName: text(),
    toEmail: sortedText().notNull(),
    replyTo: sortedText(),
    recipientDomain: sortedText(),
    subject: text(),
    snippet: text(),
    /** The fields that were empty for whoever gets it, and left a gap; null when none did. */
    emptyFields: text().array(),
    /** What the body is re-rendered from, with the step version. */
    mergeValues: jsonb().$type<Record<string, unknown>>(),
    /** `<id.mac@sender-domain>` of ours; the sender's own for received mail. */
    rfcMessageId: sortedText(),
    inReplyTo: sortedText(),
    references: text(),
    deliveryStatus: text({ enum: deliveryStatuses }).notNull().default("queued"),
    /** One message per enrollment, pass, step and visit. */
    idempotencyKey: sortedText(),
    /** Why it is not sent yet, or never will be; a code. */
    reasonCode: text(),
    error: text(),
    smtpResponse: text(),
    /** The slot; null while none is given. The days are those whose limits it counts against. */
    scheduledFor: instant(),
    campaignDay: date(),
    mailboxDay: date(),
    /** Of the receiving domain's limit; null when it has none. */
    recipientDay: date(),
    /** The slot may not be used from here on: the window has shut, or another day has begun. */
    sendBefore: instant(),
    /** The slot, or when to give one to a message without. */
    nextAttemptAt: instant(),
    claimToken: uuid(),
    claimedAt: instant(),
    leaseUntil: instant(),
    firstAttemptAt: instant(),
    attempts: integer().notNull().default(0),
    processed: boolean().notNull().default(false),
    sentAt: instant(),
    deliveredAt: instant(),
    firstOpenedAt: instant(),
    openCount: integer().notNull().default(0),
    machineOpenCount: integer().notNull().default(0),
    firstClickedAt: instant(),
    clickCount: integer().notNull().default(0),
    machineClickCount: integer().notNull().default(0),
    repliedAt: instant(),
    receivedAt: instant(),
    bouncedAt: instant(),
    bounceType: text({ enum: ["hard", "soft", "block"] }),
    bounceCode: text(),
    complainedAt: instant(),
    unsubscribedAt: instant(),
    bodyHash: text(),
    /** S4's single state: delivery, overlaid by engagement. */
    status: text().generatedAlwaysAs(
      sql`case
        when direction = 'outbound' and delivery_status in ('sent', 'delivered') and replied_at is not null then 'replied'
        when direction = 'outbound' and delivery_status in ('sent', 'delivered') and first_opened_at is not null then 'opened'
        when delivery_status in ('queued', 'sending', 'deferred') then 'queued'
        when delivery_status in ('cancelled', 'unknown') then 'failed'
        when delivery_status = 'received' then 'delivered'
        else delivery_status end`,
    ),
  },
  (t) => [
    tenantKey(t),
    workspacePolicy("email_messages"),
    foreignKey({
      name: "fk_email_messages_parent",
      columns: [t.tenantId, t.parentMessageId],
      foreignColumns: [t.tenantId, t.id],
    }).onDelete("set null"),
    // Where it is the id's text it is unique as that is, and need not be written down again with every change.
    uniqueIndex("email_messages_stored_key_unique")
      .on(t.tenantId, t.storageKey)
      .where(sql`storage_key <> id::text`)
      .concurrently(),
    uniqueIndex("email_messages_idempotency_key_unique")
      .on(t.tenantId, t.idempotencyKey)
      .where(sql`idempotency_key is not null`),
    uniqueIndex("email_messages_rfc_message_id_unique")
      .on(t.tenantId, t.rfcMessageId)
      .where(sql`rfc_message_id is not null`),
    index("idx_email_messages_claim")
      .on(t.tenantId, t.emailAccountId, t.nextAttemptAt, t.id)
      .where(sql`delivery_status in ('queued', 'deferred')`),
    index("idx_email_messages_unslotted")
      .on(t.tenantId, t.stepId, t.nextAttemptAt)
      .where(sql`scheduled_for is null and delivery_status in ('queued', 'deferred')`),
    index("idx_email_messages_leased")
      .on(t.leaseUntil)
      .where(sql`delivery_status = 'sending'`),
    index("idx_email_messages_attention")
      .on(t.tenantId, t.campaignId, t.id)
      .where(sql`delivery_status in ('unknown', 'failed')`),
    // What few messages come to, so that whoever asks for them finds them among a million.
    index("idx_email_messages_outcomes")
      .on(t.tenantId, t.campaignId, t.id)
      .where(
        sql`replied_at is not null or bounced_at is not null or unsubscribed_at is not null or complained_at is not null`,
      ),
    index("idx_email_messages_gaps")
      .on(t.tenantId, t.campaignId, t.id)
      .where(sql`empty_fields is not null`),
    index("idx_sent_emails_contact").on(t.tenantId, t.contactId, t.id),
    index("idx_sent_emails_campaign").on(t.tenantId, t.campaignId, t.stepId, t.id),
    index("idx_sent_emails_sent_at")
      .on(t.tenantId, t.emailAccountId, t.sentAt.desc())
      .where(sql`sent_at is not null`),
    index("idx_email_messages_inbound")
      .on(t.tenantId, t.campaignId, t.id)
      .where(sql`direction = 'inbound'`),
    index("idx_email_messages_thread")
      .on(t.tenantId, t.threadId)
      .where(sql`thread_id is not null`),
    index("idx_email_messages_variant")
      .on(t.tenantId, t.variantId)
      .where(sql`variant_id is not null`),
    index("idx_email_messages_parent")
      .on(t.tenantId, t.parentMessageId)
      .where(sql`parent_message_id is not null`),
    // What a receiving domain with a limit gets an hour: by its slots while they wait, by when they left from then on.
    // Without coalesce, which row-level security takes for leaky, and would not look up.
    index("idx_email_messages_recipient_hour")
      .on(
        t.tenantId,
        t.workspaceId,
        t.recipientDomain,
        sql`(case when delivery_status = 'queued' then scheduled_for when sent_at is not null then sent_at else claimed_at end)`,
      )
      .where(sql`recipient_day is not null`),
    oneOf("valid_direction", t.direction, messageDirections),
    oneOf("valid_message_type", t.messageType, messageTypes),
    oneOf("valid_delivery_status", t.deliveryStatus, deliveryStatuses),
    oneOf("valid_bounce_type", t.bounceType, ["hard", "soft", "block"]),
  ],
);

const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/**
 * Bodies: one per step version and variant, and one per message only where it cannot be rendered again.
 * Partitioned by month of `created_at`, which the generated SQL is edited to say.
 */
export const emailContent = content.table(
  "email_content",
  {
    id: uuid()
      .notNull()
      .default(sql`uuidv7()`),
    ...workspaceRef,
    storageKey: sortedText().notNull(),
    messageId: uuid(),
    stepVersionId: uuid(),
    variantId: uuid(),
    headers: jsonb().$type<Record<string, unknown>>(),
    /** Compressed as `compression` says. */
    html: bytes(),
    text: bytes(),
    raw: bytes(),
    sizeBytes: integer().notNull().default(0),
    hash: sortedText(),
    compression: text({ enum: ["none", "gzip", "brotli"] })
      .notNull()
      .default("none"),
    expiresAt: instant(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [
    primaryKey({ name: "email_content_pkey", columns: [t.id, t.createdAt] }),
    workspacePolicy("email_content"),
    index("idx_email_content_key").on(t.tenantId, t.storageKey),
    index("idx_email_content_message").on(t.tenantId, t.messageId),
    index("idx_email_content_step_version").on(t.tenantId, t.stepVersionId),
    index("idx_email_content_expires").on(t.expiresAt),
    oneOf("valid_compression", t.compression, ["none", "gzip", "brotli"]),
  ],
);

/** Files that came or went with a message; the bytes are in file storage. */
export const attachments = content.table(
  "attachments",
  {
    ...workspaceColumns,
    storageKey: sortedText().notNull(),
    messageId: uuid(),
    filename: text().notNull(),
    mime: text().notNull(),
    sizeBytes: integer().notNull(),
    hash: sortedText(),
    disposition: text({ enum: ["attachment", "inline"] })
      .notNull()
      .default("attachment"),
    contentId: text(),
    expiresAt: instant(),
  },
  (t) => [
    workspacePolicy("attachments"),
    uniqueIndex("attachments_storage_key_unique").on(t.tenantId, t.storageKey),
    index("idx_attachments_message").on(t.tenantId, t.messageId),
    oneOf("valid_disposition", t.disposition, ["attachment", "inline"]),
  ],
);
