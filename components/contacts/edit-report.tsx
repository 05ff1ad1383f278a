"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { toast } from "sonner";
import { JobWaitCallout } from "#components/jobs/job-wait";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { ProgressBar } from "#components/ui/progress-bar";
import { Section } from "#components/ui/section";
import { Stat } from "#components/ui/stat";
import { Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";

type Edit = RouterOutputs["contactEdits"]["byId"];
type Failures = RouterOutputs["contactEdits"]["failures"];
type Props = {
  workspace: string;
  initial: Edit;
  failures: Failures;
  after: string | undefined;
  editable: boolean;
  timeZone: string;
};

const number = (count: number) => count.toLocaleString("en");
const moving = (status: Edit["status"]) => status === "pending" || status === "processing";

/** How far an edit of many contacts is, what it did, and who was left as they were, with the reason. */
export function EditReport({ workspace, initial, failures, after, editable, timeZone }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const { data: edit } = useQuery({
    ...trpc.contactEdits.byId.queryOptions({ id: initial.id }),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data && !moving(state.data.status) ? false : 700),
  });
  const cancel = useMutation(
    trpc.contactEdits.cancel.mutationOptions({
      onSuccess: () => router.refresh(),
      onError: (error) => toast.error(asProblem(error)?.message),
    }),
  );
  // The failures came with the page: fetch them again once the edit has ended.
  const ended = moving(initial.status) && !moving(edit.status);
  useEffect(() => {
    if (ended) router.refresh();
  }, [ended, router]);
  return (
    <>
      {moving(edit.status) && (
        <Section title="Working">
          <JobWaitCallout job={edit} timeZone={timeZone} className="mb-4" />
          <ProgressBar label="Edit" done={edit.processed} total={edit.total} />
          <div className="mt-2 flex items-center justify-between gap-3">
            <p className="text-xs text-muted tabular-nums" role="status">
              {number(edit.processed)} {edit.total === null ? "so far" : `of ${number(edit.total)}`}. You can
              leave this page: it goes on.
            </p>
            {editable && (
              <Button size="sm" pending={cancel.isPending} onClick={() => cancel.mutate({ id: edit.id })}>
                Stop
              </Button>
            )}
          </div>
        </Section>
      )}
      <Outcome edit={edit} timeZone={timeZone} />
      <dl className="my-5 grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Stat label="Looked at" value={number(edit.processed)} />
        <Stat label="Changed" value={number(edit.changed)} />
        <Stat label="Were so already" value={number(edit.unchanged)} />
        <Stat label="Not changed" value={number(edit.failed)} />
      </dl>
      {failures.rows.length > 0 && (
        <section aria-label="Not changed">
          <h2 className="mb-2 font-semibold">Not changed, and why</h2>
          <FailureTable workspace={workspace} failures={failures} after={after} />
        </section>
      )}
      <div className="mt-5">
        <LinkButton href={`/${workspace}/contacts`}>Back to the contacts</LinkButton>
      </div>
    </>
  );
}

function Outcome({ edit, timeZone }: { edit: Edit; timeZone: string }) {
  const at = <DateTime at={edit.completedAt} timeZone={timeZone} />;
  if (edit.status === "failed")
    return (
      <Callout kind="danger" title="The edit stopped">
        {edit.problem}
      </Callout>
    );
  if (edit.status === "cancelled")
    return (
      <Callout kind="warning" title="Stopped by hand">
        What was changed until {at} stays changed.
      </Callout>
    );
  if (edit.status !== "completed") return null;
  return (
    <Callout
      kind={edit.failed > 0 ? "warning" : "success"}
      title={edit.failed > 0 ? "Done, but for some" : "Done"}
    >
      Finished {at}
      {edit.createdBy && `, asked for by ${edit.createdBy}`}.
    </Callout>
  );
}

function FailureTable({
  workspace,
  failures,
  after,
}: {
  workspace: string;
  failures: Failures;
  after: string | undefined;
}) {
  return (
    <>
      <Table
        label="Contacts that were not changed"
        columns={[
          { key: "email", header: "Contact", cell: (row) => row.email ?? "Deleted contact" },
          { key: "reason", header: "Reason", cell: (row) => row.reason },
        ]}
        rows={failures.rows}
        rowKey={(row) => row.id}
        href={(row) => `/${workspace}/contacts/${row.contactId}`}
      />
      <NextPage
        first={after ? { query: {} } : null}
        next={failures.next ? { query: { after: failures.next } } : null}
      />
    </>
  );
}
