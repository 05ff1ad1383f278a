"use client";
import { useMutation } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import type { ApproverRole } from "#server/approvals/schema";
import { CommentDialog } from "./comment-dialog.tsx";

type Props = {
  campaignId: string;
  /** Of the campaign that is shown. */
  version: number;
  submissionNo: number;
  role: ApproverRole;
  /** What changed since it was asked for can only be sent back. */
  approvable: boolean;
  onAnswered: (words: string) => Promise<void>;
};

/** For whoever may answer: yes, or what should change. */
export function AnswerButtons({ campaignId, version, submissionNo, role, approvable, onAnswered }: Props) {
  const trpc = useTRPC();
  const decide = useMutation(trpc.approvals.decide.mutationOptions());
  const answer = (decision: "approved" | "rejected", said: string) => async (comment: string) => {
    await decide.mutateAsync({ campaignId, version, submissionNo, role, decision, comment });
    await onAnswered(said);
  };
  return (
    <div className="flex gap-2">
      <CommentDialog
        trigger={<Button>Ask for changes</Button>}
        title="Ask for changes"
        description="The campaign goes back to whoever asked, who can ask again once it is changed."
        label="What should change"
        required
        confirm="Send it back"
        onConfirm={answer("rejected", "Sent back")}
      />
      {approvable && (
        <CommentDialog
          trigger={<Button variant="primary">Approve</Button>}
          title="Approve this campaign"
          description="For what it sends now, to whom, from whom and at which hours, and for the start that was asked for. If any of that is changed, the approval is void."
          label="A word with it"
          confirm="Approve"
          onConfirm={answer("approved", "Approved")}
        />
      )}
    </div>
  );
}
