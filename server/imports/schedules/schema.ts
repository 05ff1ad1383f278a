import { z } from "zod";

const zoneKnown = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
};

const fromTo = "Give a whole number from 0 to 100.";
/** Of a form: a blank is no zero. */
const percent = z.preprocess(
  (value) => (value === "" ? undefined : value),
  z.coerce.number({ error: fromTo }).int(fromTo).min(0, fromTo).max(100, fromTo),
);

/** Nobody looks at the dry run of a scheduled import: beyond these limits nothing of its file is written. */
export const scheduleLimits = z.object({
  /** Per cent of the rows that may be rejected. */
  rejectedMax: percent,
  /** Rows that a file has at least, per cent of those of the last one that was imported. */
  rowsMin: percent,
});
export type ScheduleLimits = z.infer<typeof scheduleLimits>;
export const limitsByDefault: ScheduleLimits = { rejectedMax: 10, rowsMin: 50 };
/** Of a schedule from before there were any: what it did until then, it goes on doing. */
export const limitsUnset: ScheduleLimits = { rejectedMax: 100, rowsMin: 0 };

/** A file that is fetched and imported again and again. */
export const scheduleInput = z.object({
  name: z.string().trim().min(1, "Give the schedule a name.").max(120),
  url: z
    .url({ protocol: /^https?$/, error: "This is not an address such as https://example.com/contacts.csv." })
    .max(2000),
  /** Minute, hour, day, month, weekday, in `timezone`. */
  cron: z.string().trim().min(1, "Say when to fetch it.").max(100),
  timezone: z.string().refine(zoneKnown, "This is not a time zone."),
  notifyEmail: z.email("This is not an email address.").nullish(),
  /** A header that the server asks for, such as `Authorization`. Left out when changing, it stays; null takes it away. */
  secretHeader: z
    .object({
      name: z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "This is not the name of a header."),
      value: z.string().regex(/^[\x20-\x7e]{1,2000}$/, "A header holds printable characters only."),
    })
    .nullish(),
  /** Left out, they are those by default, or stay. */
  limits: scheduleLimits.optional(),
  /** The import whose columns, options and format the schedule takes over. */
  likeImportId: z.uuid(),
});
export type ScheduleInput = z.infer<typeof scheduleInput>;

/** Without an import to take over from, the columns stay as they are. */
export const scheduleUpdate = scheduleInput.extend({ id: z.uuid(), likeImportId: z.uuid().nullish() });
export type ScheduleUpdate = z.infer<typeof scheduleUpdate>;

export const scheduleRef = z.object({ id: z.uuid() });
export const scheduleSwitch = scheduleRef.extend({ enabled: z.boolean() });

/** Failures in a row after which people are told. */
export const failuresTold = 3;

/**
 * A moment that is later than this is not made up for: an installation that slept, or was restored from a backup, would let
 * people into running campaigns out of the blue. The same as for campaigns.
 */
export const lateMaxHours = 4;
