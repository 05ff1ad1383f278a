import { Search } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "./cn.tsx";
import { Input } from "./input.tsx";

/** A search input; in a `<form method="get">` the URL keeps what was searched. Needs `aria-label`. */
export function SearchBox({ className, ...rest }: Omit<ComponentProps<"input">, "type">) {
  return (
    <span className={cn("relative block w-full sm:w-64", className)}>
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint"
      />
      <Input type="search" aria-label="Search" placeholder="Search" className="pl-8" {...rest} />
    </span>
  );
}
