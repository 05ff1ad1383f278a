"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { signOut } from "./sign-out.tsx";

export function SignOutButton({ next = "/login" }: { next?: string }) {
  const [pending, setPending] = useState(false);
  return (
    <Button
      pending={pending}
      onClick={() => {
        setPending(true);
        void signOut(next);
      }}
    >
      Sign out
    </Button>
  );
}
