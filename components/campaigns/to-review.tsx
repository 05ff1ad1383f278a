"use client";
import { usePathname } from "next/navigation";
import { LinkButton } from "#components/ui/link-button";

/** The way to the launch, on every page of the builder but the one it leads to. */
export function ToReview({ href }: { href: string }) {
  return usePathname() === href ? null : <LinkButton href={href}>Review and launch</LinkButton>;
}
