import {
  CircleHelp,
  CirclePause,
  FilePen,
  FileWarning,
  FileQuestion,
  MailWarning,
  type LucideIcon,
} from "lucide-react";
import Link from "next/link";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";

type Need = RouterOutputs["analytics"]["home"]["needs"][number];
type Props = { workspace: string; needs: Need[]; timeZone: string };

const kinds: Record<
  Need["kind"],
  { Icon: LucideIcon; look: string; words: (need: Need) => string; path: (need: Need) => string }
> = {
  campaign_paused: {
    Icon: CirclePause,
    look: "text-warning",
    words: (need) => need.detail ?? "Paused.",
    path: (need) => `campaigns/${need.ref}`,
  },
  messages_unknown: {
    Icon: CircleHelp,
    look: "text-warning",
    words: (need) =>
      `${need.count === 1 ? "1 message" : `${need.count} messages`} may or may not have arrived: decide whether to send again.`,
    path: (need) => `campaigns/${need.ref}`,
  },
  mailbox_down: {
    Icon: MailWarning,
    look: "text-danger",
    words: (need) => need.detail ?? "This mailbox cannot send.",
    path: () => "settings/mailboxes",
  },
  import_failed: {
    Icon: FileWarning,
    look: "text-danger",
    words: (need) => need.detail ?? "The import failed.",
    path: (need) => `imports/${need.ref}`,
  },
  import_waiting: {
    Icon: FileQuestion,
    look: "text-info",
    words: () => "Uploaded, and waits for you to confirm it.",
    path: (need) => `imports/${need.ref}`,
  },
  draft: {
    Icon: FilePen,
    look: "text-muted",
    words: () => "A draft to finish and launch.",
    path: (need) => `campaigns/${need.ref}/edit`,
  },
};

export function NeedsList({ workspace, needs, timeZone }: Props) {
  if (needs.length === 0) {
    return (
      <Section title="Needs you">
        <p className="text-muted">
          Nothing right now. Drafts, failed imports and paused campaigns show up here.
        </p>
      </Section>
    );
  }
  return (
    <Section title="Needs you" flush>
      <ul className="divide-y">
        {needs.map((need) => {
          const { Icon, look, words, path } = kinds[need.kind];
          return (
            <li
              key={need.kind + need.ref}
              className="relative flex gap-3 px-4 py-2.5 transition-colors hover:bg-hover sm:px-5"
            >
              <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${look}`} />
              <div className="min-w-0 flex-1">
                <Link
                  href={`/${workspace}/${path(need)}`}
                  className="block truncate font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
                >
                  {need.name}
                </Link>
                <p className="break-words text-muted">{words(need)}</p>
              </div>
              <DateTime
                at={need.at}
                timeZone={timeZone}
                show="date"
                className="shrink-0 text-xs text-muted"
              />
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
