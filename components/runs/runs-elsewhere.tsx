import { ExternalLink } from "lucide-react";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";

/** With an Inngest server of its own the runs are on that server's pages. */
export function RunsElsewhere({ dashboard }: { dashboard: string | null }) {
  return (
    <Page title="Runs">
      <EmptyState
        icon={ExternalLink}
        title="The runs are with your Inngest server"
        action={
          dashboard && (
            <LinkButton href={dashboard} variant="primary">
              Open its dashboard
            </LinkButton>
          )
        }
      >
        This installation does not use the embedded engine: functions, runs and steps are shown there.
      </EmptyState>
    </Page>
  );
}
