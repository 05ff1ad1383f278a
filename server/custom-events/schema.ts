import { z } from "zod";
import { eventName } from "../triggers/schema.ts";

export const bodyBytesMax = 64_000;
const propertiesMax = 100;

const name = z
  .string({ error: 'Say what happened: "name": "order.placed".' })
  .min(1, 'Say what happened: "name": "order.placed".')
  .pipe(eventName);

/**
 * What a workspace's own system tells of one contact. `id` is the caller's own id of the event: sent again with it, the
 * event is the same one. Fields beside these are refused, so that a misspelt one is not overlooked.
 */
export const customEventInput = z.strictObject(
  {
    id: z
      .string({ error: "Give every event an id of your own: sent twice with it, it counts once." })
      .trim()
      .min(1, "Give every event an id of your own: sent twice with it, it counts once.")
      .max(200, "An id may have 200 characters."),
    name,
    email: z.string({ error: "Say whom it is about: the email address of a contact." }).trim().max(320),
    /** Makes a contact of an address that the workspace does not have yet. */
    createContact: z.boolean({ error: "true or false." }).default(false),
    contact: z
      .strictObject(
        {
          firstName: z.string().trim().max(100).optional(),
          lastName: z.string().trim().max(100).optional(),
          company: z.string().trim().max(200).optional(),
        },
        { error: "An object with firstName, lastName and company, each optional." },
      )
      .optional(),
    properties: z
      .record(z.string().max(100), z.unknown(), { error: "An object of anything that belongs to the event." })
      .refine((all) => Object.keys(all).length <= propertiesMax, `Send at most ${propertiesMax} properties.`)
      .default({}),
    occurredAt: z.iso
      .datetime({ offset: true, error: "A time as ISO 8601 with its zone, such as 2026-11-24T09:00:00Z." })
      .optional(),
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `Unknown field: ${issue.keys.join(", ")}.` : undefined,
  },
);
export type CustomEventInput = z.infer<typeof customEventInput>;
