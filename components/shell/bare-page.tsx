import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn";
import { Logo } from "./logo.tsx";

/** The frame where there is no workspace, and so no sidebar: who speaks, and a way out. */
export function BarePage({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div className={cn("flex min-h-dvh flex-col", className)}>
      <header className="px-6 py-5">
        <Link href="/" className="rounded-md">
          <Logo />
        </Link>
      </header>
      <main className="flex-1">{children}</main>
    </div>
  );
}
