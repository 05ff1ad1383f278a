"use client";
import { signIn as askForCookie } from "next-auth/react";

const problems: Record<string, string> = {
  CredentialsSignin: "The email address or the password is wrong.",
  limit: "Too many tries. Wait 15 minutes, or reset your password.",
};

/** Signs in with a password; gives null, or the sentence that says why not. */
export async function signIn(credentials: { email: string; password: string }): Promise<string | null> {
  const result = await askForCookie("credentials", { ...credentials, redirect: false }).catch(
    () => undefined,
  );
  if (result?.ok && !result.error) return null;
  return problems[result?.error ?? ""] ?? "Signing in did not work. Try again in a moment.";
}
