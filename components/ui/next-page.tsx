import { ChevronLeft, ChevronRight, ChevronsLeft } from "lucide-react";
import type { ComponentProps } from "react";
import type Link from "next/link";
import { LinkButton } from "./link-button.tsx";

type Href = ComponentProps<typeof Link>["href"];

/** Keyset paging knows the first page, the next one and, where it is given, the one before. */
export function NextPage({
  first,
  previous,
  next,
}: {
  first?: Href | null;
  previous?: Href | null;
  next: Href | null;
}) {
  if (!first && !previous && !next) return null;
  return (
    <nav aria-label="Pages" className="flex items-center justify-end gap-2 pt-3">
      {first && (
        <LinkButton href={first} size="sm" variant="ghost">
          <ChevronsLeft aria-hidden /> First page
        </LinkButton>
      )}
      {previous && (
        <LinkButton href={previous} size="sm" rel="prev">
          <ChevronLeft aria-hidden /> Previous
        </LinkButton>
      )}
      {next && (
        <LinkButton href={next} size="sm" rel="next">
          Next <ChevronRight aria-hidden />
        </LinkButton>
      )}
    </nav>
  );
}
