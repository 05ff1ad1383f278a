"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Card } from "#components/ui/card";
import { cn } from "#components/ui/cn";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";
import type { RuleTree } from "#server/segments/schema";

type Props = { workspace: string; tree: RuleTree; unfinished: number };

const pauseMs = 350;

/** How many contacts the rules match now, and ten of them, a moment after the last change. */
export function MatchPanel({ workspace, tree, unfinished }: Props) {
  const trpc = useTRPC();
  const settled = useSettled(JSON.stringify(tree));
  const rules = JSON.parse(settled) as RuleTree;
  const match = useQuery(
    trpc.segments.match.queryOptions({ rules }, { placeholderData: (before) => before }),
  );
  const problem = asProblem(match.error);
  const stale = match.isPlaceholderData || JSON.stringify(tree) !== settled;
  return (
    <Card className="p-4 lg:sticky lg:top-6">
      <h2 className="text-xs text-muted">Match now</h2>
      {problem && (
        <p role="alert" className="mt-1 text-danger">
          {problem.message}
        </p>
      )}
      {!problem && !match.data && (
        <div role="status" aria-label="Counting" className="mt-2 space-y-3">
          <Skeleton className="h-7 w-24" />
          <Skeleton className="w-full" />
          <Skeleton className="w-4/5" />
        </div>
      )}
      {!problem && match.data && (
        <div className={cn("transition-opacity", stale && "opacity-50")}>
          <p role="status" className="text-2xl font-semibold tabular-nums">
            {!match.data.exact && "≈ "}
            {match.data.count.toLocaleString("en")}{" "}
            <span className="text-sm font-normal text-muted">
              {match.data.count === 1 ? "contact" : "contacts"}
            </span>
          </p>
          {!match.data.exact && (
            <p className="text-xs text-muted">
              Estimated from a sample: counting them all takes longer than two seconds.
            </p>
          )}
          {tree.rules.length === 0 && unfinished === 0 && (
            <p className="text-muted">Without a rule, everybody is in the segment.</p>
          )}
          <Sample workspace={workspace} match={match.data} />
        </div>
      )}
      {unfinished > 0 && (
        <p className="mt-3 border-t pt-3 text-xs text-muted">
          {unfinished === 1 ? "1 unfinished rule is" : `${unfinished} unfinished rules are`} left out of this
          count.
        </p>
      )}
    </Card>
  );
}

function Sample({ workspace, match }: { workspace: string; match: RouterOutputs["segments"]["match"] }) {
  if (match.sample.length === 0 && !match.exact) return null;
  if (match.sample.length === 0)
    return <p className="mt-1 text-muted">Nobody yet. Loosen a rule, or change “all” to “any”.</p>;
  const heading = !match.exact
    ? "Some of them"
    : match.count > match.sample.length
      ? `The newest ${match.sample.length}`
      : "All of them";
  return (
    <>
      <h3 className="mt-3 border-t pt-3 text-xs text-muted">{heading}</h3>
      <ul className="mt-1.5 space-y-1.5">
        {match.sample.map((contact) => (
          <li key={contact.id} className="min-w-0">
            <Link
              href={`/${workspace}/contacts/${contact.id}`}
              className="block truncate rounded-sm hover:underline"
            >
              {contact.name ?? contact.email}
            </Link>
            <p className="truncate text-xs text-muted">
              {[contact.name && contact.email, contact.company].filter(Boolean).join(" · ")}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
