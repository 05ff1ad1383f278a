import { z } from "zod";

/** The columns of a contact that a file can fill. */
export const standardFields = [
  "email",
  "first_name",
  "last_name",
  "name",
  "company",
  "job_title",
  "phone",
  "city",
  "state",
  "country",
  "timezone",
  "language",
] as const;
export type StandardField = (typeof standardFields)[number];

export const standardFieldLabels: Record<StandardField, string> = {
  email: "Email",
  first_name: "First name",
  last_name: "Last name",
  name: "Full name",
  company: "Company",
  job_title: "Job title",
  phone: "Phone",
  city: "City",
  state: "State",
  country: "Country",
  timezone: "Time zone",
  language: "Language",
};

/** Characters of one value. */
export const valueLengthMax = 1000;
export const columnsMax = 200;
/** Bytes of a file; bigger ones are split by whoever made them. */
export const fileBytesMax = 5 * 1024 ** 3;
/** Bytes of one upload request: proxies refuse bodies over 1 MB unless told otherwise. */
export const partBytes = 900_000;

const target = z
  .string()
  .regex(/^([a-z_]+|custom\.[a-z][a-z0-9_]{0,62})$/, "This is not a field a column can go to.")
  .refine(
    (name) =>
      name.startsWith("custom.")
      || name === "tags"
      || name === "ignore"
      || standardFields.some((field) => field === name),
    "This is not a field a column can go to.",
  );

export const columnMapping = z.object({ column: z.number().int().min(0), header: z.string(), target });
/** Where one column of the file goes: a standard field, `tags`, `custom.<name>` or `ignore`. */
export type ColumnMapping = z.infer<typeof columnMapping>;

export const mappingInput = z
  .array(columnMapping)
  .min(1)
  .max(columnsMax)
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

export const duplicateStrategies = ["skip", "overwrite", "fill_blanks"] as const;
/** What happens to a contact that is there already. A blank cell never erases a value. */
export type DuplicateStrategy = (typeof duplicateStrategies)[number];

export const importOptions = z.object({
  duplicates: z.enum(duplicateStrategies).default("overwrite"),
  tags: z.array(z.string().trim().toLowerCase().min(1).max(60)).max(20).default([]),
  listId: z.uuid().nullish(),
  newList: z.string().trim().min(1, "Give the new list a name.").max(120).nullish(),
});
export type ImportOptions = z.infer<typeof importOptions>;

export const importStatuses = [
  "pending",
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
});
export const importRef = z.object({ id: z.uuid() });
export const partInput = z.object({
  id: z.uuid(),
  part: z.number().int().min(0),
  bytes: z.instanceof(Uint8Array),
});
export const checkImportInput = z.object({ id: z.uuid(), mapping: mappingInput, options: importOptions });
export const importListInput = z.object({ after: z.uuid().optional().catch(undefined) });
export const rejectedInput = z.object({ id: z.uuid(), after: z.number().int().min(0) });
