import { z } from "zod";
import { AppError } from "#server/errors";
import { exampleContact } from "./example-contact.ts";
import { jsonMistake } from "./json-mistake.ts";
import { unknownField } from "./liquid.ts";
import { canonicalPath, isKnownRoot, type MergeContact } from "./merge-fields.ts";
import { mergeFields } from "./schema.ts";

const text = z
  .union([z.string(), z.number(), z.boolean()], "Expected text or a number.")
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : String(value)));
const instant = z
  .string("Expected a date in quotes, such as 2026-01-15.")
  .refine((value) => !Number.isNaN(Date.parse(value)), "Expected a date, such as 2026-01-15.")
  .transform((value) => new Date(value))
  .nullish();

/** What everybody has, an address and the day of their arrival, is filled in where it is left out. */
const fields = z.object({
  email: z.email("Expected an address, such as ana@example.com.").nullish(),
  first_name: text,
  last_name: text,
  full_name: text,
  phone: text,
  company: text,
  job_title: text,
  city: text,
  state: text,
  country: text,
  timezone: text,
  language: text,
  lead_score: z.number("Expected a number.").nullish(),
  created_at: instant,
  last_activity: instant,
  tags: z.array(z.string("Expected a text."), 'Expected a list, such as ["vip"].').nullish(),
  custom: z.record(z.string(), z.unknown(), 'Expected an object, such as {"plan": "pro"}.').nullish(),
});
const ofContacts = new Set(mergeFields.flatMap(({ group, path }) => (group === "Contact" ? [path] : [])));

/**
 * Somebody as JSON describes them, to see a mail with: an object of the fields that templates name, in either spelling.
 * What is left out is empty. `hints` name what is no field of a contact.
 * @throws AppError invalid with the place of a mistake, or the field whose value cannot be one
 */
export function contactOfJson(
  json: string,
  variables: Readonly<Record<string, string>>,
): { contact: MergeContact; hints: string[] } {
  const mistake = jsonMistake(json);
  if (mistake) throw refused(`Line ${mistake.line}, column ${mistake.column}: ${mistake.message}`);
  const said: unknown = JSON.parse(json);
  if (typeof said !== "object" || said === null || Array.isArray(said))
    throw refused('Expected an object, such as {"first_name": "Ana", "custom": {"plan": "pro"}}.');
  const given: Record<string, unknown> = {};
  // Without a prototype: a field of whatever name is only a field.
  const custom = Object.create(null) as Record<string, unknown>;
  const hints: string[] = [];
  for (const [name, value] of Object.entries(said)) {
    const path = canonicalPath(name);
    if (path.startsWith("custom.")) custom[path.slice("custom.".length)] = value;
    else if (path === "custom" || ofContacts.has(path)) given[path] = value;
    else if (isKnownRoot(name.split(".")[0] ?? name, variables))
      hints.push(`${name} is not a contact's: it stays as the mail has it.`);
    else hints.push(unknownField(name));
  }
  const read = fields.safeParse(given);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw refused(`${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { data } = read;
  return {
    hints,
    contact: {
      email: data.email ?? "someone@example.com",
      firstName: data.first_name,
      lastName: data.last_name,
      name: data.full_name,
      phone: data.phone,
      company: data.company,
      jobTitle: data.job_title,
      city: data.city,
      state: data.state,
      country: data.country,
      timezone: data.timezone,
      language: data.language,
      leadScore: data.lead_score ?? 0,
      createdAt: data.created_at ?? exampleContact.createdAt,
      lastActivityAt: data.last_activity ?? null,
      tags: data.tags ?? [],
      customFields: Object.assign(custom, data.custom),
    },
  };
}

const refused = (sentence: string) => new AppError("invalid", sentence, { json: sentence });
