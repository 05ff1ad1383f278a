import { ArrowDown, ArrowUp } from "lucide-react";
import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";

type Props = {
  href: ComponentProps<typeof Link>["href"];
  direction: "asc" | "desc" | null;
  children: ReactNode;
};

/** A column head that sorts by that column; `direction` is how it sorts now, if it does. */
export function SortLink({ href, direction, children }: Props) {
  const Icon = direction === "asc" ? ArrowUp : ArrowDown;
  return (
    <Link href={href} scroll={false} className="inline-flex items-center gap-1 hover:text-ink">
      {children}
      {direction && <Icon aria-hidden className="size-3" />}
    </Link>
  );
}
