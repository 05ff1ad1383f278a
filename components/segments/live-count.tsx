"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { cn } from "#components/ui/cn";

/** One request counts `ids` for all the rows that share them; until it answers, the last known count is shown faded. */
export function LiveCount({ id, ids, known }: { id: string; ids: string[]; known: number }) {
  const trpc = useTRPC();
  const counts = useQuery(trpc.segments.counts.queryOptions({ ids }, { staleTime: 30_000 }));
  const live = counts.data?.find((count) => count.id === id)?.count;
  return (
    <span
      className={cn("tabular-nums", live === undefined && "text-faint")}
      title={live === undefined ? "As of the last save" : undefined}
    >
      {(live ?? known).toLocaleString("en")}
    </span>
  );
}
