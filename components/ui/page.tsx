import type { ReactNode } from "react";
import { Breadcrumbs, type Crumb } from "./breadcrumbs.tsx";
import { cn } from "./cn.tsx";

type Props = {
  title: ReactNode;
  breadcrumbs?: Crumb[];
  /** A sentence below the title. */
  description?: ReactNode;
  /** Beside the title: a status badge. */
  badge?: ReactNode;
  /** Buttons at the right edge; the primary one last. */
  action?: ReactNode;
  tabs?: ReactNode;
  /** "narrow" for forms and reading, "wide" (default) for tables. */
  width?: "narrow" | "wide";
  children: ReactNode;
};

/** The frame of every signed-in page. Synchronous: put what awaits under Suspense inside it. */
export function Page({
  title,
  breadcrumbs = [],
  description,
  badge,
  action,
  tabs,
  width = "wide",
  children,
}: Props) {
  return (
    <div
      className={cn(
        "mx-auto w-full px-4 pt-5 pb-16 sm:px-8 sm:pt-8",
        // As wide as the row of tabs of the settings.
        width === "wide" ? "max-w-6xl" : tabs ? "max-w-[54rem]" : "max-w-3xl",
      )}
    >
      <header className={cn("mb-5", tabs && "mb-0")}>
        <Breadcrumbs crumbs={breadcrumbs} />
        <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <div className="flex min-h-8 min-w-0 flex-wrap items-center gap-2.5">
              <h1 className="min-w-0 text-xl font-semibold break-words">{title}</h1>
              {badge}
            </div>
            {description && <div className="mt-0.5 max-w-2xl text-pretty text-muted">{description}</div>}
          </div>
          {action && <div className="flex flex-wrap items-center gap-2">{action}</div>}
        </div>
      </header>
      {tabs && <div className="mt-3 mb-5">{tabs}</div>}
      {children}
    </div>
  );
}
