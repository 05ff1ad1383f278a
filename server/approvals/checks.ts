import type { Problem } from "#server/campaigns/checks";
import type { Approval } from "./queries.ts";
import { approverRoleNames } from "./schema.ts";

/** What a missing approval says among the launch checks; none where nothing asks for one, or it is there. */
export function approvalProblems({ needed, state, submissions: [newest] }: Approval): Problem[] {
  if (needed === null || state === "approved") return [];
  return [
    {
      code: `approval_${state}`,
      severity: "blocker",
      where: "approval",
      message: messageOf(state, newest),
      stepId: null,
    },
  ];
}

function messageOf(
  state: Exclude<Approval["state"], "approved">,
  newest: Approval["submissions"][number] | undefined,
) {
  switch (state) {
    case "missing":
      return "It has to be approved first. Request the approval.";
    case "pending": {
      const open = newest?.answers.filter(({ waitsFor }) => waitsFor.length > 0) ?? [];
      const roles = open.map(({ role }) => approverRoleNames[role].toLowerCase()).join(" and the ");
      return open.length === 0
        ? "It waits for an approval, and nobody but who asked for it may give one. Make somebody else an admin of the workspace."
        : `It waits for the approval of the ${roles}.`;
    }
    case "changed":
      return "It was changed after the approval was asked for, which holds no more. Request it again.";
    case "rejected": {
      const no = newest?.answers.find(({ status }) => status === "rejected");
      return `${no?.by ?? "An approver"} did not approve it${no?.comment ? `: “${no.comment}”` : ""}. Change it, and request the approval again.`;
    }
    case "expired":
      return "Not everybody who was asked answered in time. Request the approval again.";
  }
}
