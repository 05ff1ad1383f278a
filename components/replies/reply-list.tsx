"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { PageTurner } from "#components/ui/page-turner";
import { Section } from "#components/ui/section";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { replyKinds, type ReplyKind } from "#server/replies/schema";
import type { RouterOutputs } from "#server/router";
import { bounceClasses } from "./bounce-classes.tsx";
import { ReplyDialog } from "./reply-dialog.tsx";

type Page = RouterOutputs["replies"]["list"];
type Reply = Page["rows"][number];
type Props = { workspace: string; campaignId: string; active: boolean; timeZone: string };

const tabs: Record<ReplyKind, { label: string; empty: string }> = {
  reply: { label: "Replies", empty: "Nobody has replied yet. Replies appear here within a minute." },
  auto_reply: { label: "Automatic", empty: "No automatic replies. They do not count as replies." },
  bounce: { label: "Bounces", empty: "Nothing came back." },
  complaint: { label: "Complaints", empty: "Nobody has complained." },
};

/** What came back to a campaign: answers of people and machines, returned mail, complaints. */
export function ReplyList({ workspace, campaignId, active, timeZone }: Props) {
  const trpc = useTRPC();
  const [kind, setKind] = useState<ReplyKind>("reply");
  const [pages, setPages] = useState<string[]>([]);
  const [open, setOpen] = useState<string | null>(null);
  const replies = useQuery(
    trpc.replies.list.queryOptions(
      { campaignId, kind, after: pages.at(-1) },
      { placeholderData: (before) => before, refetchInterval: active ? 5_000 : 30_000 },
    ),
  );
  const problem = asProblem(replies.error);
  const { data } = replies;
  return (
    <div id="replies" className="scroll-mt-4">
      <Section
        title="What came back"
        flush
        action={
          <KindChoice
            kind={kind}
            counts={data?.counts}
            onChoose={(next) => {
              setPages([]);
              setKind(next);
            }}
          />
        }
      >
        {problem && (
          <Callout kind="danger" title="The list could not be loaded">
            {problem.message}
          </Callout>
        )}
        {!data && !problem && <TableSkeleton columns={2} rows={3} />}
        {data?.rows.length === 0 && <p className="px-5 py-8 text-center text-muted">{tabs[kind].empty}</p>}
        {data && data.rows.length > 0 && (
          <ul aria-label={tabs[kind].label} className="divide-y">
            {data.rows.map((row) => (
              <Row
                key={row.id}
                row={row}
                workspace={workspace}
                timeZone={timeZone}
                onOpen={() => setOpen(row.id)}
              />
            ))}
          </ul>
        )}
        <PageTurner label="Pages of what came back" pages={pages} next={data?.next} onTurn={setPages} />
      </Section>
      <ReplyDialog id={open} timeZone={timeZone} onClose={() => setOpen(null)} />
    </div>
  );
}

function KindChoice({
  kind,
  counts,
  onChoose,
}: {
  kind: ReplyKind;
  counts: Page["counts"] | undefined;
  onChoose: (kind: ReplyKind) => void;
}) {
  return (
    <div role="group" aria-label="Kind" className="inline-flex gap-0.5 rounded-md border bg-sunken p-0.5">
      {replyKinds.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === kind}
          onClick={() => onChoose(each)}
          className="h-6.5 rounded-sm px-2.5 text-xs font-medium text-muted hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink aria-pressed:shadow-card max-sm:h-9"
        >
          {tabs[each].label}
          {counts && counts[each] > 0 && (
            <span className="ml-1 tabular-nums">{counts[each].toLocaleString("en")}</span>
          )}
        </button>
      ))}
    </div>
  );
}

type RowProps = { row: Reply; workspace: string; timeZone: string; onOpen: () => void };

function Row({ row, workspace, timeZone, onOpen }: RowProps) {
  const { kind, bounce, contactEmail, contactId } = row;
  const who = kind === "bounce" || kind === "complaint" ? contactEmail : (row.fromName ?? row.fromEmail);
  const other = kind === "reply" && contactEmail !== null && contactEmail !== row.fromEmail;
  return (
    <li className="relative flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-5 py-3 hover:bg-hover">
      <button
        type="button"
        onClick={onOpen}
        className="font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
      >
        {who ?? "A deleted contact"}
      </button>
      {bounce && <Badge tone={bounceClasses[bounce.class].tone}>{bounceClasses[bounce.class].label}</Badge>}
      {other && contactId && (
        <span className="text-xs text-muted">
          for{" "}
          <Link href={`/${workspace}/contacts/${contactId}`} className="relative text-accent hover:underline">
            {contactEmail}
          </Link>
        </span>
      )}
      <span className="ml-auto text-xs text-muted">
        <DateTime at={row.receivedAt} timeZone={timeZone} />
      </span>
      <p className="line-clamp-2 w-full break-words text-muted">
        {bounce ? bounce.reason : row.snippet || row.subject}
      </p>
    </li>
  );
}
