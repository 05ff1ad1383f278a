"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { FormError } from "#components/ui/form-error";
import { LinkButton } from "#components/ui/link-button";
import { Skeleton } from "#components/ui/skeleton";
import { notMailedMax } from "#server/imports/schema";
import { count as shown } from "./import-status.tsx";

type Props = { workspace: string; id: string; count: number };

/** People of a file who are imported and still get no mail, each with the reason, and those that are kept by name as a file. */
export function NotMailed({ workspace, id, count }: Props) {
  const [listed, setListed] = useState(false);
  return (
    <Callout
      kind="info"
      title={
        count === 1 ? "1 of these people is not mailed" : `${shown(count)} of these people are not mailed`
      }
    >
      They unsubscribed, bounced or are on the suppression list. Their fields are imported; they stay as they
      are otherwise.
      <details className="my-2" onToggle={(event) => setListed(event.currentTarget.open)}>
        <summary className="cursor-pointer font-medium">Who they are</summary>
        <div className="mt-2">{listed && <People id={id} count={count} />}</div>
      </details>
      <LinkButton href={`/${workspace}/imports/${id}/not-mailed.csv`} prefetch={false} size="sm">
        <Download aria-hidden />{" "}
        {count > notMailedMax ? `Download the first ${shown(notMailedMax)}` : "Download them"}
      </LinkButton>
    </Callout>
  );
}

function People({ id, count }: { id: string; count: number }) {
  const trpc = useTRPC();
  const pages = useInfiniteQuery(
    trpc.imports.notMailed.infiniteQueryOptions(
      { id },
      { getNextPageParam: (last) => last.next ?? undefined, staleTime: 0 },
    ),
  );
  const people = pages.data?.pages.flatMap(({ rows }) => rows);
  if (!people)
    return pages.error ? (
      <FormError>{asProblem(pages.error)?.message}</FormError>
    ) : (
      <Skeleton className="h-16" />
    );
  return (
    <div
      className="max-h-64 overflow-y-auto rounded-md border bg-surface"
      tabIndex={0}
      role="region"
      aria-label="People who are not mailed"
    >
      <ul className="divide-y">
        {people.map(({ line, email, message }) => (
          <li key={line} className="grid gap-x-4 px-3 py-1.5 sm:grid-cols-[5rem_minmax(0,2fr)_minmax(0,3fr)]">
            <span className="text-muted">Line {shown(line)}</span>
            <span className="min-w-0 wrap-anywhere">{email}</span>
            <span className="min-w-0 break-words text-muted">{message}</span>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && (
        <div className="border-t px-3 py-2">
          <Button size="sm" pending={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
          <FormError>{asProblem(pages.error)?.message}</FormError>
        </div>
      )}
      {!pages.hasNextPage && count > notMailedMax && (
        <p className="border-t px-3 py-2 text-xs text-muted">
          The first {shown(notMailedMax)} of {shown(count)} are kept.
        </p>
      )}
    </div>
  );
}
