import type { Metadata } from "next";
import { Suspense } from "react";
import { ActivityList } from "#components/home/activity-list";
import { NeedsList } from "#components/home/needs-list";
import { Onboarding } from "#components/home/onboarding";
import { RunningList } from "#components/home/running-list";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Home" };

type Props = { params: Promise<{ workspace: string }> };

export default function HomePage({ params }: Props) {
  return (
    <Page title="Home">
      <Suspense fallback={<HomeSkeleton />}>
        <Home params={params} />
      </Suspense>
    </Page>
  );
}

async function Home({ params }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const [home, { permissions }] = await Promise.all([api.analytics.home(), api.workspaces.current()]);
  const { onboarding } = home;
  const settled = onboarding.hidden || onboarding.launched;
  const canWrite = permissions.includes("campaigns:write");
  return (
    <>
      {!settled && <Onboarding workspace={workspace} onboarding={onboarding} canWrite={canWrite} />}
      <div className="grid items-start gap-x-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0">
          {(settled || home.running.length > 0) && (
            <RunningList
              workspace={workspace}
              running={home.running}
              completed={home.completed}
              timeZone={home.timezone}
              canWrite={canWrite}
            />
          )}
          <NeedsList workspace={workspace} needs={home.needs} timeZone={home.timezone} />
        </div>
        <ActivityList workspace={workspace} activity={home.activity} timeZone={home.timezone} />
      </div>
    </>
  );
}

function HomeSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="space-y-5">
        <Skeleton className="h-48" />
        <Skeleton className="h-40" />
      </div>
      <Skeleton className="h-72" />
    </div>
  );
}
