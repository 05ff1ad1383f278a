"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import type { Campaign } from "#components/campaigns/use-campaign-edits";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";
import { AnswerButtons } from "./answer-buttons.tsx";
import { RequestApproval } from "./request-approval.tsx";
import { SubmissionView } from "./submission-view.tsx";

export type Approval = RouterOutputs["approvals"]["byCampaign"];
type Props = { campaign: Campaign; approval: Approval; writes: boolean; timeZone: string };

const reasons = {
  organization: "Your organization wants every campaign approved before it is launched.",
  size: "Your organization wants campaigns to so many people approved before they are launched.",
  sender:
    "Nothing was launched from its sender so far: such campaigns are approved before they are launched.",
  words: "Your organization wants campaigns that say certain words approved before they are launched",
  campaign: "This campaign is to be approved before it is launched.",
  earlier: "It was launched with an approval: what is changed has to be approved before it goes on.",
};

function describe({ needed, words }: Approval): string {
  if (needed === null) return "Nobody has to approve this campaign.";
  const said = words.map((word) => `“${word}”`).join(", ");
  return needed === "words" ? `${reasons.words}: ${said}.` : reasons[needed];
}

/** Where the approval of a campaign stands: asked for, answered and looked back on in one place. */
export function ApprovalPanel({ campaign, approval: initial, writes, timeZone }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const options = { initialData: initial, refetchInterval: 15_000 };
  const { data: approval } = useQuery(
    trpc.approvals.byCampaign.queryOptions({ campaignId: campaign.id }, options),
  );
  const changed = async (words: string) => {
    toast.success(words);
    await Promise.all([
      queries.invalidateQueries({ queryKey: trpc.approvals.pathKey() }),
      queries.invalidateQueries({ queryKey: trpc.campaigns.review.pathKey() }),
    ]);
    router.refresh();
  };
  const withdraw = useMutation(trpc.approvals.withdraw.mutationOptions());
  const require = useMutation(trpc.approvals.require.mutationOptions());
  const { needed, state, submissions } = approval;
  const [newest, ...earlier] = submissions;
  const draft = campaign.status === "draft";
  if (needed === null && !newest && !(writes && draft)) return null;
  const open = state === "pending" || (state === "changed" && newest?.answers.some(isOpen));
  const requestable = writes && needed !== null && (draft || campaign.status === "paused");
  const refused = (error: unknown) => void toast.error(asProblem(error)?.message);
  const ask = (requiresApproval: boolean) =>
    require
      .mutateAsync({ campaignId: campaign.id, version: campaign.version, requiresApproval })
      .then(
        () => changed(requiresApproval ? "To be approved before the launch" : "No approval needed any more"),
        refused,
      );
  return (
    <div id="approval">
      <Section
        title="Approval"
        description={describe(approval)}
        action={
          writes && draft && (needed === null || needed === "campaign") ? (
            <Button size="sm" pending={require.isPending} onClick={() => void ask(needed === null)}>
              {needed === null ? "Have it approved" : "No approval needed"}
            </Button>
          ) : undefined
        }
        footer={
          // One that was given for a certain start can be asked for again, for another one.
          (requestable && (state !== "approved" || newest?.startsAt)) || (open && writes) ? (
            <>
              {open && (
                <Button
                  pending={withdraw.isPending}
                  onClick={() =>
                    void withdraw
                      .mutateAsync({ campaignId: campaign.id })
                      .then(() => changed("Request withdrawn"), refused)
                  }
                >
                  Withdraw the request
                </Button>
              )}
              {requestable && state !== "pending" && (
                <RequestApproval campaign={campaign} again={newest !== undefined} onRequested={changed} />
              )}
            </>
          ) : undefined
        }
      >
        {newest && (
          <SubmissionView
            submission={newest}
            state={state}
            timeZone={timeZone}
            buttons={(answer) =>
              answer.mine && (
                <AnswerButtons
                  campaignId={campaign.id}
                  version={campaign.version}
                  submissionNo={newest.no}
                  role={answer.role}
                  approvable={state === "pending"}
                  onAnswered={changed}
                />
              )
            }
          />
        )}
        {earlier.length > 0 && (
          <details className="mt-4 border-t pt-3">
            <summary className="cursor-pointer text-muted">
              {earlier.length === 1 ? "1 earlier request" : `${earlier.length} earlier requests`}
            </summary>
            <div className="mt-3 space-y-4">
              {earlier.map((submission) => (
                <SubmissionView key={submission.no} submission={submission} timeZone={timeZone} />
              ))}
            </div>
          </details>
        )}
      </Section>
    </div>
  );
}

const isOpen = ({ status }: { status: string }) => status === "pending";
