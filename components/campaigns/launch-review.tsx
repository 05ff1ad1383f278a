"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Approval, ApprovalPanel } from "#components/approvals/approval-panel";
import { useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { Section } from "#components/ui/section";
import { Select } from "#components/ui/select";
import { isLaunched } from "#server/campaigns/schema";
import type { RouterOutputs } from "#server/router";
import { EmailPreview } from "./email-preview.tsx";
import { LaunchButton } from "./launch-button.tsx";
import { LaunchChecklist } from "./launch-checklist.tsx";
import { LaunchPlan } from "./launch-plan.tsx";
import { LaunchSamples } from "./launch-samples.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

export type Review = RouterOutputs["campaigns"]["review"];
type Props = {
  workspace: string;
  campaign: Campaign;
  review: Review;
  approval: Approval;
  permissions: string[];
  timeZone: string;
};

/** Everything there is to know before the button: what is missing, who gets it, when, and how it looks. */
export function LaunchReview({
  workspace,
  campaign,
  review: initial,
  approval,
  permissions,
  timeZone,
}: Props) {
  const trpc = useTRPC();
  // Somebody may fix a mailbox in another tab meanwhile.
  const { data: review } = useQuery(
    trpc.campaigns.review.queryOptions(
      { id: campaign.id },
      { initialData: initial, refetchInterval: 15_000 },
    ),
  );
  const emails = campaign.steps.filter((step) => step.type === "email");
  const [shown, setShown] = useState(emails[0]?.id ?? "");
  const email = emails.find((step) => step.id === shown);
  const launchable = !isLaunched(campaign.status) && !campaign.archived;
  return (
    <div className="grid items-start gap-x-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="min-w-0">
        <LaunchChecklist workspace={workspace} campaign={campaign} problems={review.problems} />
        <LaunchPlan campaign={campaign} review={review} />
        <ApprovalPanel
          campaign={campaign}
          approval={approval}
          writes={permissions.includes("campaigns:write")}
          timeZone={timeZone}
        />
        {launchable && (
          <LaunchButton
            workspace={workspace}
            campaign={campaign}
            review={review}
            allowed={permissions.includes("campaigns:launch")}
          />
        )}
      </div>
      {email && (
        <Section title="How it looks">
          {emails.length > 1 && (
            <Field name="email" label="Email" className="mb-4">
              {(control) => (
                <Select {...control} value={shown} onChange={(event) => setShown(event.target.value)}>
                  {emails.map((step) => (
                    <option key={step.id} value={step.id}>
                      {step.number}. {step.headline}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          <EmailPreview key={email.id} campaign={campaign} step={email} flush={nothingTyped} />
        </Section>
      )}
      {launchable && review.forecast && review.forecast.samples.length > 0 && (
        <LaunchSamples
          workspace={workspace}
          campaign={campaign}
          forecast={review.forecast}
          everybody={review.audience.count}
        />
      )}
    </div>
  );
}

const nothingTyped = () => Promise.resolve();
