import { DateTime } from "#components/ui/date-time";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";

type Approval = RouterOutputs["templateApprovals"]["byTemplate"];
type Request = Approval["requests"][number];
type Props = Pick<Approval, "requests" | "state" | "waitsFor"> & { timeZone: string };

const words: Record<Request["status"], string> = {
  pending: "Open",
  approved: "Approved",
  rejected: "Changes wanted",
  withdrawn: "Withdrawn",
};

/** Who asked for an approval, and what was answered, the newest first. */
export function ApprovalRequests({ requests, state, waitsFor, timeZone }: Props) {
  return (
    <ul aria-label="Requests" className="divide-y rounded-md border">
      {requests.map((request, index) => {
        const { id, status, requestedBy, requestedAt, note, by, at, comment } = request;
        const lapsed = index === 0 && state === "changed";
        return (
          <li key={id} className="space-y-1 px-3 py-2.5">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <StatusBadge
                status={status === "withdrawn" || lapsed ? "void" : status}
                label={lapsed ? `${words[status]}, void since it was changed` : words[status]}
              />
              <span className="text-muted">
                {requestedBy ?? "Somebody who has left"} asked on{" "}
                <DateTime at={requestedAt} timeZone={timeZone} />
                {at && (
                  <>
                    ; {by ?? "somebody who has left"} answered on <DateTime at={at} timeZone={timeZone} />
                  </>
                )}
              </span>
            </p>
            {note && <p className="break-words whitespace-pre-wrap">“{note}”</p>}
            {comment && <p className="break-words whitespace-pre-wrap">Answer: “{comment}”</p>}
            {index === 0 && state === "pending" && (
              <p className="text-muted">
                {waitsFor.length > 0
                  ? `Waits for ${waitsFor.join(" or ")}.`
                  : "Nobody may answer: who asks cannot. Let an admin add somebody, or name approvers for the organization."}
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}
