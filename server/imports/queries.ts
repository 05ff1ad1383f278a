import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { importWaitJoin, jobWaitColumns } from "#server/drivers/job-waits";
import type { JobWait } from "#server/drivers/schema";
import { AppError } from "#server/errors";
import {
  type ColumnMapping,
  type ImportOptions,
  importOptions as optionsShape,
  type ImportStatus,
  type UndoReport,
} from "./schema.ts";
import type { Checkpoint, FileFormat } from "./slices.ts";

/** A kind of problem with the number of its rows and the first of them. */
export type ProblemGroup = {
  code: string;
  rows: number;
  examples: { line: number; field: string; value: string; message: string }[];
};

/** What a check of the whole file found, before anything was written. */
export type Forecast = {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  /** Already here, and left alone as asked. */
  existing: number;
  /** Rows that a later row with the same address replaces. */
  repeated: number;
  errors: number;
  problems: ProblemGroup[];
  /** Remarks about rows that are imported all the same. */
  warnings: ProblemGroup[];
  /** Addresses of the file that must not be mailed: imported, and still not mailed. */
  unmailable: number;
  /** Lists that the rows name and the import makes: how many, at most one more than it may, and the first by name. */
  newLists?: { count: number; names: string[] };
};

/** A file that the server fetches. `address` is where from, without the query, `sealed` all of it until the file is here. */
export type StoredFetch = {
  address: string;
  sealed?: string;
  /** How often the server was asked, by whichever run; one that died counts. */
  tries?: number;
  receivedBytes?: number;
  ofBytes?: number | null;
};

/** `fingerprint` tells a file that is being uploaded from others of its name and size. */
export type StoredFormat = {
  parts: number;
  fingerprint?: string;
  fetch?: StoredFetch;
  format?: FileFormat;
  forecast?: Forecast;
  /** The choices of the fields that the import makes, by name, as the check found them; null where they are too many. */
  choices?: Record<string, string[] | null>;
  /** People who were imported and get no mail; what the forecast calls unmailable, counted at the end. */
  notMailed?: number;
  /** The import has ended, and who gets no mail is yet to be noted. */
  judging?: boolean;
  /** Why that could not be done, as a sentence. */
  judgingProblem?: string;
  /** What the import was before its undo was asked for, which it is again when that fails; `stopped` says why it did. */
  undo?: { from: ImportStatus; problem: string | null; stopped?: string };
};
/** What the import itself made, so that undo takes it away again. */
export type Made = {
  tags: string[];
  fields: string[];
  listId: string | null;
  /** Those that rows name. */ lists?: string[];
};
export type StoredOptions = ImportOptions & { made?: Made };
export type SkipReasons = { repeated: number; existing: number };

type JobRow = {
  id: string;
  file_name: string;
  file_size: number;
  file_url: string;
  file_format: StoredFormat;
  field_mapping: ColumnMapping[];
  import_options: StoredOptions;
  status: ImportStatus;
  fence: number;
  checkpoint: Checkpoint | null;
};

/** The job as the run that drives it needs it. Throws `not_found`. */
export async function getImportJob(tx: TenantTx, id: string, lock = false): Promise<JobRow> {
  const [row] = await tx.execute<JobRow>(sql`
    select id, file_name, file_size, file_url, file_format, field_mapping, import_options, status, fence, checkpoint
    from import_jobs where id = ${id}::uuid ${lock ? sql`for no key update` : sql``}`);
  if (!row) throw new AppError("not_found", "No such import.");
  return { ...row, import_options: optionsOf(row.import_options) };
}

/** Options as they are known today: an import of an earlier version has the defaults of what came later. */
function optionsOf(stored: object): StoredOptions {
  return { ...optionsShape.parse(stored), ...("made" in stored ? { made: stored.made as Made } : {}) };
}

/** An import as its page shows it. */
export type ImportDetail = JobWait & {
  id: string;
  fileName: string;
  fileSize: number;
  status: ImportStatus;
  partsReceived: number;
  /** Where the server fetches the file from, how far it is, and of how many bytes if that is known. */
  fetch: { address: string; receivedBytes: number; ofBytes: number | null } | null;
  headers: string[];
  mapping: ColumnMapping[];
  options: ImportOptions | null;
  forecast: Forecast | null;
  totalRows: number | null;
  processedRows: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  errors: number;
  skipReasons: SkipReasons;
  /** People who were imported and get no mail, once the import has ended. */
  notMailed: number;
  /** They are still being looked for. */
  judging: boolean;
  /** Why they could not be found, as a sentence. */
  judgingProblem: string | null;
  problem: string | null;
  /** Why its undo stopped before it was through, as a sentence. */
  undoProblem: string | null;
  /** Contacts that the import has touched, about: whom an undo looks at. */
  touched: number;
  list: { id: string; name: string } | null;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  createdBy: string | null;
  canUndo: boolean;
  undoDeadline: Date | null;
  undoneAt: Date | null;
  undoReport: UndoReport | null;
};

type DetailRow = Omit<
  ImportDetail,
  | "partsReceived"
  | "fetch"
  | "headers"
  | "mapping"
  | "options"
  | "forecast"
  | "list"
  | "skipReasons"
  | "notMailed"
  | "judging"
  | "judgingProblem"
  | "undoProblem"
> & {
  fileFormat: StoredFormat;
  fieldMapping: ColumnMapping[] | Record<string, never>;
  importOptions: StoredOptions | Record<string, never>;
  skipReasons: Partial<SkipReasons>;
  listId: string | null;
  listName: string | null;
};

/** By the counts of an import, who was refused as being here already too: its log may have ten million lines. */
export const touchedCount = sql`(created_count + updated_count + unchanged_count + coalesce((skip_reasons ->> 'existing')::int, 0)
  + case import_options ->> 'duplicates' when 'error' then error_count else 0 end)`;

const detailColumns = sql`j.id, j.file_name as "fileName", j.file_size as "fileSize", j.status, j.file_format as "fileFormat",
  j.field_mapping as "fieldMapping", j.import_options as "importOptions", j.total_rows as "totalRows",
  j.processed_rows as "processedRows", j.created_count as created, j.updated_count as updated,
  j.unchanged_count as unchanged, j.skipped_count as skipped, j.error_count as errors, j.skip_reasons as "skipReasons",
  j.problem, ${touchedCount} as touched, j.created_at as "createdAt", j.started_at as "startedAt", j.completed_at as "completedAt",
  u.name as "createdBy", s.id as "listId", s.name as "listName",
  (j.can_rollback and j.status in ('completed', 'failed', 'cancelled') and (j.created_count + j.updated_count + j.unchanged_count + j.skipped_count > 0
      or jsonb_path_exists(j.import_options, '$.made.tags[*]') or jsonb_path_exists(j.import_options, '$.made.fields[*]')
      or jsonb_path_exists(j.import_options, '$.made.lists[*]')
      or j.import_options #>> '{made,listId}' is not null)
    and j.rollback_deadline > app_now()) as "canUndo",
  j.rollback_deadline as "undoDeadline", j.rolled_back_at as "undoneAt", j.rollback_report as "undoReport",
  ${jobWaitColumns}`;

export async function getImport(tx: TenantTx, id: string): Promise<ImportDetail> {
  const [row] = await tx.execute<DetailRow>(sql`
    select ${detailColumns} from import_jobs j
    left join segments s on s.id = j.segment_id left join users u on u.id = j.created_by ${importWaitJoin}
    where j.id = ${id}::uuid`);
  if (!row) throw new AppError("not_found", "No such import.");
  return detailOf(row);
}

function detailOf({
  fileFormat,
  fieldMapping,
  importOptions,
  listId,
  listName,
  skipReasons,
  ...row
}: DetailRow): ImportDetail {
  return {
    ...row,
    partsReceived: fileFormat.parts ?? 0,
    fetch: fileFormat.fetch
      ? {
          address: fileFormat.fetch.address,
          receivedBytes: fileFormat.fetch.receivedBytes ?? 0,
          ofBytes: fileFormat.fetch.ofBytes ?? null,
        }
      : null,
    headers: fileFormat.format?.headers ?? [],
    mapping: Array.isArray(fieldMapping) ? fieldMapping : [],
    options: "duplicates" in importOptions ? optionsOf(importOptions) : null,
    forecast: fileFormat.forecast ?? null,
    notMailed: fileFormat.notMailed ?? 0,
    judging: row.status === "completed" && (fileFormat.judging ?? false),
    judgingProblem: row.status === "completed" ? (fileFormat.judgingProblem ?? null) : null,
    undoProblem: fileFormat.undo?.stopped ?? null,
    skipReasons: { repeated: skipReasons.repeated ?? 0, existing: skipReasons.existing ?? 0 },
    list: listId && listName ? { id: listId, name: listName } : null,
  };
}

/** The rejected rows of an import by kind, the most frequent first, each with its first rows. */
export async function listProblemGroups(tx: TenantTx, importId: string): Promise<ProblemGroup[]> {
  return [
    ...(await tx.execute<ProblemGroup>(sql`
      select code, max(of_code)::int as rows,
        jsonb_agg(jsonb_build_object('line', row_no, 'field', coalesce(field, ''), 'value', coalesce(value, ''), 'message', message) order by row_no) as examples
      from (select e.*, row_number() over (partition by code order by row_no, id) as place, count(*) over (partition by code) as of_code
        from import_row_errors e where import_job_id = ${importId}::uuid and severity = 'error' and code <> 'corrected') numbered
      where place <= 20 group by code order by max(of_code) desc, code`)),
  ];
}

/** `text` is what stands in the file where that falls into no cells. */
export type RejectedRow = {
  line: number;
  field: string | null;
  message: string;
  cells: string[];
  text: string | null;
};

/** The cells of a bad row, and its text where it has none. */
export const rawCells = sql`case when jsonb_typeof(raw_row) = 'array' then raw_row else '[]' end`;
export const rawText = sql`raw_row ->> 'text'`;

/** Rejected rows in file order, for the file that is mended and uploaded again. `after` is the last line given. */
export async function listRejectedRows(
  tx: TenantTx,
  importId: string,
  after: number,
  limit: number,
): Promise<RejectedRow[]> {
  return [
    ...(await tx.execute<RejectedRow>(sql`
      select row_no as line, field, message, ${rawCells} as cells, ${rawText} as text from import_row_errors
      where import_job_id = ${importId}::uuid and severity = 'error' and code <> 'corrected' and row_no > ${after}
      order by row_no, id limit ${limit}`)),
  ];
}
