"use client";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useParams } from "next/navigation";
import { Fragment } from "react";

/** `href` without a slash before it is a place in the workspace one is in: "contacts". */
export type Crumb = { label: string; href: string };

/** The pages above this one; the page's own title is the heading below. */
export function Breadcrumbs({ crumbs }: { crumbs: Crumb[] }) {
  const { workspace } = useParams<{ workspace?: string }>();
  if (crumbs.length === 0) return null;
  return (
    <nav aria-label="Breadcrumbs" className="mb-1 flex min-w-0 items-center gap-1 text-xs text-muted">
      {crumbs.map((crumb, index) => (
        <Fragment key={crumb.href}>
          {index > 0 && <ChevronRight aria-hidden className="size-3 shrink-0 text-faint" />}
          <Link
            href={crumb.href.startsWith("/") ? crumb.href : `/${workspace}/${crumb.href}`}
            className="truncate rounded-sm hover:text-ink"
          >
            {crumb.label}
          </Link>
        </Fragment>
      ))}
      <ChevronRight aria-hidden className="size-3 shrink-0 text-faint" />
    </nav>
  );
}
