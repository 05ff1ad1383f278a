import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import {
  driverColumns,
  instant,
  logColumns,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { segments } from "./segments.ts";
import { workspaces } from "./workspaces.ts";

export const importStatuses = [
  "pending",
  "fetching",
  "validating",
  "awaiting_confirmation",
  "processing",
  "completed",
  "failed",
  "cancelled",
  "rolling_back",
  "rolled_back",
] as const;
export const importSources = ["upload", "scheduled", "api", "campaign_wizard"] as const;
export const importFileTypes = ["csv", "tsv", "xlsx", "json"] as const;

/** Recurring imports from a server. */
export const importSchedules = pgTable(
  "import_schedules",
  {
    ...workspaceColumns,
    name: sortedText().notNull(),
    source: text({ enum: ["sftp", "https", "api"] }).notNull(),
    /** The address, which may carry a token, and headers to send with it. */
    secretSealed: text(),
    /** What is no secret: the address without its query, how the file is read and the columns it must have. */
    config: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    cron: text().notNull(),
    timezone: text().notNull().default("UTC"),
    fieldMapping: jsonb().$type<unknown>().notNull().default({}),
    importOptions: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    notifyEmail: sortedText(),
    lastRunAt: instant(),
    nextRunAt: instant(),
    /** Failures in a row. */
    failures: integer().notNull().default(0),
    /** Why the last run failed, as a sentence. */
    problem: text(),
    /** Of the file that was imported last: an unchanged one is not imported again. */
    lastFileHash: sortedText(),
    createdBy: uuid(),
    enabled: boolean().notNull().default(true),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("import_schedules"),
    index("idx_import_schedules_due").on(t.nextRunAt),
    unique("import_schedules_name_unique").on(t.tenantId, t.workspaceId, t.name),
    oneOf("valid_source", t.source, ["sftp", "https", "api"]),
  ],
);

export const importJobs = pgTable(
  "import_jobs",
  {
    ...workspaceColumns,
    source: text({ enum: importSources }).notNull().default("upload"),
    fileName: text().notNull(),
    fileSize: bigint({ mode: "number" }),
    /** Key in file storage. */
    fileUrl: text(),
    fileType: text({ enum: importFileTypes }).notNull().default("csv"),
    /** Of the bytes as they came: the same file again is noticed by it. */
    fileHash: sortedText(),
    /** Of the names of the columns: a mapping is remembered by it. */
    headerHash: sortedText(),
    /** The schedule that fetched the file. */
    scheduleId: uuid(),
    /** Encoding, delimiter, header and sizes found by the inspection. */
    fileFormat: jsonb().$type<Record<string, unknown>>(),
    fieldMapping: jsonb().$type<unknown>().notNull().default({}),
    transformations: jsonb().$type<unknown>().notNull().default({}),
    importOptions: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    status: text({ enum: importStatuses }).notNull().default("pending"),
    totalRows: integer(),
    processedRows: integer().notNull().default(0),
    importedCount: integer().notNull().default(0),
    createdCount: integer().notNull().default(0),
    updatedCount: integer().notNull().default(0),
    unchangedCount: integer().notNull().default(0),
    skippedCount: integer().notNull().default(0),
    errorCount: integer().notNull().default(0),
    warningCount: integer().notNull().default(0),
    /** The first hundred; all of them are in import_row_errors. */
    errors: jsonb().$type<unknown[]>().notNull().default([]),
    skipReasons: jsonb().$type<Record<string, number>>().notNull().default({}),
    /** Why it failed, as a sentence. */
    problem: text(),
    checkpointRow: integer().notNull().default(0),
    /** Where the next slice begins: byte offset, row, and what the parser must know. */
    checkpoint: jsonb().$type<Record<string, unknown>>(),
    segmentId: uuid(),
    startedAt: instant(),
    completedAt: instant(),
    createdBy: uuid(),
    canRollback: boolean().notNull().default(true),
    rollbackDeadline: instant(),
    rolledBackAt: instant(),
    rolledBackBy: uuid(),
    /** What undo restored, deleted and kept, with reasons. */
    rollbackReport: jsonb().$type<Record<string, unknown>>(),
    ...driverColumns,
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    within(t, t.segmentId, segments, "set null"),
    within(t, t.scheduleId, importSchedules, "set null"),
    workspacePolicy("import_jobs"),
    index("idx_import_jobs_header").on(t.tenantId, t.workspaceId, t.headerHash, t.id),
    index("idx_import_jobs_file").on(t.tenantId, t.workspaceId, t.fileHash, t.id),
    index("idx_import_jobs_schedule").on(t.tenantId, t.scheduleId, t.id),
    index("idx_import_jobs_tenant").on(t.tenantId, t.workspaceId, t.id),
    index("idx_import_jobs_status").on(t.status, t.leaseUntil),
    index("idx_import_jobs_completed")
      .on(t.wakesAt)
      .where(sql`status = 'completed' and wakes_at is not null`),
    index("idx_import_jobs_created").on(t.tenantId, t.createdAt.desc()),
    oneOf("valid_status", t.status, importStatuses),
    oneOf("valid_source", t.source, importSources),
    oneOf("valid_file_type", t.fileType, importFileTypes),
  ],
);

/** Rows of a file that were refused (error) or taken with a remark (warning). */
export const importRowErrors = pgTable(
  "import_row_errors",
  {
    ...logColumns,
    importJobId: uuid().notNull(),
    /** Line in the file as a spreadsheet counts it: the header is 1. */
    rowNo: integer().notNull(),
    field: text(),
    value: text(),
    code: sortedText().notNull(),
    message: text().notNull(),
    severity: text({ enum: ["error", "warning"] })
      .notNull()
      .default("error"),
    rawRow: jsonb().$type<unknown>(),
    /** The row as somebody corrected it; read instead of the file's from then on. */
    correctedRow: jsonb().$type<string[]>(),
  },
  (t) => [
    within(t, t.importJobId, importJobs),
    workspacePolicy("import_row_errors"),
    index("idx_import_row_errors_job").on(t.tenantId, t.importJobId, t.rowNo, t.id),
    oneOf("valid_severity", t.severity, ["error", "warning"]),
  ],
);

/**
 * What an import did to each contact, for undo. No foreign key to the contact, which undo deletes, nor to the job:
 * it is a log, written at the speed of the import.
 */
export const importEvents = pgTable(
  "import_events",
  {
    ...logColumns,
    importJobId: uuid().notNull(),
    contactId: uuid(),
    contactEmail: sortedText().notNull(),
    rowNo: integer(),
    eventType: text({ enum: ["created", "updated", "skipped"] }).notNull(),
    /** The whole row before; null when the import created it. */
    previousData: jsonb().$type<Record<string, unknown>>(),
    /** The fields the import wrote. */
    newData: jsonb().$type<Record<string, unknown>>(),
    contactVersion: integer(),
    tagsAdded: uuid()
      .array()
      .notNull()
      .default(sql`'{}'`),
    segmentsAdded: uuid()
      .array()
      .notNull()
      .default(sql`'{}'`),
    undoneAt: instant(),
    undoOutcome: text(),
  },
  (t) => [
    workspacePolicy("import_events"),
    index("idx_import_events_job").on(t.tenantId, t.importJobId, t.id),
    index("idx_import_events_contact").on(t.tenantId, t.contactId),
    oneOf("valid_event_type", t.eventType, ["created", "updated", "skipped"]),
  ],
);
