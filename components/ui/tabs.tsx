"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { cn } from "./cn.tsx";

export type Tab = { label: string; href: string; count?: number };

/** Tabs that are pages: each has its own URL. The longest `href` that the path starts with is the current one. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  const path = usePathname();
  const current = tabs
    .filter(({ href }) => path === href || path.startsWith(`${href}/`))
    .toSorted((a, b) => b.href.length - a.href.length)[0];
  const row = useRef<HTMLElement>(null);
  // On a small screen the row scrolls, and the tab one is on may stand outside it.
  useEffect(() => {
    const tab = row.current?.querySelector<HTMLElement>("[aria-current]");
    if (row.current && tab)
      row.current.scrollLeft = tab.offsetLeft - (row.current.clientWidth - tab.offsetWidth) / 2;
  }, [path]);
  return (
    <nav ref={row} aria-label={label} className="relative -mx-4 overflow-x-auto px-4 sm:mx-0 sm:px-0">
      <ul className="flex min-w-max gap-5 border-b">
        {tabs.map((tab) => (
          <li key={tab.href}>
            <Link
              href={tab.href}
              aria-current={tab === current ? "page" : undefined}
              className={cn(
                "-mb-px flex h-9 items-center gap-1.5 border-b-2 border-transparent text-muted hover:text-ink",
                tab === current && "border-ink font-medium text-ink",
              )}
            >
              {tab.label}
              {tab.count !== undefined && (
                <span className="text-xs text-faint tabular-nums">{tab.count}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
