import Link from "next/link";
import { PersonMenu } from "#components/campaigns/person-menu";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";
import { AddToCampaign } from "./add-to-campaign.tsx";

type Props = {
  workspace: string;
  contact: { id: string; email: string };
  campaigns: RouterOutputs["contacts"]["campaigns"];
  timeZone: string;
  canAdd: boolean;
};

/** The campaigns a contact is or was in, and where it stands in each. */
export function ContactCampaigns({ workspace, contact, campaigns, timeZone, canAdd }: Props) {
  return (
    <Section
      title="Campaigns"
      action={canAdd && <AddToCampaign contactId={contact.id} email={contact.email} />}
    >
      {campaigns.length === 0 ? (
        <p className="text-muted">In no campaign so far.</p>
      ) : (
        <ul className="space-y-3">
          {campaigns.map((campaign) => (
            <li key={campaign.id}>
              <div className="flex items-center justify-between gap-3">
                <Link
                  href={`/${workspace}/campaigns/${campaign.id}`}
                  className="min-w-0 truncate text-accent underline underline-offset-2"
                >
                  {campaign.name}
                </Link>
                <span className="flex shrink-0 items-center gap-1">
                  <StatusBadge status={campaign.status} />
                  {canAdd && campaign.acts && (
                    <PersonMenu
                      campaignId={campaign.id}
                      enrollmentId={campaign.enrollmentId}
                      status={campaign.status}
                      name={contact.email}
                      ended={campaign.campaignStatus === "completed"}
                    />
                  )}
                </span>
              </div>
              <p className="text-xs text-muted">
                {campaign.exitReason
                  ? `Left: ${campaign.exitReason.replaceAll("_", " ")}`
                  : campaign.step
                    ? `At: ${campaign.step}`
                    : "Finished"}
                {campaign.dueAt && (
                  <>
                    , due <DateTime at={campaign.dueAt} timeZone={timeZone} />
                  </>
                )}
                {" · "}
                <Link
                  href={`/${workspace}/campaigns/${campaign.id}/people/${campaign.enrollmentId}`}
                  className="text-accent underline underline-offset-2"
                  aria-label={`Journey through ${campaign.name}`}
                >
                  Journey
                </Link>
              </p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
