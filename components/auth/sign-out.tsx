"use client";
import { signOut as dropCookie } from "next-auth/react";
import { leaveTo } from "./leave-to.tsx";

/** Ends the session on the server, drops its cookie, and loads `next` afresh. */
export async function signOut(next = "/login"): Promise<void> {
  await dropCookie({ redirect: false });
  leaveTo(next);
}
