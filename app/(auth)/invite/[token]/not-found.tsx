import { AuthCard } from "#components/auth/auth-card";
import { LinkButton } from "#components/ui/link-button";

export default function DeadInvitation() {
  return (
    <AuthCard
      title="This invitation no longer works"
      description="It was withdrawn, used, or is older than seven days. Ask whoever invited you for a new link."
    >
      <LinkButton href="/login">Sign in</LinkButton>
    </AuthCard>
  );
}
