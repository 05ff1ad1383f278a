"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import { count } from "./import-status.tsx";
import type { Detail } from "./import-view.tsx";
import { type ProblemGroup, ProblemList } from "./problem-groups.tsx";
import { problemTitle } from "./problem-titles.tsx";
import { type Edits, RowFixer } from "./row-fixer.tsx";

type Props = {
  job: Detail;
  groups: readonly ProblemGroup[];
  edits: Edits;
  onEdit: (line: number, cells: string[] | null) => void;
  description: ReactNode;
  action?: ReactNode;
  /** What repairs all rows of a kind at once. */
  repair?: (group: ProblemGroup) => ReactNode;
  /** What sends the corrections. */
  footer?: ReactNode;
};

/** The rows that cannot go in, by what it takes to repair them, each kind as a table to type into. */
export function RejectedFixer(props: Props) {
  const { job, groups, edits, onEdit, description, action, repair, footer } = props;
  const errors = groups.reduce((sum, group) => sum + group.rows, 0);
  return (
    <Section
      title={errors === 1 ? "1 rejected row" : `${count(errors)} rejected rows`}
      description={description}
      action={action}
      footer={footer}
      flush
    >
      <ProblemList
        groups={groups}
        startOpen
        content={(group) => (
          <>
            {repair?.(group)}
            <Rows job={job} group={group} edits={edits} onEdit={onEdit} />
          </>
        )}
      />
    </Section>
  );
}

function Rows({
  job,
  group,
  edits,
  onEdit,
}: Pick<Props, "job" | "edits" | "onEdit"> & { group: ProblemGroup }) {
  const trpc = useTRPC();
  const pages = useInfiniteQuery(
    trpc.imports.badRows.infiniteQueryOptions(
      { id: job.id, code: group.code },
      {
        getNextPageParam: (last) => last.next ?? undefined,
        // A check in between gives other rows under the same kind.
        staleTime: 0,
        gcTime: 0,
        refetchOnWindowFocus: false,
      },
    ),
  );
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const columns = useMemo(() => job.mapping.filter(({ target }) => target !== "ignore"), [job.mapping]);
  if (pages.isPending) return <Skeleton className="m-4 h-24" />;
  return (
    <>
      <RowFixer
        problem={problemTitle(group.code)}
        rows={rows}
        columns={columns}
        headers={job.headers}
        edits={edits}
        onEdit={onEdit}
      />
      <div className="flex flex-wrap items-center gap-3 px-4 py-2.5 text-xs text-muted empty:hidden sm:px-5">
        {group.rows > rows.length && (
          <span className="tabular-nums">
            {count(rows.length)} of {count(group.rows)} rows
          </span>
        )}
        {pages.hasNextPage && (
          <Button size="sm" pending={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        )}
      </div>
      <div className="px-4 pb-3 empty:hidden sm:px-5">
        <FormError>{asProblem(pages.error)?.message}</FormError>
      </div>
    </>
  );
}
