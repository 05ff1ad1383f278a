import { Checkbox } from "#components/ui/checkbox";
import { Badge } from "#components/ui/badge";
import { cn } from "#components/ui/cn";
import { DateTime } from "#components/ui/date-time";
import { StatusBadge } from "#components/ui/status-badge";
import type { DraftView } from "#server/drafts/schema";
import type { DraftRow } from "./draft-desk.tsx";

type Props = {
  rows: readonly DraftRow[];
  open: string | undefined;
  /** Null where nothing is decided about several at once. */
  picked: ReadonlySet<string> | null;
  onOpen: (id: string) => void;
  onPick: (id: string) => void;
  view: DraftView;
  timeZone: string;
};

export function DraftList({ rows, open, picked, onOpen, onPick, view, timeZone }: Props) {
  return (
    <ul
      aria-label="Drafts"
      className="divide-y overflow-y-auto rounded-lg border bg-surface shadow-card lg:max-h-[calc(100dvh-14rem)]"
    >
      {rows.map((row) => (
        <li
          key={row.id}
          className={cn(
            "flex items-start gap-2.5 px-3 py-2.5 hover:bg-hover",
            row.id === open && "lg:bg-selected",
          )}
        >
          {picked && (
            <span className="flex h-5 items-center">
              <Checkbox
                aria-label={`Choose the email to ${row.email}`}
                checked={picked.has(row.id)}
                onChange={() => onPick(row.id)}
              />
            </span>
          )}
          <button
            type="button"
            aria-current={row.id === open || undefined}
            className="min-w-0 flex-1 rounded-sm text-left"
            ref={row.id === open ? intoView : undefined}
            onClick={() => onOpen(row.id)}
          >
            <span className="flex items-baseline justify-between gap-2">
              <span className="truncate font-medium">{row.name ?? row.email}</span>
              <span className="shrink-0 text-xs text-muted">
                <DateTime at={row.createdAt} timeZone={timeZone} show="date" />
              </span>
            </span>
            <span className="block truncate">
              {row.subject || <span className="text-muted">No subject</span>}
            </span>
            <span className="mt-0.5 flex items-center gap-1.5">
              <span className="min-w-0 flex-1 truncate text-xs text-muted">{row.campaignName}</span>
              {row.problem && <Badge tone="danger">Problem</Badge>}
              {view === "review" && (row.writing === "waiting" || row.writing === "writing") && (
                <Badge tone="info">Being written</Badge>
              )}
              {view === "review" && row.writing === "failed" && <Badge tone="warning">AI failed</Badge>}
              {row.status === "draft" ? (
                row.edited && <Badge>Edited</Badge>
              ) : (
                <StatusBadge status={row.status} />
              )}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Moving with the keys keeps the open one in sight. */
function intoView(element: HTMLElement | null) {
  element?.scrollIntoView({ block: "nearest" });
}
