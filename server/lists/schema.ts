import { z } from "zod";

export const listInput = z.object({
  name: z.string().trim().min(1, "Give the list a name.").max(120, "Keep the name under 120 characters."),
  description: z.string().trim().max(500).optional(),
});
export type ListInput = z.infer<typeof listInput>;
export const listUpdate = listInput.extend({ id: z.uuid() });
export const listRef = z.object({ id: z.uuid() });
export const listMembersInput = z.object({ id: z.uuid(), contactIds: z.array(z.uuid()).min(1).max(1000) });
/** Adds people by their addresses, one per line or divided by commas. */
export const listAddressesInput = z.object({
  id: z.uuid(),
  emails: z.array(z.string().trim().min(1).max(320)).min(1).max(1000),
});
