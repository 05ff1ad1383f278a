import type { Metadata } from "next";
import { Suspense } from "react";
import { NewWorkspace } from "#components/settings/new-workspace";
import { BarePage } from "#components/shell/bare-page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "New workspace" };

type Props = { searchParams: Promise<{ from?: string | string[] }> };

export default function NewWorkspacePage({ searchParams }: Props) {
  return (
    <BarePage className="bg-sunken">
      <div className="mx-auto w-full max-w-lg px-4 pb-16 sm:pt-[8vh]">
        <div className="rounded-xl border bg-surface px-6 py-8 shadow-card sm:px-9">
          <Suspense fallback={<Skeleton className="h-48" />}>
            <Choice searchParams={searchParams} />
          </Suspense>
        </div>
      </div>
    </BarePage>
  );
}

async function Choice({ searchParams }: Props) {
  const [{ from }, workspaces] = await Promise.all([searchParams, caller(null).workspaces.list()]);
  return <NewWorkspace workspaces={workspaces} from={typeof from === "string" ? from : null} />;
}
