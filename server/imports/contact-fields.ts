import { type SQL, sql } from "drizzle-orm";
import { standardFields } from "./schema.ts";

/**
 * A column of `contacts` that an import may write. Imports compare and remember every value as text, and a default
 * (no score, active, new) as none, so that one form serves the file, the log of changes and the undo.
 */
export type ContactField = { name: string; kind: "text" | "score" | "status" | "stage" | "instant" };

const text = (name: string): ContactField => ({ name, kind: "text" });

/** The standard fields but the address, which is the contact's identity. */
export const textFields: readonly ContactField[] = standardFields
  .filter((name) => name !== "email")
  .map(text);
export const scoreField: ContactField = { name: "lead_score", kind: "score" };
export const stageField: ContactField = { name: "lifecycle_stage", kind: "stage" };
/** A status and the moments that tell where a contact came from when it leaves the archive. */
export const statusFields: readonly ContactField[] = [
  { name: "status", kind: "status" },
  { name: "unsubscribed_at", kind: "instant" },
  { name: "bounced_at", kind: "instant" },
  { name: "complained_at", kind: "instant" },
];
/**
 * Statuses from the mildest to the strictest; one may only follow a milder one. Who is archived stays so, but nobody
 * who said stop becomes archived by a file.
 */
export const statusOrder = ["unsubscribed", "bounced", "complained", "archived"] as const;

/** What somebody of the status `stands` is when a row `brings` another one; undefined is active. */
export function stricterStatus(stands: string | undefined, brings: string | undefined): string | undefined {
  const rank = (status: string | undefined) => statusOrder.findIndex((each) => each === status);
  const stricter = rank(brings) > rank(stands) && (stands === undefined || brings !== "archived");
  return stricter ? brings : stands;
}

export const consentFields: readonly ContactField[] = [
  text("consent_basis"),
  text("consent_source"),
  { name: "consent_at", kind: "instant" },
];
/** Every field an import may have written: what undo looks at. */
export const contactFields: readonly ContactField[] = [
  ...textFields,
  scoreField,
  stageField,
  ...statusFields,
  ...consentFields,
];

export const column = ({ name }: ContactField, alias?: string): SQL =>
  alias ? sql`${sql.identifier(alias)}.${sql.identifier(name)}` : sql`${sql.identifier(name)}`;

/** The stored value as text; null when it is the default. */
export function asText(field: ContactField, alias: string): SQL {
  const value = column(field, alias);
  if (field.kind === "score") return sql`nullif(${value}, 0)::text`;
  if (field.kind === "status") return sql`nullif(${value}, 'active')`;
  if (field.kind === "stage") return sql`nullif(${value}, 'new')`;
  if (field.kind === "instant") return sql`(${value} at time zone 'UTC')::text`;
  return value;
}

/** The value to store for a text that `asText` gave. */
export function asStored({ kind }: ContactField, value: SQL): SQL {
  if (kind === "score") return sql`coalesce((${value})::int, 0)`;
  if (kind === "status") return sql`coalesce(${value}, 'active')`;
  if (kind === "stage") return sql`coalesce(${value}, 'new')`;
  if (kind === "instant") return sql`(${value})::timestamp at time zone 'UTC'`;
  return value;
}

/** Fields as one object without the empty ones, each given by `valueOf`, with the custom fields if these matter. */
export function stateOf(
  fields: readonly ContactField[],
  valueOf: (field: ContactField) => SQL,
  custom: SQL | null,
): SQL {
  const pairs = fields.map((field) => sql`${field.name}::text, ${valueOf(field)}`);
  const values = sql`jsonb_strip_nulls(jsonb_build_object(${sql.join(pairs, sql`, `)}))`;
  return custom ? sql`(${values} || jsonb_build_object('custom_fields', ${custom}))` : values;
}
