"use client";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { toast } from "sonner";
import type { RouterOutputs } from "#server/router";

type Notification = RouterOutputs["notifications"]["list"]["rows"][number];

/** Pops up what came since the page was opened, once, unless the person is looking at the very thing. */
export function useNewNotifications(slug: string, rows: Notification[] | undefined): void {
  const seen = useRef<string | null>(null);
  const here = usePathname();
  const router = useRouter();
  useEffect(() => {
    if (!rows) return;
    const newest = rows[0]?.id ?? "";
    const since = seen.current;
    seen.current = newest;
    if (since === null) return;
    for (const row of rows.filter(({ id, read }) => id > since && !read)) {
      const href = row.path ? `/${slug}${row.path}` : null;
      if (href === here) continue;
      const show = row.type.endsWith(".failed") ? toast.error : toast.success;
      show(row.title, {
        id: row.id,
        description: row.body,
        ...(href && { action: { label: "Show", onClick: () => router.push(href) } }),
      });
    }
  }, [rows, slug, here, router]);
}
