import { z } from "zod";

/** A campaign of the workspace each; null: all of them, those that are yet to be made too. */
export const onlyFor = z
  .array(z.uuid())
  .min(1, "Choose at least one campaign, or all of them.")
  .max(500, "Choose at most 500 campaigns, or all of them.")
  .nullable()
  .default(null);

const country = z.string().regex(/^[A-Z]{2}$/, "Choose a country.");

/** `region` is a state or province of the country; empty for the holidays of all of it. */
export const calendarInput = z.object({
  country,
  region: z
    .string()
    .regex(/^[A-Z0-9-]{0,10}$/, "Choose a region of the list.")
    .default(""),
  onlyFor,
});
export type CalendarInput = z.infer<typeof calendarInput>;
export const calendarRef = z.object({ id: z.uuid() });
export const regionsInput = z.object({ country });
