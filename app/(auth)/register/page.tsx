import type { Metadata } from "next";
import { AuthCard } from "#components/auth/auth-card";
import { RegisterForm } from "#components/auth/register-form";
import { TextLink } from "#components/ui/text-link";

export const metadata: Metadata = { title: "Create an account" };

export default function RegisterPage() {
  return (
    <AuthCard
      title="Create an account"
      description="You get a workspace with a sandbox mailbox: try a whole campaign before you connect your own."
      footer={
        <>
          Have an account? <TextLink href="/login">Sign in</TextLink>
        </>
      }
    >
      <RegisterForm />
    </AuthCard>
  );
}
