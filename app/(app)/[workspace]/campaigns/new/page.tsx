import type { Metadata } from "next";
import { Suspense } from "react";
import { CampaignForm } from "#components/campaigns/campaign-form";
import { Callout } from "#components/ui/callout";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "New campaign" };

type Props = { params: Promise<{ workspace: string }> };

export default function NewCampaignPage({ params }: Props) {
  return (
    <Page
      title="New campaign"
      breadcrumbs={[{ label: "Campaigns", href: "campaigns" }]}
      width="narrow"
      description="A name and a kind; everything else can change until the launch."
    >
      <Suspense fallback={<Skeleton className="h-96 w-full" />}>
        <Form params={params} />
      </Suspense>
    </Page>
  );
}

async function Form({ params }: Props) {
  const { workspace } = await params;
  const templates = await caller(workspace).campaignTemplates.list();
  return (
    <>
      <Callout
        kind="info"
        className="mb-6"
        title="Not sure how to begin?"
        action={
          <LinkButton size="sm" href={`/${workspace}/campaigns/new/guide`}>
            Step by step
          </LinkButton>
        }
      >
        A few plain questions make the whole draft: no canvas, no conditions.
      </Callout>
      <CampaignForm workspace={workspace} templates={templates} />
    </>
  );
}
