import { z } from "zod";
import { contactFields, contactFilter } from "../contacts/schema.ts";
import { ruleTree } from "../segments/schema.ts";

export const exportFormats = ["csv", "xlsx", "json", "ndjson"] as const;
export type ExportFormat = (typeof exportFormats)[number];
export const exportFormatLabels: Record<ExportFormat, string> = {
  csv: "CSV",
  xlsx: "Excel (XLSX)",
  json: "JSON",
  ndjson: "NDJSON",
};

/** How a value is written: numbers and names have forms of their own in JSON and in a workbook. */
export type FieldKind = "text" | "number" | "time" | "names" | "choices" | "json";
export type ExportField = { name: string; label: string; kind: FieldKind };
type FieldGroup = { label: string; hint?: string; fields: readonly ExportField[] };

const text = (name: string, label: string): ExportField => ({ name, label, kind: "text" });
const number = (name: string, label: string): ExportField => ({ name, label, kind: "number" });
const time = (name: string, label: string): ExportField => ({ name, label, kind: "time" });
const names = (name: string, label: string): ExportField => ({ name, label, kind: "names" });

/** Every field of a contact that a file can hold, custom fields (`custom.<name>`) aside. Names are the headers. */
export const fieldGroups = [
  { label: "Contact", fields: contactFields.map(({ name, label }) => text(name, label)) },
  {
    label: "State",
    hint: "Date added and id are this workspace's own: an import of the file makes new ones.",
    fields: [
      text("status", "Status"),
      text("lifecycle_stage", "Lifecycle stage"),
      number("lead_score", "Lead score"),
      time("created_at", "Date added"),
      text("id", "Id"),
    ],
  },
  {
    label: "Tags, lists and segments",
    hint: "Segments as they were last recalculated.",
    fields: [names("tags", "Tags"), names("lists", "Lists"), names("segments", "Segments")],
  },
  {
    label: "Consent",
    fields: [
      text("consent_basis", "Consent basis"),
      text("consent_source", "Consent source"),
      time("consent_at", "Consent given"),
      time("unsubscribed_at", "Unsubscribed"),
      time("bounced_at", "Bounced"),
      time("complained_at", "Reported as spam"),
    ],
  },
  {
    label: "Engagement",
    fields: [
      number("emails_sent", "Emails sent"),
      number("emails_opened", "Emails opened"),
      number("emails_clicked", "Emails clicked"),
      number("emails_replied", "Emails replied to"),
      time("last_emailed_at", "Last emailed"),
      time("last_opened_at", "Last opened"),
      time("last_clicked_at", "Last clicked"),
      time("last_replied_at", "Last replied"),
    ],
  },
] as const satisfies readonly FieldGroup[];

/** The sheet of a workbook that says what its custom fields are. */
export const fieldSheet = "Custom fields";
export const fieldSheetHeader = ["Column", "Label", "Type", "Required", "Choices"] as const;

/** Stands for every custom field there is when the file is written, archived ones behind the others. */
export const allCustomFields = "custom";

/** The usual file is what an import brings back: all of it, and nothing that only this workspace can know. */
export const fieldsByDefault = [
  ...contactFields.map((field) => field.name),
  "status",
  "lifecycle_stage",
  "lead_score",
  "tags",
  "lists",
  allCustomFields,
  "consent_basis",
  "consent_source",
  "consent_at",
  "unsubscribed_at",
  "bounced_at",
  "complained_at",
];

const known = new Set<string>(fieldGroups.flatMap(({ fields }) => fields.map((field) => field.name)));
const fieldName = z
  .string()
  .refine(
    (name) => known.has(name) || name === allCustomFields || /^custom\.[a-z][a-z0-9_]{0,62}$/.test(name),
    {
      error: (issue) => `There is no field ${JSON.stringify(issue.input)}. Reload the page and choose again.`,
    },
  );

/** Contacts that can be left out although they belong to what is exported. */
export const leftOutKinds = ["suppressed", "bounced", "unsubscribed", "archived"] as const;
export type LeftOutKind = (typeof leftOutKinds)[number];
export const leftOutLabels: Record<LeftOutKind, string> = {
  suppressed: "On a suppression list",
  bounced: "Mail came back",
  unsubscribed: "Unsubscribed or complained",
  archived: "Archived",
};

/** What an export is of. Strict: a part that was not understood would mean more people than were asked for. */
export const exportOf = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("all") }),
  z.strictObject({ kind: z.literal("segment"), segmentId: z.uuid() }),
  z.strictObject({ kind: z.literal("rules"), rules: ruleTree }),
  z.strictObject({
    kind: z.literal("filter"),
    filter: contactFilter,
    /** Of those whom the filter lets through, these are left out. */
    except: z.array(z.uuid()).max(10_000).optional(),
  }),
  z.strictObject({ kind: z.literal("selection"), ids: z.array(z.uuid()).min(1).max(10_000) }),
]);
export type ExportOf = z.infer<typeof exportOf>;

const leaveOut = z.array(z.enum(leftOutKinds)).default([]);

export const exportInput = z.strictObject({
  /** Made by the browser once per click: a double click asks for one export. */
  key: z.uuid(),
  of: exportOf,
  format: z.enum(exportFormats).default("csv"),
  fields: z.array(fieldName).min(1, "Choose at least one field.").max(500).default(fieldsByDefault),
  leaveOut,
});
export type ExportInput = z.infer<typeof exportInput>;
export const exportCountInput = z.strictObject({ of: exportOf, leaveOut });
export type ExportCountInput = z.infer<typeof exportCountInput>;
export const exportRef = z.object({ id: z.uuid() });
export const exportListInput = z.object({ after: z.uuid().optional().catch(undefined) });

/** Up to this many contacts are written at once, while the browser waits. */
export const quickRowsMax = 1000;
/** Counting ahead stops here: more is "more than". */
export const countMax = 100_000;
/** Minutes that a download link works. */
export const linkMinutes = 5;
/** Days that the file of an export is kept. */
export const fileDays = 7;
