import { Plus } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { CampaignFilter } from "#components/campaigns/campaign-filter";
import { CampaignTable } from "#components/campaigns/campaign-table";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { campaignListInput } from "#server/campaigns/schema";

export const metadata: Metadata = { title: "Campaigns" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default function CampaignsPage({ params, searchParams }: Props) {
  return (
    <Page
      title="Campaigns"
      action={
        <Suspense>
          <NewCampaign params={params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <Campaigns params={params} searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

async function NewCampaign({ params }: Pick<Props, "params">) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  if (!permissions.includes("campaigns:write")) return null;
  return (
    <LinkButton href={`/${workspace}/campaigns/new`} variant="primary">
      <Plus /> New campaign
    </LinkButton>
  );
}

async function Campaigns({ params, searchParams }: Props) {
  const { workspace } = await params;
  const view = campaignListInput.parse(await searchParams);
  const api = caller(workspace);
  const [page, { permissions, workspace: here }] = await Promise.all([
    api.campaigns.list(view),
    api.workspaces.current(),
  ]);
  return (
    <>
      <CampaignFilter view={view} />
      <CampaignTable
        workspace={workspace}
        view={view}
        page={page}
        permissions={permissions}
        timeZone={here.timezone}
      />
    </>
  );
}
