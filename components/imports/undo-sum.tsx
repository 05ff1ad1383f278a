import { cn } from "#components/ui/cn";
import type { UndoReport } from "#server/imports/schema";
import { count } from "./import-status.tsx";

/** Why a contact stays; of one and of several. */
const reasons: Record<string, [one: string, several: string]> = {
  edited: ["was changed since the import", "were changed since the import"],
  partly_edited: [
    "gets back some fields; others were changed since and stay",
    "get back some fields; others were changed since and stay",
  ],
  enrolled: ["is in a campaign", "are in a campaign"],
  mailed: ["was mailed", "were mailed"],
  tagged: ["carries tags from elsewhere", "carry tags from elsewhere"],
  listed: ["is on other lists", "are on other lists"],
  reimported: ["is in a later import too", "are in a later import too"],
  merged: ["was merged with another contact since", "were merged with other contacts since"],
  deleted_since: ["was deleted since", "were deleted since"],
  gone: ["is no longer there", "are no longer there"],
  refused: ["could not be taken back by the database", "could not be taken back by the database"],
};

export const keptReason = (reason: string, value: number): string =>
  reasons[reason]?.[value === 1 ? 0 : 1] ?? reason;

/** What an undo does, or did, in numbers. */
export function UndoSum({ report, tense }: { report: UndoReport; tense: "will" | "did" }) {
  const one = (value: number) => (value === 1 ? "contact" : "contacts");
  const line = (
    key: "deleted" | "restored" | "untagged" | "untouched" | "kept",
    future: string,
    past: string,
  ) => ({
    key,
    value: report[key] ?? 0,
    text: tense === "will" ? future : past,
  });
  const was = (value: number) => (value === 1 ? "was" : "were");
  const { deleted, restored, untagged, untouched = 0, kept, failed } = report;
  const lines = [
    line(
      "deleted",
      `${one(deleted)} made by this import will be deleted`,
      `${one(deleted)} ${was(deleted)} deleted`,
    ),
    line(
      "restored",
      `${one(restored)} will get back what ${restored === 1 ? "it" : "they"} held before`,
      `${one(restored)} got back what ${restored === 1 ? "it" : "they"} held before`,
    ),
    line(
      "untagged",
      `${one(untagged)} will only lose its tags and list`,
      `${one(untagged)} only lost its tags and list`,
    ),
    line(
      "untouched",
      `${one(untouched)} with nothing to take back`,
      `${one(untouched)} with nothing to take back`,
    ),
    line("kept", `${one(kept)} will stay`, `${one(kept)} stayed`),
    {
      key: "failed",
      value: failed,
      text: `${one(failed)} could not be taken back and ${was(failed)} left as found`,
    },
  ];
  const shown = Object.entries(report.reasons).filter(([reason]) => reason !== "refused");
  return (
    <div className="space-y-3">
      <ul className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
        {lines
          .filter(({ key, value }) => value > 0 || key === "deleted")
          .map(({ key, value, text }) => (
            <li
              key={key}
              className={cn("col-span-2 grid grid-cols-subgrid", key === "failed" && "text-danger")}
            >
              <strong className="text-right font-semibold tabular-nums">{count(value)}</strong>
              <span>{text}</span>
            </li>
          ))}
      </ul>
      {shown.length > 0 && (
        <div className="text-muted">
          <p>Of these:</p>
          <ul className="list-disc pl-5">
            {shown.map(([reason, value]) => (
              <li key={reason}>
                {count(value)} {keptReason(reason, value)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
