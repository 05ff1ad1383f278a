import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import {
  instant,
  logColumns,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { users } from "./users.ts";
import { workspaces } from "./workspaces.ts";

export const templateStatuses = ["draft", "active", "archived"] as const;
export const templateCategories = [
  "Welcome",
  "Follow-up",
  "Outreach",
  "Nurture",
  "Newsletter",
  "Promotional",
  "Transactional",
  "Event",
  "Custom",
] as const;

export const templateFolders = pgTable(
  "template_folders",
  { ...workspaceColumns, name: sortedText().notNull(), parentId: uuid() },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    within(t, t.parentId, t),
    workspacePolicy("template_folders"),
    unique("template_folders_name_unique")
      .on(t.tenantId, t.workspaceId, t.parentId, t.name)
      .nullsNotDistinct(),
  ],
);

export const templates = pgTable(
  "templates",
  {
    ...workspaceColumns,
    name: sortedText().notNull(),
    description: text(),
    subject: text().notNull().default(""),
    previewText: text(),
    html: text().notNull().default(""),
    text: text(),
    /** Blocks of the visual editor. */
    design: jsonb().$type<Record<string, unknown>>(),
    category: text({ enum: templateCategories }),
    status: text({ enum: templateStatuses }).notNull().default("draft"),
    version: integer().notNull().default(1),
    isActive: boolean().notNull().default(true),
    folderId: uuid(),
    lastUsedAt: instant(),
    createdBy: uuid(),
    deletedAt: instant(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    within(t, t.folderId, templateFolders, "set null"),
    workspacePolicy("templates"),
    uniqueIndex("templates_name_unique")
      .on(t.tenantId, t.workspaceId, t.name)
      .where(sql`deleted_at is null`),
    oneOf("valid_status", t.status, templateStatuses),
    oneOf("valid_category", t.category, templateCategories),
  ],
);

export const templateVersions = pgTable(
  "template_versions",
  {
    ...logColumns,
    templateId: uuid().notNull(),
    versionNumber: integer().notNull(),
    name: text(),
    /** What a person called this version, to find it again. */
    label: text(),
    subject: text().notNull(),
    previewText: text(),
    html: text().notNull(),
    text: text(),
    design: jsonb().$type<Record<string, unknown>>(),
    createdBy: uuid(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.templateId, templates),
    workspacePolicy("template_versions"),
    unique("template_versions_number_unique").on(t.tenantId, t.templateId, t.versionNumber),
  ],
);

export const templateTags = pgTable(
  "template_tags",
  { ...logColumns, templateId: uuid().notNull(), name: sortedText().notNull() },
  (t) => [
    within(t, t.templateId, templates),
    workspacePolicy("template_tags"),
    unique("template_tags_name_unique").on(t.tenantId, t.templateId, t.name),
  ],
);

export const templateComments = pgTable(
  "template_comments",
  {
    ...workspaceColumns,
    templateId: uuid().notNull(),
    authorId: uuid(),
    body: text().notNull(),
    resolvedAt: instant(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.templateId, templates),
    workspacePolicy("template_comments"),
    index("idx_template_comments_template").on(t.tenantId, t.templateId, t.id),
  ],
);

export const templateApprovalStatuses = ["pending", "approved", "rejected", "withdrawn"] as const;

/** Requests to have a template approved by somebody else, and what was answered. */
export const templateApprovals = pgTable(
  "template_approvals",
  {
    ...workspaceColumns,
    templateId: uuid().notNull(),
    status: text({ enum: templateApprovalStatuses }).notNull().default("pending"),
    /** Of what the template said as it was asked for: any change voids the approval. */
    digest: text().notNull(),
    requestedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    note: text(),
    decidedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    decidedAt: instant(),
    comment: text(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.templateId, templates),
    workspacePolicy("template_approvals"),
    index("idx_template_approvals_template").on(t.tenantId, t.templateId, t.id),
    uniqueIndex("template_approvals_open_unique")
      .on(t.tenantId, t.templateId)
      .where(sql`status = 'pending'`),
    oneOf("valid_status", t.status, templateApprovalStatuses),
  ],
);

/** Variables of a workspace that every template may use. */
export const templateVariables = pgTable(
  "template_variables",
  {
    ...workspaceColumns,
    key: sortedText().notNull(),
    variableType: text({ enum: ["text", "number", "date", "boolean", "url"] })
      .notNull()
      .default("text"),
    defaultValue: text(),
    required: boolean().notNull().default(false),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("template_variables"),
    unique("template_variables_key_unique").on(t.tenantId, t.workspaceId, t.key),
    oneOf("valid_variable_type", t.variableType, ["text", "number", "date", "boolean", "url"]),
  ],
);
