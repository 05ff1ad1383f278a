import { z } from "zod";
import { emailInput, newPasswordInput, personNameInput } from "#server/accounts/schema";
import { workspaceRoleInput } from "#server/members/schema";

export const invitationDays = 7;

export const inviteInput = z.object({
  email: emailInput,
  role: workspaceRoleInput,
});
export const invitationTokenInput = z.object({ token: z.string().min(1).max(200) });
export const joinInput = z.object({
  token: z.string().min(1).max(200),
  name: personNameInput,
  password: newPasswordInput,
});
export const revokeInvitationInput = z.object({ id: z.uuid() });

export type InviteInput = z.infer<typeof inviteInput>;
export type JoinInput = z.infer<typeof joinInput>;
