import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import {
  driverColumns,
  instant,
  oneOf,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { segments } from "./segments.ts";
import { workspaces } from "./workspaces.ts";

export const exportStatuses = [
  "pending",
  "processing",
  "completed",
  "failed",
  "cancelled",
  "expired",
] as const;
export const exportTypes = ["full", "filtered", "segment", "selection"] as const;
export const exportFormats = ["csv", "xlsx", "json", "ndjson"] as const;

export const exportJobs = pgTable(
  "export_jobs",
  {
    ...workspaceColumns,
    exportType: text({ enum: exportTypes }).notNull(),
    segmentId: uuid(),
    /** A rule tree, the filter of the contact list, or the ids of a selection. */
    filters: jsonb().$type<Record<string, unknown>>(),
    /** What the export was of, as it was then: names and rules. */
    scopeSnapshot: jsonb().$type<Record<string, unknown>>(),
    /** Contacts left out although they belong to it: `suppressed`, `bounced`, `archived`. */
    leftOut: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** The moment the file shows: everything in it was so then. */
    snapshotAt: instant(),
    selectedFields: jsonb().$type<string[]>().notNull().default([]),
    includeCustomFields: boolean().notNull().default(true),
    includeEngagement: boolean().notNull().default(false),
    fileFormat: text({ enum: exportFormats }).notNull().default("csv"),
    fileName: text(),
    /** Key in file storage. */
    fileUrl: text(),
    fileSize: bigint({ mode: "number" }),
    status: text({ enum: exportStatuses }).notNull().default("pending"),
    problem: text(),
    totalContacts: integer(),
    processedContacts: integer().notNull().default(0),
    checkpoint: jsonb().$type<Record<string, unknown>>(),
    startedAt: instant(),
    completedAt: instant(),
    /** The file is removed then; the row stays. */
    expiresAt: instant(),
    createdBy: uuid(),
    /** When a mail server had taken the mail that says it is ready. */
    mailedAt: instant(),
    ...driverColumns,
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    within(t, t.segmentId, segments, "set null"),
    workspacePolicy("export_jobs"),
    index("idx_export_jobs_tenant").on(t.tenantId, t.workspaceId, t.id),
    index("idx_export_jobs_status").on(t.status, t.leaseUntil),
    oneOf("valid_status", t.status, exportStatuses),
    oneOf("valid_export_type", t.exportType, exportTypes),
    oneOf("valid_file_format", t.fileFormat, exportFormats),
  ],
);
