"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { Sheet, SheetContent, SheetTrigger } from "#components/ui/sheet";
import { Skeleton } from "#components/ui/skeleton";
import { VersionChanges } from "./version-changes.tsx";
import type { CampaignEdits } from "./use-campaign-edits.tsx";

type Props = { edits: CampaignEdits; timeZone: string };

/** Every kept version of a draft's steps, and the way back to each. */
export function VersionList({ edits, timeZone }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Sheet open={open} onOpenChange={setOpen}>
      <SheetTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label="Versions" title="Versions">
          <History />
        </Button>
      </SheetTrigger>
      <SheetContent title="Versions">
        <Versions edits={edits} timeZone={timeZone} onDone={() => setOpen(false)} />
      </SheetContent>
    </Sheet>
  );
}

function Versions({ edits, timeZone, onDone }: Props & { onDone: () => void }) {
  const trpc = useTRPC();
  const { campaign, calls } = edits;
  const [going, setGoing] = useState<number | null>(null);
  const [compared, setCompared] = useState<number | null>(null);
  const pages = useInfiniteQuery(
    trpc.campaigns.versions.infiniteQueryOptions(
      { id: campaign.id },
      {
        getNextPageParam: ({ next }) => next ?? undefined,
        initialCursor: undefined,
        // Looked at anew whenever the panel opens.
        staleTime: 0,
      },
    ),
  );
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const problem = asProblem(pages.error) ?? edits.problem;
  const restore = async (past: number) => {
    setGoing(past);
    const there = await edits.travel((edit) => calls.restoreVersion({ ...edit, past }));
    setGoing(null);
    if (there) onDone();
  };
  return (
    <>
      <p className="mb-3 text-muted">
        What the steps were before each change. Going back is a change itself, and can be undone.
      </p>
      {problem && (
        <Callout kind="danger" title="That did not work" className="mb-3">
          {problem.message}
        </Callout>
      )}
      {pages.isPending && <Skeleton className="h-40 w-full" />}
      {pages.data && rows.length === 0 && (
        <p className="text-muted">Nothing has been changed yet. Every change from now on is kept here.</p>
      )}
      <ol className="divide-y">
        {rows.map((row, index) => (
          <li key={row.version} className="flex flex-wrap items-center gap-x-2 gap-y-2 py-2.5">
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium">{row.label}</p>
              <p className="truncate text-xs text-muted">
                <DateTime at={row.at} timeZone={timeZone} />
                {row.who && ` by ${row.who}`}
              </p>
            </div>
            {index > 0 && (
              <Button
                size="sm"
                variant="ghost"
                aria-expanded={compared === row.version}
                aria-label={`Compare with now: ${row.label}`}
                onClick={() => setCompared(compared === row.version ? null : row.version)}
              >
                Compare
              </Button>
            )}
            {index === 0 ? (
              <span className="text-xs text-muted">Now</span>
            ) : (
              <Button
                size="sm"
                pending={going === row.version}
                disabled={going !== null}
                aria-label={`Go back to: ${row.label}`}
                onClick={() => void restore(row.version)}
              >
                Go back
              </Button>
            )}
            {compared === row.version && rows[0] && (
              <VersionChanges campaignId={campaign.id} from={row.version} to={rows[0].version} />
            )}
          </li>
        ))}
      </ol>
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
    </>
  );
}
