import { DateTime } from "#components/ui/date-time";
import { moneyWords } from "./money.tsx";
import type { Draft } from "./draft-panel.tsx";

type Line = { what: string; at: Date | null; by: string | null };

const begun = { ai: "Written by AI", rule: "Written from the step", user: "Begun by hand" };

/** Who did what to a draft, and what happens next. */
export function DraftHistory({ draft, timeZone }: { draft: Draft; timeZone: string }) {
  const lines: Line[] = [
    {
      what: begun[draft.author],
      at: draft.createdAt,
      by: draft.author === "ai" ? draft.ai.model : null,
    },
    { what: "Edited", at: draft.editedAt, by: draft.editedBy },
    {
      what:
        draft.author === "ai" && !draft.edited && draft.approvedBy === null
          ? "Left to go unread, as the organization allows,"
          : "Approved",
      at: draft.approvedAt,
      by: draft.approvedBy,
    },
    { what: "Rejected", at: draft.rejectedAt, by: draft.rejectedBy },
    ...(draft.status === "scheduled"
      ? [{ what: "Leaves not before", at: draft.scheduledFor, by: null }]
      : []),
    { what: "Sent", at: draft.sentAt, by: null },
    ...(draft.status === "draft"
      ? [
          {
            what: draft.otherwise === "exit" ? "Else the contact leaves the campaign" : "Else it is left out",
            at: draft.expiresAt,
            by: null,
          },
        ]
      : []),
  ];
  return (
    <ul aria-label="History" className="space-y-1 border-t pt-3 text-xs text-muted">
      {lines.map(
        ({ what, at, by }) =>
          at && (
            <li key={what}>
              {what} <DateTime at={at} timeZone={timeZone} />
              {by && ` by ${by}`}
            </li>
          ),
      )}
      {draft.ai.outputTokens > 0 && (
        <li>
          {draft.ai.inputTokens.toLocaleString("en")} tokens read and{" "}
          {draft.ai.outputTokens.toLocaleString("en")} written
          {draft.ai.costMicros === null
            ? ", at a price that is not known"
            : `, for about ${moneyWords(draft.ai.costMicros)}`}
        </li>
      )}
    </ul>
  );
}
