import type { Metadata } from "next";
import { Suspense } from "react";
import { AuthCard } from "#components/auth/auth-card";
import { ResetPasswordForm } from "#components/auth/reset-password-form";
import { Skeleton } from "#components/ui/skeleton";
import { TextLink } from "#components/ui/text-link";

// The token is in the address: no other site may learn it from a referrer.
export const metadata: Metadata = { title: "Choose a new password", referrer: "no-referrer" };

type Props = { searchParams: Promise<{ token?: string | string[] }> };

export default function ResetPasswordPage({ searchParams }: Props) {
  return (
    <AuthCard
      title="Choose a new password"
      description="You are signed out on all devices, and sign in with the new one."
      footer={<TextLink href="/forgot-password">Ask for a new link</TextLink>}
    >
      <Suspense fallback={<Skeleton className="h-24" />}>
        <Form searchParams={searchParams} />
      </Suspense>
    </AuthCard>
  );
}

async function Form({ searchParams }: Props) {
  const { token } = await searchParams;
  return <ResetPasswordForm token={typeof token === "string" ? token : ""} />;
}
