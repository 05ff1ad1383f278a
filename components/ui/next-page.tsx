import { ChevronRight, ChevronsLeft } from "lucide-react";
import type { ComponentProps } from "react";
import type Link from "next/link";
import { LinkButton } from "./link-button.tsx";

type Href = ComponentProps<typeof Link>["href"];

/** Keyset paging knows the first page and the next one; Back is the browser's. */
export function NextPage({ first, next }: { first?: Href | null; next: Href | null }) {
  if (!first && !next) return null;
  return (
    <nav aria-label="Pages" className="flex items-center justify-end gap-2 pt-3">
      {first && (
        <LinkButton href={first} size="sm" variant="ghost">
          <ChevronsLeft aria-hidden /> First page
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
