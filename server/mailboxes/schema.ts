import { z } from "zod";
import { readFolders } from "../replies/schema.ts";

export const securityChoices = ["tls", "starttls", "none"] as const;

const email = z.email("Enter a whole address, as you@example.com.").max(254);
const host = z
  .string()
  .trim()
  .min(1, "Enter the server's name, as smtp.example.com.")
  .max(253)
  .regex(/^[A-Za-z0-9.:[\]-]+$/, "A server's name has letters, digits, dots and hyphens only, and no port.");

const port = z.coerce
  .number()
  .int()
  .min(1, "A port is a number from 1 to 65535.")
  .max(65_535, "A port is a number from 1 to 65535.");

/** How to reach a mailbox's server; what a live test needs. */
export const mailboxConnectionInput = z.object({
  email,
  smtpHost: host,
  smtpPort: port,
  smtpSecurity: z.enum(securityChoices),
  smtpUsername: z.string().trim().max(320).default(""),
  password: z.string().max(1_000).default(""),
});
export type MailboxConnectionInput = z.infer<typeof mailboxConnectionInput>;

/** Another connection of a mailbox that exists. Without a password the one that is stored is taken. */
export const mailboxReconnectInput = mailboxConnectionInput.omit({ email: true }).extend({ id: z.uuid() });
export type MailboxReconnectInput = z.infer<typeof mailboxReconnectInput>;

/** How to reach the inbox of a mailbox that exists. Without a password the one that is stored is taken. */
export const mailboxReadingInput = z.object({
  id: z.uuid(),
  imapHost: host,
  imapPort: port,
  imapSecurity: z.enum(securityChoices),
  imapUsername: z.string().trim().max(320).default(""),
  imapPassword: z.string().max(1_000).default(""),
  /** The folders that are read besides the inbox. */
  reads: readFolders,
});
export type MailboxReadingInput = z.infer<typeof mailboxReadingInput>;

const limits = {
  dailyLimit: z.coerce
    .number()
    .int()
    .min(1, "A daily limit is at least 1. Leave it empty for none.")
    .max(1_000_000)
    .nullable(),
  /** In any 60 minutes. */
  hourlyLimit: z.coerce
    .number()
    .int()
    .min(1, "An hourly limit is at least 1. Leave it empty for none.")
    .max(1_000_000)
    .nullable()
    .default(null),
  minDelaySeconds: z.coerce
    .number()
    .int()
    .min(0, "A delay cannot be negative.")
    .max(86_400, "A delay is at most a day: 86400 seconds."),
};

export const mailboxCreateInput = mailboxConnectionInput.extend({
  displayName: z.string().trim().max(200).default(""),
  ...limits,
});
export type MailboxCreateInput = z.infer<typeof mailboxCreateInput>;

export const mailboxUpdateInput = z.object({
  id: z.uuid(),
  displayName: z.string().trim().max(200),
  ...limits,
  status: z.enum(["active", "paused"]),
});
export type MailboxUpdateInput = z.infer<typeof mailboxUpdateInput>;

export const mailboxIdInput = z.object({ id: z.uuid() });

/** One step of a live test, in order; `skipped` after a failure. */
export type MailboxCheck = { phase: string; outcome: "passed" | "failed" | "skipped"; text: string };
