import type { Metadata } from "next";
import { Suspense } from "react";
import { MessageFilter } from "#components/analytics/message-filter";
import { MessageTable } from "#components/analytics/message-table";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { messagesInput } from "#server/analytics/schema";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Messages" };

type Props = {
  params: Promise<{ workspace: string; id: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function MessagesPage(props: Props) {
  return (
    <Suspense
      fallback={
        <Page title="Messages">
          <TableSkeleton columns={5} />
        </Page>
      }
    >
      <Messages {...props} />
    </Suspense>
  );
}

async function Messages({ params, searchParams }: Props) {
  const [{ workspace, id }, query] = await Promise.all([params, searchParams]);
  const view = messagesInput.parse({ ...query, id });
  const api = caller(workspace);
  const [campaign, page, current] = await Promise.all([
    api.campaigns.byId({ id }),
    api.analytics.messages(view),
    api.workspaces.current(),
  ]);
  return (
    <Page
      title="Messages"
      breadcrumbs={[
        { label: "Campaigns", href: `/${workspace}/campaigns` },
        { label: campaign.name, href: `/${workspace}/campaigns/${id}` },
      ]}
      description="The very messages that a number of this campaign counts, the newest first."
    >
      <MessageFilter view={view} steps={campaign.steps} />
      <MessageTable
        workspace={workspace}
        campaignId={id}
        view={view}
        page={page}
        timeZone={current.workspace.timezone}
      />
    </Page>
  );
}
