import type { Metadata } from "next";
import { Suspense } from "react";
import { SettingsForm } from "#components/campaigns/settings-form";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Campaign settings" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function SettingsPage(props: Props) {
  return (
    <Suspense fallback={<Skeleton className="h-96 w-full" />}>
      <Settings {...props} />
    </Suspense>
  );
}

async function Settings({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [campaign, senders, pools, { permissions }] = await Promise.all([
    api.campaigns.byId({ id }),
    api.campaigns.senders(),
    api.pools.list(),
    api.workspaces.current(),
  ]);
  return (
    <SettingsForm
      workspace={workspace}
      initial={campaign}
      senders={senders}
      pools={pools}
      canWrite={permissions.includes("campaigns:write")}
    />
  );
}
