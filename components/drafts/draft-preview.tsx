"use client";
import { useQuery } from "@tanstack/react-query";
import { MailFrame } from "#components/templates/mail-frame";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { Skeleton } from "#components/ui/skeleton";
import type { Draft } from "./draft-panel.tsx";

/** The email as it would arrive. Mount with `key={draft.version}`: what was shown of an earlier one is not it. */
export function DraftPreview({ draft }: { draft: Draft }) {
  const trpc = useTRPC();
  const { data, error } = useQuery(
    trpc.drafts.preview.queryOptions({ id: draft.id }, { gcTime: 0, staleTime: 0 }),
  );
  const problem = asProblem(error);
  if (problem)
    return (
      <Callout kind="danger" title="This email cannot be shown">
        {problem.message}
      </Callout>
    );
  if (!data) return <Skeleton className="h-112 w-full" />;
  return (
    <MailFrame
      title="The email"
      message={data}
      head={
        <dl className="grid grid-cols-[4rem_1fr] gap-x-3 gap-y-1">
          <dt className="text-muted">From</dt>
          <dd className="truncate">{data.from}</dd>
          <dt className="text-muted">Subject</dt>
          <dd className="font-medium break-words">
            {data.subject || (
              <span className={draft.replyInThread ? "text-muted" : "text-danger"}>
                {draft.replyInThread ? "Re: the email before" : "No subject"}
              </span>
            )}
          </dd>
        </dl>
      }
    />
  );
}
