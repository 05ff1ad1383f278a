import { z } from "zod";
import { type ContactFieldName, contactFields } from "../contacts/schema.ts";
import { formatChoice } from "./formats/schema.ts";

/** The columns of a contact that a file can fill. */
export const standardFields = contactFields.map(({ name }) => name);
export type StandardField = ContactFieldName;

export const standardFieldLabels = Object.fromEntries(
  contactFields.map(({ name, label }) => [name, label]),
) as Record<StandardField, string>;

/** Characters of one cell: tags and choices need many. What a field of the contact takes of it, its reader says. */
export const valueLengthMax = 10_000;
/** Characters that are kept of a row that cannot be read, for whoever mends it. */
export const rawTextMax = 16_000;
export const columnsMax = 200;
/** Columns that a file of rejected rows carries beside the original ones; ignored when the mended file comes back. */
export const remarkPrefix = "postroad_";
/** Those of them that hold what belongs to no column: a row that comes back with such a value is refused again. */
export const restPrefix = `${remarkPrefix}rest_`;
export const restColumnsMax = 20;
/** With the line and the problem. */
const allColumnsMax = columnsMax + restColumnsMax + 2;

/** The columns of a row of `count` cells whose values belong to no column of the file. */
export const restColumns = (headers: readonly string[], count: number): number[] =>
  Array.from({ length: Math.max(count, headers.length) }, (_, column) => column).filter(
    (column) => headers[column]?.startsWith(restPrefix) ?? true,
  );
/** Bytes of a file; bigger ones are split by whoever made them. */
export const fileBytesMax = 5 * 1024 ** 3;
/** Bytes of one upload request: proxies refuse bodies over 1 MB unless told otherwise. */
export const partBytes = 900_000;

/** People of an import who get no mail that are kept by name; all of them are counted. */
export const notMailedMax = 10_000;

/** Lists that one import makes for its rows: a column of names or numbers would make one for each. */
export const newListsMax = 1000;
export const tooManyLists = `This file names more than ${newListsMax.toLocaleString("en")} lists that are not here, and one import makes no more than that. Choose another column for "Lists", or ignore it.`;

/** What a column can fill beside the standard fields and custom ones (`custom.<name>`). */
export const consentTargets = ["consent_basis", "consent_source", "consent_at"] as const;
/** Since when somebody is what their status says, or was before they were archived. */
export const stopTargets = ["unsubscribed_at", "bounced_at", "complained_at"] as const;
export const specialTargets = [
  "tags",
  "lists",
  "lead_score",
  "lifecycle_stage",
  "status",
  "updated_at",
  ...consentTargets,
  ...stopTargets,
] as const;
export type SpecialTarget = (typeof specialTargets)[number];
export const specialTargetLabels: Record<SpecialTarget, string> = {
  tags: "Tags",
  lists: "Lists (made where missing)",
  lead_score: "Lead score",
  lifecycle_stage: "Lifecycle stage",
  status: "Status",
  updated_at: "Last changed (decides which value is newer)",
  consent_basis: "Consent basis",
  consent_source: "Consent source",
  consent_at: "Consent given on",
  unsubscribed_at: "Unsubscribed on (beside a status)",
  bounced_at: "Bounced on (beside a status)",
  complained_at: "Reported as spam on (beside a status)",
};

const customTarget = /^custom\.[a-z][a-z0-9_]{0,62}$/;
const target = z
  .string()
  .refine(
    (name) =>
      customTarget.test(name)
      || name === "ignore"
      || [...standardFields, ...specialTargets].some((field) => field === name),
    "This is not a field a column can go to.",
  );

/** Types of custom fields, the same as in their definitions. */
export const fieldTypes = ["text", "number", "date", "boolean", "select", "multi_select"] as const;
export type FieldType = (typeof fieldTypes)[number];

/** The order of day, month and year in a file; `iso` is 2026-05-31, which is understood under every choice. */
export const dateOrders = ["iso", "dmy", "mdy", "ymd"] as const;
export type DateOrder = (typeof dateOrders)[number];

/** What the choices of a field may be: as many, and each as long, as its own form takes. */
export const choicesMax = 200;
export const choiceLengthMax = 80;

export const columnMapping = z.object({
  column: z.number().int().min(0),
  header: z.string(),
  target,
  /** The type of the custom field that the import makes for this column; one that exists keeps its own. */
  fieldType: z.enum(fieldTypes).optional(),
  /** The choices of a select that the import makes; without them, those that the file holds. */
  choices: z.array(z.string().trim().min(1).max(120)).max(choicesMax).optional(),
  /** How this column writes dates, where it differs from the rest of the file. */
  dateOrder: z.enum(dateOrders).optional(),
});
/** Where one column of the file goes: a standard field, a special one, `custom.<name>` or `ignore`. */
export type ColumnMapping = z.infer<typeof columnMapping>;

export const mappingInput = z
  .array(columnMapping)
  .min(1)
  .max(allColumnsMax)
  .superRefine((columns, context) => {
    if (!columns.some((column) => column.target === "email")) {
      context.addIssue({
        code: "custom",
        message: "Choose the column that holds the email address. Without one, nobody can be imported.",
      });
    }
    const seen = new Map<string, string>();
    for (const { header, target: name } of columns) {
      if (name === "ignore") continue;
      const first = seen.get(name);
      if (first !== undefined) {
        context.addIssue({
          code: "custom",
          message: `"${first}" and "${header}" both go to the same field. Choose another field for one, or ignore it.`,
        });
      }
      seen.set(name, header);
    }
  });

export const duplicateStrategies = ["skip", "overwrite", "fill_blanks", "merge", "error"] as const;
/**
 * What happens to a contact that is there already: left alone, overwritten, filled where blank, merged field by field,
 * or its row is reported as an error. A blank cell never erases a value, and no strategy mails somebody who said stop.
 */
export type DuplicateStrategy = (typeof duplicateStrategies)[number];

/**
 * What happens to one field under `merge`. `newest` compares the row's `updated_at` column with the contact's last
 * change; `append_unique` is for tags and multi-selects, `keep_higher` for numbers. The address itself never changes,
 * and a status only ever gets stricter.
 */
export const mergeRules = [
  "keep_existing",
  "overwrite",
  "fill_if_blank",
  "newest",
  "append_unique",
  "keep_higher",
] as const;
export type MergeRule = (typeof mergeRules)[number];

/** The rules that a field can have under `merge`, the first of them unless another is chosen. */
export function rulesFor(field: string, type: FieldType = "text"): readonly [MergeRule, ...MergeRule[]] {
  if (field === "tags") return ["append_unique", "keep_existing"];
  if (field === "status") return ["overwrite", "keep_existing"];
  if (field === "lead_score") return ["keep_higher", "keep_existing", "overwrite", "newest"];
  if (type === "multi_select")
    return ["append_unique", "fill_if_blank", "keep_existing", "overwrite", "newest"];
  if (type === "number") return ["fill_if_blank", "keep_existing", "overwrite", "newest", "keep_higher"];
  return ["fill_if_blank", "keep_existing", "overwrite", "newest"];
}

/** How values of the file are read. */
export const readingOptions = z.object({
  /** Country (ISO 3166, two letters) of phone numbers that do not begin with "+"; without one they stay as they are. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "Choose a country.")
    .nullable()
    .default(null),
  dateOrder: z.enum(dateOrders).default("iso"),
  /** Zone (IANA) of times that name none; a date field keeps the day in this zone. */
  timeZone: z.string().min(1).max(64).default("UTC"),
  /** What separates the decimals of a number: 1,234.5 or 1.234,5. */
  decimal: z.enum([".", ","]).default("."),
  /** "ACME WIDGETS" becomes "Acme Widgets". */
  titleCaseCompany: z.boolean().default(false),
});
export type ReadingOptions = z.infer<typeof readingOptions>;

export const consentBases = ["consent", "contract", "legitimate_interest", "soft_opt_in"] as const;
export type ConsentBasis = (typeof consentBases)[number];
export const consentBasisLabels: Record<ConsentBasis, string> = {
  consent: "They agreed (opt-in)",
  contract: "There is a contract with them",
  legitimate_interest: "Legitimate interest",
  soft_opt_in: "Customers, about similar products (soft opt-in)",
};
/** Why these people may be mailed, and where that is known from. Written where a contact has no basis yet. */
export const consentOptions = z.object({
  basis: z.enum(consentBases),
  source: z.string().trim().min(1, "Say where the consent comes from, such as a form or a fair.").max(200),
});

/** Characters of the name of a list. */
export const listNameMax = 120;

export const importOptions = z.object({
  duplicates: z.enum(duplicateStrategies).default("overwrite"),
  /** Rules by target, for `merge`; a field without one follows the first of `rulesFor`. */
  rules: z.record(z.string(), z.enum(mergeRules)).default({}),
  reading: readingOptions.default(() => readingOptions.parse({})),
  consent: consentOptions.nullable().default(null),
  tags: z.array(z.string().trim().toLowerCase().min(1).max(60)).max(20).default([]),
  listId: z.uuid().nullish(),
  newList: z.string().trim().min(1, "Give the new list a name.").max(listNameMax).nullish(),
});
export type ImportOptions = z.infer<typeof importOptions>;

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
export type ImportStatus = (typeof importStatuses)[number];

export const createImportInput = z.object({
  /** Made by the browser once per wizard: a double click, a reload or a second tab creates one import. */
  key: z.uuid(),
  fileName: z.string().trim().min(1).max(255),
  sizeBytes: z
    .number()
    .int()
    .min(1, "This file is empty. It needs a header line and at least one contact.")
    .max(fileBytesMax, "This file is larger than 5 GB. Split it into smaller ones."),
  /** What tells this file from others of the same name and size: an upload that broke off is found by it. */
  fingerprint: z.string().max(200).optional(),
});
export const importRef = z.object({ id: z.uuid() });
export const inspectInput = importRef.extend({
  /** Left out, the file is read as it was last time, or as it looks. */
  format: formatChoice.optional(),
});
export const partInput = z.object({
  id: z.uuid(),
  part: z.number().int().min(0),
  bytes: z.instanceof(Uint8Array),
  /** SHA-256 of the bytes in hex, as the sender counted it; a part that was damaged on the way is refused. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
/** A file that the server fetches itself. `key` is that of `createImportInput`. */
export const fetchImportInput = z.object({
  key: z.uuid(),
  url: z
    .url({ protocol: /^https?$/, error: "This is not an address such as https://example.com/contacts.csv." })
    .max(2000),
});
export const checkImportInput = z.object({ id: z.uuid(), mapping: mappingInput, options: importOptions });

/** What the history of imports can be narrowed to. */
export const historyStates = [
  "waiting",
  "running",
  "completed",
  "rejected",
  "failed",
  "cancelled",
  "undone",
] as const;
export type HistoryState = (typeof historyStates)[number];

const blank = (value: unknown) => (value === "" ? undefined : value);
const day = z.preprocess(blank, z.iso.date().optional()).catch(undefined);
/** The history as its URL says it: what makes no sense there is left out. */
export const importListInput = z.object({
  after: z.uuid().optional().catch(undefined),
  state: z.preprocess(blank, z.enum(historyStates).optional()).catch(undefined),
  /** Who imported it. */
  by: z.preprocess(blank, z.uuid().optional()).catch(undefined),
  from: day,
  to: day,
  /** Part of the name of the file. */
  q: z.preprocess(blank, z.string().trim().max(200).optional()).catch(undefined),
});
export type ImportListInput = z.infer<typeof importListInput>;

/** Rows corrected in place, whole and in the order of the header. `line` is where the row stands in the file. */
export const correctRowsInput = z.object({
  id: z.uuid(),
  rows: z
    .array(
      z.object({
        line: z.number().int().min(1),
        cells: z
          .array(z.string().max(rawTextMax, "Shorten this value."))
          .min(1)
          .max(allColumnsMax, "Drop the values that belong to no column."),
      }),
    )
    .min(1)
    .max(500)
    .refine((rows) => new Set(rows.map(({ line }) => line)).size === rows.length, "Give each line once."),
});
export type CorrectedRow = z.infer<typeof correctRowsInput>["rows"][number];
/** `cursor` is the line of the last row before. */
export const badRowsInput = z.object({
  id: z.uuid(),
  code: z.string().max(60),
  cursor: z.number().int().min(0).optional(),
});
/** `cursor` is the `next` of the page before. */
export const keptInput = importRef.extend({ cursor: z.uuid().optional() });
/** `cursor` is the line of the last row before. */
export const notMailedInput = importRef.extend({ cursor: z.number().int().min(0).optional() });
export const rejectedInput = z.object({ id: z.uuid(), after: z.number().int().min(0) });

/** What undo did, or would do. `kept` says how many contacts stayed as they are, by reason. */
export type UndoReport = {
  deleted: number;
  restored: number;
  untagged: number;
  /** Contacts to which the import did nothing; undos of earlier versions counted them as untagged. */
  untouched?: number;
  kept: number;
  /** Contacts that the database refused to take back. */
  failed: number;
  reasons: Record<string, number>;
  /** Fields, lists and tags that the import made and that stay, by name; the first of each. Older reports have no tags. */
  stays?: { fields: string[]; lists: string[]; tags?: string[] };
};

/** What several parts of an undo come to together. */
export function sumOfReports(parts: readonly UndoReport[]): UndoReport {
  const sum = { deleted: 0, restored: 0, untagged: 0, untouched: 0, kept: 0, failed: 0 };
  const reasons: Record<string, number> = {};
  for (const part of parts) {
    for (const key of ["deleted", "restored", "untagged", "untouched", "kept", "failed"] as const)
      sum[key] += part[key] ?? 0;
    for (const [reason, count] of Object.entries(part.reasons))
      reasons[reason] = (reasons[reason] ?? 0) + count;
  }
  const stays = parts.find((part) => part.stays)?.stays;
  return { ...sum, reasons, ...(stays && { stays }) };
}
