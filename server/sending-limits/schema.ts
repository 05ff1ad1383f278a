import { z } from "zod";

export const sendingLimitKinds = ["workspace", "domain", "recipient_domain"] as const;
export type SendingLimitKind = (typeof sendingLimitKinds)[number];

const countMax = 10_000_000;
const count = (what: string) =>
  z.coerce
    .number({ error: `Enter how many emails ${what}, or leave it empty for no limit.` })
    .int("Enter a whole number.")
    .min(1, "At least 1. Leave it empty for no limit.")
    .max(countMax, "10,000,000 are the most.")
    .nullable();
const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9-]+\.)+[a-z0-9-]+$/, "Enter a domain such as example.com.");

/** `domain` is empty for the workspace; `*` means every receiving company that has no limit of its own. */
export const sendingLimitInput = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("workspace"),
      domain: z.literal(""),
      dailyLimit: count("a day"),
      hourlyLimit: count("an hour"),
    }),
    z.object({
      kind: z.literal("domain"),
      domain,
      dailyLimit: count("a day"),
      hourlyLimit: count("an hour"),
    }),
    z.object({
      kind: z.literal("recipient_domain"),
      domain: z.union([z.literal("*"), domain]),
      dailyLimit: count("a day"),
      hourlyLimit: count("an hour"),
    }),
  ])
  .refine(({ dailyLimit, hourlyLimit }) => dailyLimit !== null || hourlyLimit !== null, {
    path: ["dailyLimit"],
    message: "Enter a number, or remove the limit.",
  });
export type SendingLimitInput = z.infer<typeof sendingLimitInput>;
export const sendingLimitRef = z.object({ id: z.uuid() });

/** What one address gets from all campaigns of the organization. Null: no limit. */
export const contactCapsInput = z.object({
  perDay: z.coerce
    .number({ error: "Enter how many emails, or leave it empty for no limit." })
    .int("Enter a whole number.")
    .min(1, "At least 1. Leave it empty for no limit.")
    .max(100, "100 are the most.")
    .nullable(),
  hoursApart: z.coerce
    .number({ error: "Enter a number of hours, or leave it empty for none." })
    .int("Enter whole hours.")
    .min(1, "At least 1 hour. Leave it empty for none.")
    .max(720, "720 hours (30 days) are the most.")
    .nullable(),
  delaysMax: z.coerce
    .number({ error: "Enter how many times, or leave it empty to wait for ever." })
    .int("Enter a whole number.")
    .min(1, "At least 1. Leave it empty to wait for ever.")
    .max(100, "100 are the most.")
    .nullable(),
});
export type ContactCapsInput = z.infer<typeof contactCapsInput>;
