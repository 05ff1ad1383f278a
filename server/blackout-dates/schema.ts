import { z } from "zod";
import { onlyFor } from "#server/holiday-calendars/schema";

const day = z.iso.date("Choose a day.");
const daysMax = 366;

/**
 * What happens on the days: nothing leaves before they are over; emails whose turn comes then are not sent at all; or they
 * leave, whatever other days say.
 */
export const blackoutActions = ["delay", "skip", "allow"] as const;
export type BlackoutAction = (typeof blackoutActions)[number];

/** Whole days, both included, on the clock of each campaign, or of each recipient where it sends by theirs. */
export const blackoutInput = z
  .object({
    name: z
      .string()
      .trim()
      .min(1, "Give it a name, such as New Year.")
      .max(100, "Use at most 100 characters."),
    startsOn: day,
    endsOn: day,
    onlyFor,
    action: z.enum(blackoutActions).default("delay"),
  })
  .refine(({ startsOn, endsOn }) => endsOn >= startsOn, {
    path: ["endsOn"],
    message: "The last day lies before the first one.",
  })
  .refine(({ startsOn, endsOn }) => Date.parse(endsOn) - Date.parse(startsOn) < daysMax * 86_400_000, {
    path: ["endsOn"],
    message: "A year is the most. To send nothing for longer, pause the campaigns.",
  });
export type BlackoutInput = z.infer<typeof blackoutInput>;
export const blackoutRef = z.object({ id: z.uuid() });
