"use client";
import { MailCheck, SearchX } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { cn } from "#components/ui/cn";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import type { DraftListInput } from "#server/drafts/schema";
import type { RouterOutputs } from "#server/router";
import { DraftList } from "./draft-list.tsx";
import { DraftPanel } from "./draft-panel.tsx";
import { ManyDrafts } from "./many-drafts.tsx";
import { RefusedNote } from "./refused-note.tsx";
import { RejectDialog } from "./reject-dialog.tsx";
import { useDraftDecisions } from "./use-draft-decisions.tsx";
import { useDraftKeys } from "./use-draft-keys.tsx";

type Page = RouterOutputs["drafts"]["list"];
export type DraftRow = Page["rows"][number];
type Props = {
  workspace: string;
  view: DraftListInput;
  page: Page;
  /** How many the list finds on all pages; null where nobody has counted them. */
  total: number | null;
  canWrite: boolean;
  timeZone: string;
};

/** The list, and beside it the draft that is open; on a phone one after the other. */
export function DraftDesk({ workspace, view, page, total, canWrite, timeZone }: Props) {
  const router = useRouter();
  const [chosen, setChosen] = useState<string | null>(view.draft ?? null);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  // Who has just begun one goes on writing.
  const [editing, setEditing] = useState(view.view === "ahead" && view.draft !== undefined && canWrite);
  const [rejecting, setRejecting] = useState<readonly DraftRow[] | null>(null);
  const rows = page.rows.filter((row) => !done.has(row.id));
  const open =
    rows.find((row) => row.id === chosen)?.id ?? (view.draft && chosen === view.draft ? chosen : rows[0]?.id);
  const decisions = useDraftDecisions((ids) => {
    const left = rows.filter((row) => !ids.includes(row.id));
    const place = rows.findIndex((row) => row.id === open);
    if (open && ids.includes(open))
      show(rows.slice(place).find((row) => !ids.includes(row.id))?.id ?? left[0]?.id);
    setDone(new Set([...done, ...ids]));
    setPicked(new Set([...picked].filter((id) => !ids.includes(id))));
    router.refresh();
  });
  function show(id: string | undefined) {
    setChosen(id ?? null);
    setEditing(false);
  }
  const reviewing = view.view === "review" && canWrite;
  const some = rows.filter((row) => picked.has(row.id));
  const subject = some.length > 0 ? some : rows.filter((row) => row.id === open);
  function pick(id: string) {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  }
  useDraftKeys({
    disabled: editing || rejecting !== null || decisions.pending,
    move: (by) => {
      const place = rows.findIndex((row) => row.id === open);
      show(rows[Math.max(0, Math.min(rows.length - 1, place + by))]?.id);
    },
    ...(reviewing && {
      approve: () => decisions.approve(subject),
      reject: () => subject.length > 0 && setRejecting(subject),
      pick: () => open && pick(open),
    }),
    ...((reviewing || (view.view === "ahead" && canWrite)) && { edit: () => open && setEditing(true) }),
  });
  if (rows.length === 0 && !open)
    return <Nothing workspace={workspace} view={view} handled={done.size > 0} />;
  return (
    <>
      <RefusedNote refused={decisions.refused} onClose={decisions.clear} />
      {reviewing && (
        <ManyDrafts
          rows={rows}
          picked={some}
          onPick={setPicked}
          onReject={() => setRejecting(some)}
          decisions={decisions}
          timeZone={timeZone}
          total={total}
          beyond={
            page.next || view.after ? { campaign: view.campaign, q: view.q, seenAt: page.seenAt } : null
          }
        />
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[20rem_1fr]">
        <div className={cn(chosen !== null && "max-lg:hidden")}>
          <DraftList
            rows={rows}
            open={open}
            picked={reviewing ? picked : null}
            onOpen={show}
            onPick={pick}
            view={view.view}
            timeZone={timeZone}
          />
          <NextPage
            first={view.after ? { query: searchOf(view) } : null}
            next={page.next ? { query: { ...searchOf(view), after: page.next } } : null}
          />
        </div>
        <div className={cn("min-w-0 lg:sticky lg:top-4", chosen === null && "max-lg:hidden")}>
          {open && (
            <DraftPanel
              key={open}
              id={open}
              workspace={workspace}
              canWrite={canWrite}
              timeZone={timeZone}
              editing={editing}
              onEdit={setEditing}
              onBack={() => show(undefined)}
              onReject={(row) => setRejecting([row])}
              decisions={decisions}
            />
          )}
        </div>
      </div>
      {rejecting && (
        <RejectDialog rows={rejecting} decisions={decisions} onClose={() => setRejecting(null)} />
      )}
    </>
  );
}

const searchOf = ({ view, campaign, q }: DraftListInput) => ({
  view,
  ...(campaign && { campaign }),
  ...(q && { q }),
});

function Nothing({ workspace, view, handled }: Pick<Props, "workspace" | "view"> & { handled: boolean }) {
  if (view.q || view.campaign || view.after)
    return (
      <EmptyState
        icon={SearchX}
        title="No such drafts"
        action={<LinkButton href={{ query: { view: view.view } }}>Show all of them</LinkButton>}
      >
        Nothing here is of this campaign and to such an address.
      </EmptyState>
    );
  if (view.view === "ahead")
    return (
      <EmptyState icon={MailCheck} title="Nothing written ahead">
        “Write an email” in the menu of somebody who is in a campaign begins one before they come to its step.
      </EmptyState>
    );
  if (view.view !== "review")
    return (
      <EmptyState icon={MailCheck} title="Nothing here yet">
        Drafts come here when they have been decided about.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={MailCheck}
      title={handled ? "All reviewed" : "Nothing to review"}
      action={<LinkButton href={`/${workspace}/campaigns`}>Open a campaign</LinkButton>}
    >
      Turn on “Review each email before it goes” at an email step, and everybody who comes there gets a draft
      of their own here.
    </EmptyState>
  );
}
