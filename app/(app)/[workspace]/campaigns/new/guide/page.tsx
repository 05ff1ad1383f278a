import type { Metadata } from "next";
import { Suspense } from "react";
import { GuideStart } from "#components/campaigns/guide/guide-start";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";

export const metadata: Metadata = { title: "New campaign, step by step" };

type Props = { params: Promise<{ workspace: string }> };

export default function GuideStartPage({ params }: Props) {
  return (
    <Page
      title="New campaign, step by step"
      breadcrumbs={[
        { label: "Campaigns", href: "campaigns" },
        { label: "New", href: "campaigns/new" },
      ]}
      width="narrow"
      description="A few plain questions make the whole draft. You can leave at any time and go on later."
    >
      <Suspense fallback={<Skeleton className="h-80 w-full" />}>
        <Start params={params} />
      </Suspense>
    </Page>
  );
}

async function Start({ params }: Props) {
  const { workspace } = await params;
  return <GuideStart workspace={workspace} />;
}
