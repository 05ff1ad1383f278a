import { z } from "zod";

export const apiKeyInput = z.object({
  name: z
    .string()
    .trim()
    .min(1, "Say what the key is for, such as “Web shop”.")
    .max(80, "Keep the name under 80 characters."),
});
export const apiKeyRef = z.object({ id: z.uuid() });

/** Calls that one key may make in a minute. */
export const callsPerMinute = 600;
