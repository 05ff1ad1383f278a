import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "#components/shell/logo";
import { ApiProvider } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";

/** Around the operators' pages: no workspace, so no sidebar. */
export function OperatorFrame({ children }: { children: ReactNode }) {
  return (
    <ApiProvider workspace={null}>
      <header className="border-b bg-surface">
        <div className="mx-auto flex h-14 w-full max-w-6xl items-center justify-between gap-4 px-4 sm:px-8">
          <span className="flex items-center gap-3">
            <Link href="/operator" className="rounded-md">
              <Logo />
            </Link>
            <Badge>Operator</Badge>
          </span>
          <Link href="/" className="text-muted hover:text-ink">
            To your workspace
          </Link>
        </div>
      </header>
      <main id="content">{children}</main>
    </ApiProvider>
  );
}
