import { CalendarClock, Check, X } from "lucide-react";
import { Button } from "#components/ui/button";
import { Checkbox } from "#components/ui/checkbox";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { Kbd } from "#components/ui/kbd";
import type { DraftRow } from "./draft-desk.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";
import type { DraftDecisions } from "./use-draft-decisions.tsx";

type Props = {
  rows: readonly DraftRow[];
  picked: readonly DraftRow[];
  onPick: (ids: ReadonlySet<string>) => void;
  onReject: () => void;
  decisions: DraftDecisions;
  timeZone: string;
  /** What the list is filtered by, where it goes on beyond this page; null where this is all of it. */
  beyond: { campaign?: string; q?: string; seenAt: string } | null;
  /** How many that are; null where nobody has counted them. */
  total: number | null;
};

/** Decides about several at once; with none chosen it says which keys there are. */
export function ManyDrafts({ rows, picked, onPick, onReject, decisions, timeZone, beyond, total }: Props) {
  const all = picked.length === rows.length && rows.length > 0;
  return (
    <div className="mb-3 flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2">
      <Checkbox
        label={picked.length === 0 ? "Choose all on this page" : `${picked.length} chosen`}
        className="pl-3"
        checked={all}
        onChange={() => onPick(new Set(all ? [] : rows.map(({ id }) => id)))}
      />
      {picked.length > 0 ? (
        <span className="flex flex-wrap gap-2">
          <Button
            size="sm"
            variant="primary"
            pending={decisions.pending}
            onClick={() => decisions.approve(picked)}
          >
            <Check /> Approve {picked.length}
          </Button>
          <ScheduleDialog
            rows={picked}
            decisions={decisions}
            timeZone={timeZone}
            trigger={
              <Button size="sm">
                <CalendarClock /> For later
              </Button>
            }
          />
          <Button size="sm" variant="danger-quiet" onClick={onReject}>
            <X /> Reject {picked.length}
          </Button>
          {all && beyond && (
            <ConfirmDialog
              trigger={
                <Button size="sm">
                  {total === null
                    ? "Approve those of all pages"
                    : `Approve all ${total.toLocaleString("en")}`}
                </Button>
              }
              title="Approve the emails of all pages?"
              confirm="Approve them all"
              onConfirm={() => decisions.approveAll(beyond)}
            >
              Every email to review that this list finds, also on pages that you have not looked at. What was
              written or changed since you opened this page is left to be reviewed.
            </ConfirmDialog>
          )}
        </span>
      ) : (
        <span className="ml-auto flex items-center gap-1.5 text-xs text-muted max-lg:hidden">
          <Kbd>J</Kbd> <Kbd>K</Kbd> move <Kbd>A</Kbd> approve <Kbd>R</Kbd> reject <Kbd>E</Kbd> edit{" "}
          <Kbd>X</Kbd> choose
        </span>
      )}
    </div>
  );
}
