import Link from "next/link";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";

type Props = { workspace: string; campaigns: RouterOutputs["contacts"]["campaigns"]; timeZone: string };

/** The campaigns a contact is or was in, and where it stands in each. */
export function ContactCampaigns({ workspace, campaigns, timeZone }: Props) {
  return (
    <Section title="Campaigns">
      {campaigns.length === 0 ? (
        <p className="text-muted">In no campaign so far.</p>
      ) : (
        <ul className="space-y-3">
          {campaigns.map((campaign) => (
            <li key={campaign.id}>
              <div className="flex items-center justify-between gap-3">
                <Link
                  href={`/${workspace}/campaigns/${campaign.id}`}
                  className="min-w-0 truncate text-accent hover:underline"
                >
                  {campaign.name}
                </Link>
                <StatusBadge status={campaign.status} />
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
              </p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
