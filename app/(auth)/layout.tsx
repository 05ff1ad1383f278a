import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "#components/shell/logo";
import { ApiProvider } from "#components/trpc/client";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col bg-sunken">
      <header className="px-6 py-5">
        <Link href="/" className="rounded-md">
          <Logo />
        </Link>
      </header>
      <main className="flex flex-1 items-start justify-center px-4 pb-16 sm:pt-[8vh]">
        <div className="w-full max-w-[26rem] rounded-xl border bg-surface px-6 py-8 shadow-card sm:px-9">
          <ApiProvider workspace={null}>{children}</ApiProvider>
        </div>
      </main>
    </div>
  );
}
