import { z } from "zod";
import { contactStatuses, lifecycleStages } from "../segments/schema.ts";
import { date as day, holdable } from "../segments/values.ts";

/** The fields of a contact that people edit, in the order of the form. Names are those of the columns. */
export const contactFields = [
  { name: "email", label: "Email", lengthMax: 254 },
  { name: "first_name", label: "First name", lengthMax: 200 },
  { name: "last_name", label: "Last name", lengthMax: 200 },
  { name: "name", label: "Full name", lengthMax: 200 },
  { name: "company", label: "Company", lengthMax: 200 },
  { name: "job_title", label: "Job title", lengthMax: 200 },
  { name: "phone", label: "Phone", lengthMax: 60 },
  { name: "city", label: "City", lengthMax: 200 },
  { name: "state", label: "State or region", lengthMax: 200 },
  { name: "country", label: "Country", lengthMax: 200 },
  { name: "timezone", label: "Time zone", lengthMax: 64 },
  { name: "language", label: "Language", lengthMax: 35 },
] as const;
export type ContactFieldName = (typeof contactFields)[number]["name"];
/** The fields that may be empty. */
export type OptionalFieldName = Exclude<ContactFieldName, "email">;

/** Characters of one value that may be on a contact from before its field had a limit of its own. */
const heldMax = 1000;

const isZone = (zone: string) => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
};

/** Characters that a field takes, wherever a value comes from: a form, many contacts at once, the API or a file. */
export const lengthMaxOf = (field: ContactFieldName): number =>
  Math.max(...contactFields.filter(({ name }) => name === field).map(({ lengthMax }) => lengthMax));

/** What is wrong with a value that somebody gives a field; null when it fits. */
export function fieldProblem(field: ContactFieldName, value: string): string | null {
  const lengthMax = lengthMaxOf(field);
  if (value.length > lengthMax) return `Keep this under ${lengthMax + 1} characters; it has ${value.length}.`;
  return field === "timezone" && !isZone(value) ? 'Use a zone such as "Europe/Berlin".' : null;
}

const held = z
  .string()
  .trim()
  .max(heldMax, `Keep this under ${heldMax + 1} characters.`)
  .nullish()
  .transform((value) => (value ? value : null));
const typed = (field: OptionalFieldName) =>
  held.superRefine((value, context) => {
    const problem = value === null ? null : fieldProblem(field, value);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });
const texts = <T>(each: (field: OptionalFieldName) => T) => ({
  first_name: each("first_name"),
  last_name: each("last_name"),
  name: each("name"),
  company: each("company"),
  job_title: each("job_title"),
  phone: each("phone"),
  city: each("city"),
  state: each("state"),
  country: each("country"),
  timezone: each("timezone"),
  language: each("language"),
});

export const contactInput = z.object({
  email: z
    .string()
    .trim()
    .min(1, "An email address is needed.")
    .max(lengthMaxOf("email"), "The address is too long."),
  ...texts(typed),
  stage: z.enum(lifecycleStages).optional(),
  /** Values of custom fields by name, as typed; an empty one removes the value. */
  custom: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]{0,62}$/),
      z.string().trim().max(20_000, "Keep this under 20,000 characters."),
    )
    .default({}),
});
export type ContactInput = z.infer<typeof contactInput>;

/**
 * `version` is the one that was on the screen: somebody else's change in between is refused, not overwritten. Fields
 * that are given as they are held may hold what they would not take: a file may bring a time zone that nobody knows.
 */
export const contactUpdate = contactInput.extend({
  ...texts(() => held),
  id: z.uuid(),
  version: z.number().int(),
});
export type ContactUpdate = z.infer<typeof contactUpdate>;

/** One field, edited where it is shown: `seen` is what was shown. Custom ones are named `custom.<name>`. */
export const contactFieldEdit = z.object({
  id: z.uuid(),
  field: z.string().regex(/^(custom\.)?[a-z][a-z0-9_]{0,62}$/),
  seen: z.string().max(20_000),
  value: z.string().trim().max(20_000),
});
export type ContactFieldEdit = z.infer<typeof contactFieldEdit>;

export const contactRef = z.object({ id: z.uuid() });
/** `userId` null: nobody. */
export const contactOwnerInput = contactRef.extend({ userId: z.uuid().nullable() });
export const snoozeDaysMax = 365;
export const contactSnoozeInput = contactRef.extend({
  days: z.coerce
    .number({ error: "Enter a number of days." })
    .int("Enter whole days.")
    .min(1, "At least 1 day.")
    .max(snoozeDaysMax, `${snoozeDaysMax} days are the most.`),
});
/** `cursor` is where the page before ended: the moment, the id and the type of its last entry. */
export const timelineInput = contactRef.extend({
  cursor: z.object({ at: z.string().max(40), id: z.uuid(), type: z.string().max(60) }).nullish(),
});
export type TimelineInput = z.infer<typeof timelineInput>;
export const contactTagInput = z.object({
  id: z.uuid(),
  tag: z.string().trim().toLowerCase().min(1, "Type a tag.").max(60, "Keep tags under 60 characters."),
});

const filterTextMax = 200;
const filterText = z.string().trim().min(1).max(filterTextMax).refine(holdable);
const score = z.coerce.number().int().min(0).max(100);
/** A filter given once, as a URL gives it, or several times. */
const several = <T extends z.ZodType>(each: T) =>
  z.union([z.array(each).max(50), each.transform((value) => [value])]).optional();

const filterParts = {
  /** Words of a name, an address or a company. */
  q: filterText.optional(),
  /** Any of these. */
  status: several(z.enum(contactStatuses)),
  stage: several(z.enum(lifecycleStages)),
  /** All of these, in any case. */
  tag: several(filterText),
  list: z.uuid().optional(),
  segment: z.uuid().optional(),
  scoreMin: score.optional(),
  scoreMax: score.optional(),
  /** Days in the zone of the workspace, both ends included. */
  addedFrom: day.optional(),
  addedTo: day.optional(),
  activeFrom: day.optional(),
  activeTo: day.optional(),
  /** Custom fields by name: the value itself, or "low..high" of a number or date, either end left out. */
  custom: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,62}$/), filterText).optional(),
};

/**
 * Which contacts of the workspace are meant; parts that are not there let everybody through, and an empty filter is
 * every contact. Strict, since leaving out a part that was not understood would mean more people than were asked for.
 */
export const contactFilter = z.strictObject(filterParts);
export type ContactFilter = z.infer<typeof contactFilter>;

/** Contacts picked one by one, or all that a filter lets through when the work is done, some excepted. */
export const contactSelection = z.union([
  z.strictObject({ ids: z.array(z.uuid()).min(1).max(10_000) }),
  z.strictObject({ filter: contactFilter, except: z.array(z.uuid()).max(10_000).optional() }),
]);
export type ContactSelection = z.infer<typeof contactSelection>;

export const contactSorts = ["newest", "email", "name", "company", "score", "activity"] as const;
export type ContactSort = (typeof contactSorts)[number];
/** How a sort runs unless the other way is asked for. */
export const usualOrder = {
  newest: "desc",
  email: "asc",
  name: "asc",
  company: "asc",
  score: "desc",
  activity: "desc",
} as const;

const place = {
  sort: z.enum(contactSorts).catch("newest"),
  order: z.enum(["asc", "desc"]).optional().catch(undefined),
  /** The place behind which, or before which, the page begins. */
  after: z.string().max(1000).optional().catch(undefined),
  before: z.string().max(1000).optional().catch(undefined),
};
export type ContactListInput = ContactFilter & z.infer<z.ZodObject<typeof place>>;

/** A part of a filter that cannot be, as it was typed, with a sentence on what is wrong with it. */
export type RefusedPart = { typed: string; problem: string };
/** By the part's name in a URL: `addedTo`, `custom.plan`. */
export type RefusedParts = Record<string, RefusedPart>;

const shortened = (typed: string) => (typed.length > 40 ? `${typed.slice(0, 40)}…` : typed);
const ofScore = "is not a score: write a whole number from 0 to 100.";
const ofDay = "is not a day that can be looked for: write one like 2026-01-31, of the years 1 to 9999.";
const ofText = `is not what can be looked for: write 1 to ${filterTextMax} characters of text.`;
const whatIsWrong: Record<Exclude<keyof typeof filterParts, "custom">, string> = {
  q: ofText,
  status: `is not a status. These are: ${contactStatuses.join(", ")}.`,
  stage: `is not a stage. These are: ${lifecycleStages.join(", ")}.`,
  tag: ofText,
  list: "is no list or segment.",
  segment: "is no list or segment.",
  scoreMin: ofScore,
  scoreMax: ofScore,
  addedFrom: ofDay,
  addedTo: ofDay,
  activeFrom: ofDay,
  activeTo: ofDay,
};

/**
 * What a URL of the contact list says; `custom.plan=pro` filters by a field. A part that cannot be is left out of the
 * view and named, so that the others still count.
 */
export function readQuery(query: unknown): { view: ContactListInput; refused: RefusedParts } {
  const given = typeof query === "object" && query !== null ? (query as Record<string, unknown>) : {};
  const refused: RefusedParts = {};
  const filter: Record<string, unknown> = {};
  const refuse = (name: string, value: unknown, problem: string) => {
    const typed = typeof value === "string" ? value : JSON.stringify(value);
    refused[name] = { typed, problem: `"${shortened(typed)}" ${problem}` };
  };
  for (const [name, problem] of Object.entries(whatIsWrong)) {
    const value = given[name];
    if (value === undefined || value === "") continue;
    const read = filterParts[name as keyof typeof whatIsWrong].safeParse(value);
    if (read.success) filter[name] = read.data;
    else refuse(name, value, problem);
  }
  const custom: Record<string, string> = {};
  for (const [name, value] of customGiven(given)) {
    const read = filterParts.custom.safeParse({ [name]: value });
    if (read.success) Object.assign(custom, read.data);
    else refuse(`custom.${name}`, value, ofText);
  }
  if (Object.keys(custom).length > 0) filter.custom = custom;
  return { view: { ...filter, ...z.object(place).parse(given) }, refused };
}

/** The custom fields of a query by name, whether it is one of a URL or a view. */
function customGiven({ custom, ...given }: Record<string, unknown>): [name: string, value: unknown][] {
  const prefix = "custom.";
  return [
    ...Object.entries(typeof custom === "object" && custom !== null ? custom : {}),
    ...Object.entries(given).flatMap(([name, value]): [string, unknown][] =>
      name.startsWith(prefix) && value !== "" ? [[name.slice(prefix.length), value]] : [],
    ),
  ];
}

/** What the URL of the contact list says, a wrong part as if it were not there. */
export const contactListInput = z.unknown().transform((query) => readQuery(query).view);
export const contactQueryInput = z.record(z.string(), z.unknown());

/** The filter of a list view, without its sort and place. */
export function filterOf({
  sort: _,
  order: __,
  after: ___,
  before: ____,
  ...filter
}: ContactListInput): ContactFilter {
  return filter;
}

/** The query of a URL that shows this filter. */
export function queryOf({
  custom: fields,
  ...parts
}: Partial<ContactListInput>): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(parts)) {
    if (value !== undefined) query[name] = Array.isArray(value) ? value : String(value);
  }
  for (const [name, value] of Object.entries(fields ?? {})) query[`custom.${name}`] = value;
  return query;
}

/** Columns of the list beside the address, in their order; custom fields are `custom.<name>`. */
export const contactColumns = [
  "name",
  "company",
  "job_title",
  "phone",
  "city",
  "state",
  "country",
  "timezone",
  "language",
  "tags",
  "status",
  "stage",
  "score",
  "added",
  "activity",
] as const;
export const usualColumns = ["name", "company", "tags", "status", "added"];
export const contactColumnsInput = z.object({
  columns: z.array(z.string().regex(/^(custom\.)?[a-z][a-z0-9_]{0,62}$/)).max(40),
});

export const pageSize = 50;
/** Matches are counted exactly up to here. */
export const countMax = 10_000;
