import { sql } from "drizzle-orm";
import { boolean, check, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import {
  instant,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { workspaces } from "./workspaces.ts";

export const customFieldTypes = ["text", "number", "date", "boolean", "select", "multi_select"] as const;

/** The custom fields a workspace keeps on its contacts, under `contacts.custom_fields`. */
export const customFieldDefinitions = pgTable(
  "custom_field_definitions",
  {
    ...workspaceColumns,
    /** snake_case key within `custom_fields`. */
    fieldName: sortedText().notNull(),
    label: text().notNull(),
    fieldType: text({ enum: customFieldTypes }).notNull().default("text"),
    required: boolean().notNull().default(false),
    defaultValue: jsonb().$type<unknown>(),
    options: jsonb().$type<string[]>().notNull().default([]),
    validation: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    position: integer().notNull().default(0),
    /** Its values stay on the contacts, but no form or picker offers it. */
    archivedAt: instant(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("custom_field_definitions"),
    uniqueIndex("custom_field_definitions_name_unique").on(t.tenantId, t.workspaceId, t.fieldName),
    oneOf("valid_field_type", t.fieldType, customFieldTypes),
    check("valid_field_name", sql`field_name ~ '^[a-z][a-z0-9_]{0,62}$'`),
  ],
);
