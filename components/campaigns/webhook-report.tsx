"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { Skeleton } from "#components/ui/skeleton";

const words = {
  retrying: "Tried again soon",
  failed: "Failed",
  unknown: "Of unknown fate",
};

/** How the calls of a step went so far. */
export function WebhookReport({ stepId }: { stepId: string }) {
  const trpc = useTRPC();
  const { data, error } = useQuery(
    trpc.webhookCalls.report.queryOptions({ stepId }, { refetchInterval: 10_000 }),
  );
  if (error) return <Callout kind="danger">The calls could not be loaded. {error.message}</Callout>;
  if (!data) return <Skeleton className="h-16" />;
  const { done, retrying, failed, unknown, problems } = data;
  if (done + retrying + failed + unknown === 0) return <p className="text-muted">Nobody has come by yet.</p>;
  const counts = [
    `${done.toLocaleString("en")} done`,
    ...(retrying ? [`${retrying.toLocaleString("en")} tried again soon`] : []),
    ...(failed ? [`${failed.toLocaleString("en")} failed`] : []),
    ...(unknown ? [`${unknown.toLocaleString("en")} of unknown fate`] : []),
  ];
  return (
    <section aria-label="Calls so far" className="space-y-2">
      <h3 className="font-medium">Calls so far: {counts.join(", ")}</h3>
      {problems.length > 0 && (
        <ul className="divide-y rounded-md border">
          {problems.map((problem) => (
            <li key={problem.id} className="px-3 py-2">
              <p className="flex flex-wrap items-center gap-2">
                <span className="min-w-0 truncate">{problem.email}</span>
                <Badge tone={problem.status === "failed" ? "danger" : "warning"}>
                  {words[problem.status]}
                </Badge>
                <span className="text-xs text-muted">
                  {problem.attempts === 1 ? "1 try" : `${problem.attempts} tries`}
                </span>
              </p>
              <p className="text-xs text-muted">{problem.error}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
