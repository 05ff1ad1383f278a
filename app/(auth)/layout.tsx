import type { ReactNode } from "react";
import { BarePage } from "#components/shell/bare-page";
import { ApiProvider } from "#components/trpc/client";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <BarePage className="bg-sunken">
      <div className="flex justify-center px-4 pb-16 sm:pt-[8vh]">
        <div className="w-full max-w-[26rem] rounded-xl border bg-surface px-6 py-8 shadow-card sm:px-9">
          <ApiProvider workspace={null}>{children}</ApiProvider>
        </div>
      </div>
    </BarePage>
  );
}
