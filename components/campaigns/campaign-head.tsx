import type { ReactNode } from "react";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { StatusBadge } from "#components/ui/status-badge";
import { TextLink } from "#components/ui/text-link";
import { hasOnlyRepeated, isLaunched } from "#server/campaigns/schema";
import { CampaignMenu } from "./campaign-menu.tsx";
import { RenameCampaign } from "./rename-campaign.tsx";
import { ToReview } from "./to-review.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

type Props = {
  workspace: string;
  campaign: Campaign;
  permissions: string[];
  tabs?: ReactNode;
  /** Stands before the menu. */
  action?: ReactNode;
  children: ReactNode;
};

/** Title, state and actions: the same above the builder and the live view. */
export function CampaignHead({ workspace, campaign, permissions, tabs, action, children }: Props) {
  const base = `/${workspace}/campaigns`;
  const canWrite = permissions.includes("campaigns:write");
  return (
    <Page
      title={campaign.name}
      breadcrumbs={[{ label: "Campaigns", href: base }]}
      badge={
        <span className="inline-flex items-center gap-2">
          <StatusBadge status={campaign.archived ? "archived" : campaign.status} />
          {canWrite && !campaign.archived && <RenameCampaign id={campaign.id} name={campaign.name} />}
        </span>
      }
      tabs={tabs}
      action={
        <>
          {tabs && isLaunched(campaign.status) && !hasOnlyRepeated(campaign) && (
            <LinkButton href={`${base}/${campaign.id}`}>Live view</LinkButton>
          )}
          {tabs && !isLaunched(campaign.status) && <ToReview href={`${base}/${campaign.id}/edit/review`} />}
          {action}
          {canWrite && (
            <CampaignMenu
              workspace={workspace}
              campaign={{ ...campaign, timezone: campaign.settings.timezone }}
              canLaunch={permissions.includes("campaigns:launch")}
            />
          )}
        </>
      }
    >
      {campaign.origin && (
        <p className="-mt-2 mb-4 text-muted">
          Occurrence {campaign.origin.number} of{" "}
          <TextLink href={`${base}/${campaign.origin.id}/edit/occurrences`}>{campaign.origin.name}</TextLink>
        </p>
      )}
      {children}
    </Page>
  );
}
