"use client";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";

type Props = { campaignId: string; timeZone: string };

/** Who did what with a campaign, and when; and what came about by itself. */
export function CampaignHistory({ campaignId, timeZone }: Props) {
  const trpc = useTRPC();
  const pages = useInfiniteQuery(
    trpc.campaigns.history.infiniteQueryOptions(
      { id: campaignId },
      { getNextPageParam: ({ next }) => next ?? undefined, initialCursor: undefined },
    ),
  );
  const queries = useQueryClient();
  // Whatever is done on this page may be an act of it, whichever part of the page has the button.
  useEffect(
    () =>
      queries.getMutationCache().subscribe((event) => {
        if (event.type !== "updated" || event.action.type !== "success") return;
        void queries.invalidateQueries({ queryKey: trpc.campaigns.history.pathKey() });
      }),
    [queries, trpc],
  );
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const problem = asProblem(pages.error);
  return (
    <Section title="History" description="What has been done with this campaign, the latest first.">
      {pages.isPending && <Skeleton className="h-24 w-full" />}
      {problem && (
        <p role="alert" className="text-danger">
          It could not be loaded: {problem.message}
        </p>
      )}
      {pages.data && rows.length === 0 && <p className="text-muted">Nothing has been done yet.</p>}
      {rows.length > 0 && (
        <ol aria-label="History" className="-my-2.5 divide-y">
          {rows.map(({ id, at, who, title, detail, moment }) => (
            <li key={id} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2.5">
              <div className="min-w-0 flex-1 basis-60 break-words">
                <p className="font-medium">{title}</p>
                {moment && (
                  <p className="text-muted">
                    <DateTime at={moment} timeZone={timeZone} />
                  </p>
                )}
                {detail && <p className="text-muted">{detail}</p>}
              </div>
              <p className="text-xs text-muted">
                {who ?? "By itself"}, <DateTime at={at} timeZone={timeZone} />
              </p>
            </li>
          ))}
        </ol>
      )}
      {pages.hasNextPage && (
        <Button
          size="sm"
          className="mt-3"
          pending={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </Section>
  );
}
