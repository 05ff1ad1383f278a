import { workspaceRoleLabels } from "#server/members/schema";
import type { RouterOutputs } from "#server/router";
import { LinkButton } from "../ui/link-button.tsx";
import { AcceptButton } from "./accept-button.tsx";
import { AuthCard } from "./auth-card.tsx";
import { JoinForm } from "./join-form.tsx";
import { SignOutButton } from "./sign-out-button.tsx";

type Props = { token: string; invitation: RouterOutputs["invitations"]["byToken"] };

/** The four cases: right account, wrong account, account but signed out, no account yet. */
export function InvitationAnswer({ token, invitation }: Props) {
  const { email, tenantName, invitedByName, workspaceRole, hasAccount, signedInAs } = invitation;
  return (
    <AuthCard
      title={`Join ${tenantName}`}
      description={`${invitedByName ?? "Somebody"} invites ${email} as ${workspaceRoleLabels[workspaceRole].label.toLowerCase()}.`}
    >
      {signedInAs === email ? (
        <AcceptButton token={token} />
      ) : signedInAs ? (
        <div className="space-y-4">
          <p>
            You are signed in as <strong>{signedInAs}</strong>. Sign out, and open the link again to join as{" "}
            {email}.
          </p>
          <SignOutButton next={`/invite/${token}`} />
        </div>
      ) : hasAccount ? (
        <LinkButton variant="primary" size="lg" className="w-full" href={`/login?redirect=/invite/${token}`}>
          Sign in to join
        </LinkButton>
      ) : (
        <JoinForm token={token} email={email} />
      )}
    </AuthCard>
  );
}
