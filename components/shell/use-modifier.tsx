"use client";
import { useSyncExternalStore } from "react";

const never = () => () => undefined;
const here = () => (/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl ");

/** What the key beside K is called on this machine, ready to stand before a letter. */
export function useModifier(): string {
  return useSyncExternalStore(never, here, () => "Ctrl ");
}
