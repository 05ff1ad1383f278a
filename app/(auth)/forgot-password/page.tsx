import type { Metadata } from "next";
import { AuthCard } from "#components/auth/auth-card";
import { ForgotPasswordForm } from "#components/auth/forgot-password-form";
import { TextLink } from "#components/ui/text-link";

export const metadata: Metadata = { title: "Reset your password" };

export default function ForgotPasswordPage() {
  return (
    <AuthCard
      title="Reset your password"
      description="Tell us your email address, and we send you a link to choose a new password."
      footer={<TextLink href="/login">Back to sign in</TextLink>}
    >
      <ForgotPasswordForm />
    </AuthCard>
  );
}
