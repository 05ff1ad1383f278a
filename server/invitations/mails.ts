import { env } from "#server/env";
import type { SystemMail } from "#server/mail/system";

export const invitationLink = (token: string): string => `${env.APP_URL}/invite/${token}`;

type Invitation = {
  email: string;
  token: string;
  invitedByName: string;
  workspaceName: string;
  tenantName: string;
};

export function invitationMail({
  email,
  token,
  invitedByName,
  workspaceName,
  tenantName,
}: Invitation): SystemMail {
  return {
    to: { email },
    subject: `${invitedByName} invites you to ${workspaceName} on Postroad`,
    text:
      `Hello,\n\n${invitedByName} invites you to join the workspace ${workspaceName} of ${tenantName} on Postroad. `
      + "The link is yours alone and works for seven days.",
    action: { label: "Join the workspace", url: invitationLink(token) },
  };
}
