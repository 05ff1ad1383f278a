import { z } from "zod";
import { contactStatuses, lifecycleStages } from "../segments/schema.ts";

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

const optional = (lengthMax: number) =>
  z
    .string()
    .trim()
    .max(lengthMax, `Keep this under ${lengthMax + 1} characters.`)
    .nullish()
    .transform((value) => (value ? value : null));

const isZone = (zone: string | null) => {
  if (zone === null) return true;
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
};

export const contactInput = z.object({
  email: z.string().trim().min(1, "An email address is needed.").max(254, "The address is too long."),
  first_name: optional(200),
  last_name: optional(200),
  name: optional(200),
  company: optional(200),
  job_title: optional(200),
  phone: optional(60),
  city: optional(200),
  state: optional(200),
  country: optional(200),
  timezone: optional(64).refine(isZone, 'Use a zone such as "Europe/Berlin".'),
  language: optional(35),
  /** Values of custom fields by name; an empty one removes the value. */
  custom: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]{0,62}$/),
      z.string().trim().max(1000, "Keep this under 1,000 characters."),
    )
    .default({}),
});
export type ContactInput = z.infer<typeof contactInput>;

/** `version` is the one that was on the screen: somebody else's change in between is refused, not overwritten. */
export const contactUpdate = contactInput.extend({ id: z.uuid(), version: z.number().int() });
export type ContactUpdate = z.infer<typeof contactUpdate>;

export const contactRef = z.object({ id: z.uuid() });
export const contactTagInput = z.object({
  id: z.uuid(),
  tag: z.string().trim().toLowerCase().min(1, "Type a tag.").max(60, "Keep tags under 60 characters."),
});

const filterText = z.string().trim().min(1).max(200);
const score = z.coerce.number().int().min(0).max(100);
const day = z.iso.date();
/** A filter given once, as a URL gives it, or several times. */
const several = <T extends z.ZodType>(each: T) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(each).max(50).optional(),
  );

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

/** Contacts picked one by one, or all that a filter lets through when the work is done. */
export const contactSelection = z.union([
  z.strictObject({ ids: z.array(z.uuid()).min(1).max(10_000) }),
  z.strictObject({ filter: contactFilter }),
]);
export type ContactSelection = z.infer<typeof contactSelection>;

export const contactSorts = ["newest", "email"] as const;
const optionalText = z.string().trim().max(200).optional().catch(undefined);

/** What the URL of the contact list says. A wrong part is as if it were not there. */
export const contactListInput = z.object({
  q: optionalText,
  status: z.enum(["active", "unsubscribed", "bounced", "complained", "archived"]).optional().catch(undefined),
  tag: optionalText,
  /** A list or a segment. */
  list: z.uuid().optional().catch(undefined),
  sort: z.enum(contactSorts).catch("newest"),
  /** The last contact of the page before: its id, or its address when sorted by that. */
  after: z.string().max(320).optional().catch(undefined),
});
export type ContactListInput = z.infer<typeof contactListInput>;

export const pageSize = 50;
/** A search shows at most this many contacts, the newest ones. */
export const searchMax = 1000;
