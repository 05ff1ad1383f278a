import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "./logo.tsx";

/** The frame where there is no workspace, and so no sidebar: who speaks, and a way out. */
export function BarePage({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="px-6 py-5">
        <Link href="/" className="rounded-md">
          <Logo />
        </Link>
      </header>
      <main className="flex-1">{children}</main>
    </div>
  );
}
