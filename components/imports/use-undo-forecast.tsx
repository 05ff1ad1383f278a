"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTRPC } from "#components/trpc/client";
import { sumOfReports, type UndoReport } from "#server/imports/schema";

/** What undoing would do to the contacts that were looked at so far. */
export type Forecast = {
  /** Null until there is a first answer. */
  sum: UndoReport | null;
  looked: number;
  total: number;
  complete: boolean;
  error: unknown;
  /** Goes on behind a failure. */
  goOn: () => void;
};

/** Adds up, part by part for as long as it is shown, what undoing an import would do. A small import is one part. */
export function useUndoForecast(id: string): Forecast {
  const trpc = useTRPC();
  const { data, error, hasNextPage, isFetching, isError, fetchNextPage } = useInfiniteQuery({
    ...trpc.imports.undoForecast.infiniteQueryOptions(
      { id },
      { getNextPageParam: (last) => last.next ?? undefined },
    ),
    // Counted anew each time it is asked for, but not because a window came to the front: that may be millions.
    staleTime: Infinity,
    gcTime: 0,
  });
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const parts = data?.pages ?? [];
  const looked = parts.reduce((sum, part) => sum + part.looked, 0);
  return {
    sum: data ? sumOfReports(parts.map(({ report }) => report)) : null,
    looked,
    total: Math.max(looked, parts.at(-1)?.total ?? 0),
    complete: data !== undefined && !hasNextPage,
    error,
    goOn: () => void fetchNextPage(),
  };
}
