import type { RouterOutputs } from "#server/router";
import { count } from "./import-status.tsx";

type Report = RouterOutputs["imports"]["undoPreview"];

export const keptReasons: Record<string, string> = {
  edited: "changed since the import",
  partly_edited: "get back some fields; others were changed since and stay",
  enrolled: "are in a campaign",
  mailed: "have been mailed",
  tagged: "carry tags from elsewhere",
  listed: "are on other lists",
  reimported: "are in a later import too",
  deleted_since: "have been deleted since",
  gone: "are no longer there",
};

/** What an undo does, or did, in numbers. */
export function UndoSum({ report, tense }: { report: Report; tense: "will" | "did" }) {
  const verb = (future: string, past: string) => (tense === "will" ? future : past);
  const lines = [
    {
      key: "deleted",
      value: report.deleted,
      text: verb("contacts made by this import will be deleted", "contacts were deleted"),
    },
    {
      key: "restored",
      value: report.restored,
      text: verb("contacts will get back what they held before", "contacts got back what they held before"),
    },
    {
      key: "untagged",
      value: report.untagged,
      text: verb("contacts will only lose its tags and list", "contacts only lost its tags and list"),
    },
    { key: "kept", value: report.kept, text: verb("contacts will stay", "contacts stayed") },
  ];
  const reasons = Object.entries(report.reasons);
  return (
    <div className="space-y-3">
      <ul className="space-y-1">
        {lines
          .filter(({ key, value }) => value > 0 || key === "deleted")
          .map(({ key, value, text }) => (
            <li key={key} className="flex gap-3">
              <strong className="w-20 shrink-0 text-right font-semibold tabular-nums">{count(value)}</strong>
              <span>{text}</span>
            </li>
          ))}
      </ul>
      {reasons.length > 0 && (
        <div className="text-muted">
          <p>Of these:</p>
          <ul className="list-disc pl-5">
            {reasons.map(([reason, value]) => (
              <li key={reason}>
                {count(value)} {keptReasons[reason] ?? reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
