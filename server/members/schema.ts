import { z } from "zod";

export const workspaceRoleInput = z.enum(["admin", "member", "viewer"]);
export const tenantRoleInput = z.enum(["owner", "admin", "member"]);

export const changeRoleInput = z.object({ userId: z.uuid(), role: workspaceRoleInput });
export const removeMemberInput = z.object({ userId: z.uuid() });
export const addMemberInput = z.object({ userId: z.uuid(), role: workspaceRoleInput });
export const changeTenantRoleInput = z.object({ userId: z.uuid(), role: tenantRoleInput });

export type ChangeRoleInput = z.infer<typeof changeRoleInput>;
export type ChangeTenantRoleInput = z.infer<typeof changeTenantRoleInput>;

export const workspaceRoleLabels: Record<
  z.infer<typeof workspaceRoleInput>,
  { label: string; hint: string }
> = {
  admin: { label: "Admin", hint: "Everything in this workspace: mailboxes, members, exports, deletions." },
  member: { label: "Member", hint: "Works with contacts, segments, templates and campaigns." },
  viewer: { label: "Viewer", hint: "Sees contacts, campaigns and numbers; changes nothing." },
};
