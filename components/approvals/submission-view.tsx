import type { ReactNode } from "react";
import { DateTime } from "#components/ui/date-time";
import { StatusBadge } from "#components/ui/status-badge";
import { approverRoleNames } from "#server/approvals/schema";
import type { Approval } from "./approval-panel.tsx";

type Submission = Approval["submissions"][number];
type Answer = Submission["answers"][number];
type Props = {
  submission: Submission;
  /** Of the newest one. */
  state?: Approval["state"];
  timeZone: string;
  buttons?: (answer: Answer) => ReactNode;
};

const words: Record<Answer["status"], string> = {
  pending: "Open",
  approved: "Approved",
  rejected: "Changes wanted",
  expired: "Not answered",
  void: "Withdrawn",
};

/** One request, who asked for it, and what each role has answered. */
export function SubmissionView({ submission, state, timeZone, buttons }: Props) {
  const { requestedBy, requestedAt, expiresAt, note, startsAt, answers } = submission;
  return (
    <div>
      <p className="text-muted">
        {requestedBy ?? "Somebody who has left"} asked on <DateTime at={requestedAt} timeZone={timeZone} />
        {state === "pending" && (
          <>
            ; without an answer it lapses on <DateTime at={expiresAt} timeZone={timeZone} />
          </>
        )}
        .
      </p>
      <p className="mt-1 text-muted">
        {startsAt ? (
          <>
            For a start on <DateTime at={startsAt} timeZone={timeZone} />, and no other.
          </>
        ) : (
          "For the emails, the audience, the sender and the hours of sending. When it is launched is open."
        )}
      </p>
      {note && <p className="mt-1 whitespace-pre-wrap">“{note}”</p>}
      {state === "changed" && (
        <p className="mt-1 text-warning">
          The campaign was changed since: what is answered here was meant for another content.
        </p>
      )}
      <ul className="mt-3 divide-y rounded-md border">
        {answers.map((answer) => (
          <li key={answer.role} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2.5">
            <div className="min-w-0 flex-1">
              <div className="flex flex-wrap items-center gap-2">
                <span className="font-medium">{approverRoleNames[answer.role]}</span>
                <StatusBadge status={answer.status} label={words[answer.status]} />
              </div>
              <p className="text-muted">{byWhom(answer)}</p>
              {answer.comment && <p className="mt-1 whitespace-pre-wrap">“{answer.comment}”</p>}
            </div>
            {buttons?.(answer)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function byWhom({ status, by, asked, waitsFor }: Answer): string {
  if (by) return by;
  if (status !== "pending") return "";
  if (!asked) return "Asked once the one before has approved";
  if (waitsFor.length === 0)
    return "Nobody here may answer but who asks, and they cannot. Make somebody else an admin of the workspace.";
  return waitsFor.length > 3
    ? `${waitsFor.slice(0, 3).join(", ")} or ${waitsFor.length - 3} more may answer`
    : `${waitsFor.join(" or ")} may answer`;
}
