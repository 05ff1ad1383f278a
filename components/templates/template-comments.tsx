"use client";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import { CommentForm } from "./comment-form.tsx";
import { CommentRow } from "./comment-row.tsx";

type Props = { id: string; timeZone: string; editable: boolean };

/** What people say about a template to each other: nothing of it is in a mail. */
export function TemplateComments({ id, timeZone, editable }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const pages = useInfiniteQuery(
    trpc.templates.comments.infiniteQueryOptions(
      { id },
      { getNextPageParam: ({ next }) => next ?? undefined, initialCursor: undefined },
    ),
  );
  const changed = () => queries.invalidateQueries({ queryKey: trpc.templates.comments.pathKey() });
  const problem = asProblem(pages.error);
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Section
      flush
      className="mt-8"
      title="Comments"
      description="For your team. Nothing of them is in a mail."
    >
      {editable && <CommentForm id={id} onSaid={changed} />}
      {problem && (
        <div className="p-4">
          <Callout
            kind="danger"
            title="The comments could not be read"
            action={
              <Button size="sm" onClick={() => void pages.refetch()}>
                Try again
              </Button>
            }
          >
            {problem.message}
          </Callout>
        </div>
      )}
      {pages.isPending && <Skeleton className="m-4 h-12" />}
      {pages.isSuccess && rows.length === 0 && (
        <p className="px-4 py-4 text-muted sm:px-5">Nobody has said anything yet.</p>
      )}
      {rows.length > 0 && (
        <ul aria-label="Comments" className="divide-y">
          {rows.map((comment) => (
            <CommentRow
              key={comment.id}
              comment={comment}
              timeZone={timeZone}
              editable={editable}
              onChanged={changed}
            />
          ))}
        </ul>
      )}
      {pages.hasNextPage && (
        <div className="border-t p-3 text-center">
          <Button size="sm" pending={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Earlier comments
          </Button>
        </div>
      )}
    </Section>
  );
}
