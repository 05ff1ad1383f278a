"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, CalendarClock, Check, Pencil, Undo2, X } from "lucide-react";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Card } from "#components/ui/card";
import { Skeleton } from "#components/ui/skeleton";
import { StatusBadge } from "#components/ui/status-badge";
import { TextLink } from "#components/ui/text-link";
import type { RouterOutputs } from "#server/router";
import { DiscardButton } from "./discard-button.tsx";
import { DraftEditor } from "./draft-editor.tsx";
import { DraftHistory } from "./draft-history.tsx";
import { DraftPreview } from "./draft-preview.tsx";
import { RestoreButton } from "./restore-button.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";
import type { DraftDecisions } from "./use-draft-decisions.tsx";

export type Draft = RouterOutputs["drafts"]["byId"];
type Props = {
  id: string;
  workspace: string;
  canWrite: boolean;
  timeZone: string;
  editing: boolean;
  onEdit: (editing: boolean) => void;
  onBack: () => void;
  onReject: (draft: Draft) => void;
  decisions: DraftDecisions;
};

/** One draft as it would arrive, and what can be decided about it. */
export function DraftPanel(props: Props) {
  const trpc = useTRPC();
  const { data: draft, error } = useQuery(
    trpc.drafts.byId.queryOptions(
      { id: props.id },
      { refetchInterval: ({ state }) => (isBeingWritten(state.data) ? 2_000 : false) },
    ),
  );
  const problem = asProblem(error);
  return (
    <Card className="overflow-hidden">
      <section aria-label="Draft">
        {problem && (
          <div className="p-4">
            <Callout kind="danger" title="This draft cannot be shown">
              {problem.message}
            </Callout>
          </div>
        )}
        {!draft && !problem && (
          <div className="space-y-3 p-4">
            <Skeleton className="h-5 w-1/2" />
            <Skeleton className="h-4 w-1/3" />
            <Skeleton className="h-96 w-full" />
          </div>
        )}
        {draft && <Opened {...props} draft={draft} />}
      </section>
    </Card>
  );
}

function Opened({
  draft,
  workspace,
  canWrite,
  timeZone,
  editing,
  onEdit,
  onBack,
  ...rest
}: Props & { draft: Draft }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [round, setRound] = useState(0);
  async function reload() {
    await queries.invalidateQueries({ queryKey: trpc.drafts.pathKey() });
    setRound(round + 1);
  }
  return (
    <>
      <header className="space-y-3 border-b px-4 py-3">
        <div className="flex items-start gap-2">
          <Button
            size="icon-sm"
            variant="ghost"
            aria-label="Back to the list"
            className="lg:hidden"
            onClick={onBack}
          >
            <ArrowLeft />
          </Button>
          <div className="min-w-0 flex-1">
            <h2 className="truncate font-semibold">
              <TextLink href={`/${workspace}/contacts/${draft.contactId}`}>
                {draft.name ?? draft.email}
              </TextLink>
            </h2>
            <p className="truncate text-xs text-muted">
              {draft.email}
              {draft.campaignId && (
                <>
                  {" · "}
                  <TextLink href={`/${workspace}/campaigns/${draft.campaignId}`}>
                    {draft.campaignName}
                  </TextLink>
                </>
              )}
              {draft.stepName && ` · ${draft.stepName}`}
            </p>
          </div>
          <StatusBadge status={draft.status} label={labelOf(draft)} />
        </div>
        {canWrite && !editing && (
          <Actions {...rest} draft={draft} timeZone={timeZone} onEdit={onEdit} onBack={onBack} />
        )}
      </header>
      <div className="space-y-4 p-4">
        <Notes draft={draft} canWrite={canWrite} />
        {editing && draft.status === "draft" ? (
          <DraftEditor
            key={round}
            draft={draft}
            onClose={() => onEdit(false)}
            onReload={() => void reload()}
            decisions={rest.decisions}
          />
        ) : (
          <DraftPreview key={draft.version} draft={draft} />
        )}
        <DraftHistory draft={draft} timeZone={timeZone} />
      </div>
    </>
  );
}

const isBeingWritten = (draft: Draft | undefined) =>
  draft?.status === "draft" && (draft.writing === "waiting" || draft.writing === "writing");

const labelOf = ({ status, ahead }: Draft) =>
  status !== "draft" ? undefined : ahead ? "Written ahead" : "To review";

type ActionProps = Pick<Props, "decisions" | "onReject" | "onEdit" | "onBack" | "timeZone"> & {
  draft: Draft;
};

function Actions({ draft, decisions, onReject, onEdit, onBack, timeZone }: ActionProps) {
  if (draft.status === "approved" || draft.status === "scheduled")
    return (
      <Button pending={decisions.pending} onClick={() => decisions.takeBack([draft])}>
        <Undo2 /> Take the approval back
      </Button>
    );
  if (draft.status !== "draft") return null;
  if (draft.ahead)
    return (
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => onEdit(true)}>
          <Pencil /> Edit
        </Button>
        <DiscardButton draft={draft} onDone={onBack} />
      </div>
    );
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        variant="primary"
        pending={decisions.pending}
        disabled={isBeingWritten(draft)}
        onClick={() => decisions.approve([draft])}
      >
        <Check /> Approve
      </Button>
      <ScheduleDialog
        rows={[draft]}
        decisions={decisions}
        timeZone={timeZone}
        trigger={
          <Button disabled={isBeingWritten(draft)}>
            <CalendarClock /> For later
          </Button>
        }
      />
      <Button onClick={() => onEdit(true)}>
        <Pencil /> Edit
      </Button>
      <Button variant="danger-quiet" onClick={() => onReject(draft)}>
        <X /> Reject
      </Button>
    </div>
  );
}

/** What a reviewer should know before deciding. */
function Notes({ draft, canWrite }: { draft: Draft; canWrite: boolean }) {
  return (
    <>
      {draft.unused && (
        <Callout kind="warning" title="It is not used as things stand">
          Its contact has passed its step already, or the step is gone or its emails are reviewed no more:
          nobody is asked about it.
        </Callout>
      )}
      {draft.ahead && draft.status === "draft" && !draft.unused && (
        <Callout kind="info">It is there to be reviewed once its contact comes to the step.</Callout>
      )}
      {draft.problem && (
        <Callout
          kind="danger"
          title={draft.status === "failed" ? "It was not sent" : "Write this one by hand"}
        >
          {draft.problem}
        </Callout>
      )}
      {isBeingWritten(draft) && (
        <Callout kind="info" title="Being written">
          {draft.writingProblem
            ? `It is tried again: ${draft.writingProblem}`
            : "An AI provider writes it by the step’s instructions. Until then this is the step’s own text."}
        </Callout>
      )}
      {draft.status === "draft" && draft.writing === "failed" && (
        <Callout
          kind="warning"
          title="The AI provider could not write it"
          action={canWrite && <RestoreButton draft={draft} label="Ask again" />}
        >
          {draft.writingProblem} This is the step’s own text.
        </Callout>
      )}
      {draft.status === "rejected" && draft.rejectReason && (
        <Callout kind="warning" title="Rejected">
          {draft.rejectReason}
        </Callout>
      )}
      {draft.stale && (
        <Callout
          kind="info"
          title="Its step says something else by now"
          action={canWrite && <RestoreButton draft={draft} label="Start again from it" />}
        >
          This draft was edited, and keeps its own words.
        </Callout>
      )}
    </>
  );
}
