"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import {
  Bot,
  CircleDot,
  FileUp,
  Gauge,
  List,
  ListFilter,
  type LucideIcon,
  Mail,
  MailOpen,
  MailX,
  Megaphone,
  MousePointerClick,
  Pencil,
  Plus,
  Reply,
  Tag,
} from "lucide-react";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";
import { joined } from "./timeline-parts.tsx";
import { timelineSentence } from "./timeline-sentence.tsx";

type Props = {
  workspace: string;
  contactId: string;
  first: RouterOutputs["contacts"]["timeline"];
  timeZone: string;
};

/** Everything that happened to a contact, the newest first; older entries come on request. */
export function Timeline({ workspace, contactId, first, timeZone }: Props) {
  const trpc = useTRPC();
  const pages = useInfiniteQuery(
    trpc.contacts.timeline.infiniteQueryOptions(
      { id: contactId },
      {
        initialCursor: null,
        getNextPageParam: (page) => page.next,
        initialData: { pages: [first], pageParams: [null] },
        staleTime: Infinity,
      },
    ),
  );
  const entries = joined(
    first.entries,
    pages.data.pages.flatMap((page) => page.entries),
  );
  return (
    <Section title="Timeline">
      {entries.length === 0 && <p className="text-muted">Nothing has happened yet.</p>}
      <ol className="space-y-4">
        {entries.map((entry) => {
          const Icon = iconOf(entry.type);
          return (
            <li key={`${entry.type}${entry.id}`} className="flex gap-3">
              <span className="flex size-7 shrink-0 items-center justify-center rounded-full border bg-surface text-muted">
                <Icon aria-hidden className="size-3.5" />
              </span>
              <div className="min-w-0 pt-1">
                <p className="break-words">{timelineSentence(entry, workspace)}</p>
                <p className="text-xs text-muted">
                  <DateTime at={entry.at} timeZone={timeZone} />
                  {entry.actor && ` by ${entry.actor}`}
                </p>
              </div>
            </li>
          );
        })}
      </ol>
      {pages.hasNextPage && (
        <div className="mt-4">
          <Button size="sm" pending={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </Section>
  );
}

const icons: [prefix: string, icon: LucideIcon][] = [
  ["contact.created", Plus],
  ["contact.unsubscribed", MailX],
  ["contact.complained", MailX],
  ["contact.", Pencil],
  ["tag.", Tag],
  ["list.", List],
  ["segment.", ListFilter],
  ["score.", Gauge],
  ["suppression.removed", Mail],
  ["suppression.", MailX],
  ["campaign.", Megaphone],
  ["import.", FileUp],
  ["email.bounced", MailX],
  ["email.failed", MailX],
  ["reply.email", Reply],
  ["reply.auto_reply", Bot],
  ["reply.", MailX],
  ["event.clicked", MousePointerClick],
  ["event.opened", MailOpen],
  ["email.", Mail],
];
const iconOf = (type: string) => icons.find(([prefix]) => type.startsWith(prefix))?.[1] ?? CircleDot;
