import { z } from "zod";

export const passwordLengthMin = 10;

/** Tries at a password, of an account or of an address without one, before signing in closes for a while. */
export const signInTriesMax = 5;

/** A session ends after this many days in any case, and earlier without a request: `auth_rules` says how long. */
export const sessionDaysMax = 30;

/** Kept as typed, without the blanks that pasting brings. */
export const emailInput = z
  .string()
  .trim()
  .max(254, "An email address has at most 254 characters.")
  .pipe(z.email("Enter an email address, like ada@example.com."));

export const newPasswordInput = z
  .string()
  .min(passwordLengthMin, `Use at least ${passwordLengthMin} characters.`)
  .max(200, "Use at most 200 characters.");

function whole(min: number, max: number) {
  const message = `Enter a whole number from ${min} to ${max}.`;
  return z.int(message).min(min, message).max(max, message);
}

export const personNameInput = z
  .string()
  .trim()
  .min(1, "Enter your name.")
  .max(100, "Use at most 100 characters.");

/** An address in the form in which two of them are compared. */
export const normalizedEmail = (email: string): string => email.trim().normalize("NFC").toLowerCase();

export const signInInput = z.object({ email: emailInput, password: z.string().min(1).max(200) });

export const registerInput = z.object({
  name: personNameInput,
  email: emailInput,
  password: newPasswordInput,
  /** Names the organization and its first workspace; without it, they are named after the person. */
  company: z.string().trim().max(100, "Use at most 100 characters.").optional(),
});

/** What an organization asks of the accounts of its people: it can only be stricter than the product is anyway. */
export const accountRulesInput = z.object({
  passwordMinLength: whole(passwordLengthMin, 64),
  passwordRequireMixedCase: z.boolean(),
  passwordRequireNumber: z.boolean(),
  passwordRequireSymbol: z.boolean(),
  /** Without a request for so long, a session ends. */
  sessionTimeoutHours: whole(1, sessionDaysMax * 24),
  maxLoginAttempts: whole(1, signInTriesMax),
});

export const forgotPasswordInput = z.object({ email: emailInput });
export const resetPasswordInput = z.object({ token: z.string().min(1).max(200), password: newPasswordInput });
export const changePasswordInput = z.object({
  current: z.string().min(1, "Enter your current password.").max(200),
  password: newPasswordInput,
});
export const updateAccountInput = z.object({ name: personNameInput });
export const sessionIdInput = z.object({ id: z.uuid() });

export type AccountRules = z.infer<typeof accountRulesInput>;
export type SignInInput = z.infer<typeof signInInput>;
export type RegisterInput = z.infer<typeof registerInput>;
