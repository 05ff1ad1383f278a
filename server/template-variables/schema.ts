import { z } from "zod";
import { mergeFields } from "../mail/schema.ts";

/** A word of the workspace that every mail may say: `{{ key }}` is `value`. */
export type TemplateVariable = { id: string; key: string; value: string };

/** Names that the language or the fields of contact, sender and campaign have already. */
const taken = new Set([
  ...mergeFields.map(({ path }) => path.split(".")[0] ?? path),
  ...["custom", "custom_field", "custom_fields", "name", "last", "last_activity_at", "now", "language"],
  ...[
    "true",
    "false",
    "nil",
    "null",
    "empty",
    "blank",
    "forloop",
    "contains",
    "not_contains",
    "and",
    "or",
    "not",
  ],
]);

const key = z
  .string()
  .trim()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "Use a-z, 0-9 and _, beginning with a letter, such as support_phone.")
  .refine((name) => !taken.has(name), "Mails know this name as something else already. Choose another.");
const value = z.string().trim().max(2_000, "Keep the value under 2,001 characters.");

export const templateVariableInput = z.object({ key, value });
export type TemplateVariableInput = z.infer<typeof templateVariableInput>;
/** The name stays: mails say it. */
export const templateVariableUpdate = z.object({ id: z.uuid(), value });
export const templateVariableRef = z.object({ id: z.uuid() });
