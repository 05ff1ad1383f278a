import type { Metadata } from "next";
import { Suspense } from "react";
import { AuthCard } from "#components/auth/auth-card";
import { LoginForm } from "#components/auth/login-form";
import { returnPath } from "#components/auth/return-path";
import { TextLink } from "#components/ui/text-link";

export const metadata: Metadata = { title: "Sign in" };

type Props = { searchParams: Promise<{ redirect?: string | string[]; notice?: string }> };

export default function LoginPage({ searchParams }: Props) {
  return (
    <AuthCard
      title="Sign in"
      footer={
        <>
          New here? <TextLink href="/register">Create an account</TextLink>
        </>
      }
    >
      <Suspense fallback={<LoginForm next="/" />}>
        <Form searchParams={searchParams} />
      </Suspense>
    </AuthCard>
  );
}

async function Form({ searchParams }: Props) {
  const { redirect, notice } = await searchParams;
  return <LoginForm next={returnPath(redirect)} passwordChanged={notice === "password-changed"} />;
}
