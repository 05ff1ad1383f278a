"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { CommentDialog } from "#components/approvals/comment-dialog";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";
import { ApprovalRequests } from "./approval-requests.tsx";

type Approval = RouterOutputs["templateApprovals"]["byTemplate"];
type Props = {
  /** As it was looked at. */
  template: { id: string; version: number };
  approval: Approval;
  timeZone: string;
  editable: boolean;
};

const states: Record<Approval["state"], string> = {
  missing: "Somebody else can look at this template before it is used. Nothing waits for it.",
  pending: "Its approval is asked for, for what it says now.",
  approved: "Approved as it is. A change of what it says voids that.",
  rejected: "Changes are wanted. It can be asked for again.",
  changed: "It was changed since its approval was asked for or given: that holds no more.",
};

/** Where the approval of a template stands: asked for, answered and looked back on in one place. */
export function TemplateApproval({ template, approval: initial, timeZone, editable }: Props) {
  const templateId = template.id;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data: approval } = useQuery(
    trpc.templateApprovals.byTemplate.queryOptions(
      { templateId },
      { initialData: initial, refetchInterval: 15_000 },
    ),
  );
  const request = useMutation(trpc.templateApprovals.request.mutationOptions());
  const withdraw = useMutation(trpc.templateApprovals.withdraw.mutationOptions());
  const decide = useMutation(trpc.templateApprovals.decide.mutationOptions());
  const changed = async (words: string) => {
    toast.success(words);
    await queries.invalidateQueries({ queryKey: trpc.templateApprovals.pathKey() });
  };
  const { state, requests, waitsFor, mine } = approval;
  const [newest] = requests;
  const answer = (decision: "approved" | "rejected", words: string) => async (comment: string) => {
    await decide.mutateAsync({
      ...{ templateId, version: template.version, requestId: newest?.id ?? "" },
      ...{ decision, comment },
    });
    await changed(words);
  };
  if (!editable && !newest) return null;
  const open = editable && newest?.status === "pending";
  const askable = editable && state !== "pending" && state !== "approved";
  return (
    <Section
      className="mt-8"
      title="Approval"
      description={states[state]}
      footer={
        (open || askable || mine) && (
          <>
            {open && (
              <Button
                pending={withdraw.isPending}
                onClick={() =>
                  void withdraw.mutateAsync({ templateId }).then(
                    () => changed("Request withdrawn"),
                    (error: unknown) => void toast.error(asProblem(error)?.message),
                  )
                }
              >
                Withdraw the request
              </Button>
            )}
            {askable && (
              <CommentDialog
                trigger={<Button>{newest ? "Ask again" : "Ask for approval"}</Button>}
                title="Ask for approval"
                description="Of what the template says as it is saved now. Those who may approve are told."
                label="A word with it"
                confirm="Ask"
                onConfirm={async (note) => {
                  await request.mutateAsync({ templateId, note });
                  await changed("Asked for");
                }}
              />
            )}
            {mine && (
              <>
                <CommentDialog
                  trigger={<Button>Ask for changes</Button>}
                  title="Ask for changes"
                  description="Whoever asked is told, and can ask again once it is changed."
                  label="What should change"
                  required
                  confirm="Send it back"
                  onConfirm={answer("rejected", "Sent back")}
                />
                <CommentDialog
                  trigger={<Button variant="primary">Approve</Button>}
                  title="Approve this template"
                  description="For what it says now: subject, preview text and both bodies. If any of these is changed, the approval is void."
                  label="A word with it"
                  confirm="Approve"
                  onConfirm={answer("approved", "Approved")}
                />
              </>
            )}
          </>
        )
      }
    >
      {requests.length > 0 && (
        <ApprovalRequests requests={requests} state={state} waitsFor={waitsFor} timeZone={timeZone} />
      )}
    </Section>
  );
}
