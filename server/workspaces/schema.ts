import { z } from "zod";

export const workspaceNameInput = z
  .string()
  .trim()
  .min(1, "Give the workspace a name.")
  .max(80, "Use at most 80 characters.");

/** An IANA zone this runtime can compute with. */
export const timezoneInput = z
  .string()
  .refine(isTimezone, "Choose a time zone from the list, like Europe/Berlin.");

function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

export const createWorkspaceInput = z.object({
  name: workspaceNameInput,
  timezone: timezoneInput.default("UTC"),
});

export const workspaceSettingsInput = z.object({
  name: workspaceNameInput,
  timezone: timezoneInput,
  /** Printed in the footer of every campaign mail; the law of many countries asks for it. */
  postalAddress: z.string().trim().max(500, "Use at most 500 characters."),
});

export const organizationSettingsInput = z.object({
  name: z.string().trim().min(1, "Give the organization a name.").max(100, "Use at most 100 characters."),
});

export type CreateWorkspaceInput = z.infer<typeof createWorkspaceInput>;
export type WorkspaceSettingsInput = z.infer<typeof workspaceSettingsInput>;
