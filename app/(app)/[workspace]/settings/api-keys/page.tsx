import type { Metadata } from "next";
import { Suspense } from "react";
import { CreateKey } from "#components/api-keys/create-key";
import { HowToSend } from "#components/api-keys/how-to-send";
import { KeyTable } from "#components/api-keys/key-table";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { Callout } from "#components/ui/callout";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { env } from "#server/env";

export const metadata: Metadata = { title: "API keys" };

type Props = { params: Promise<{ workspace: string }> };

export default function ApiKeysPage({ params }: Props) {
  return (
    <Page
      title="Settings"
      tabs={<SettingsTabs />}
      width="narrow"
      action={
        <Suspense fallback={null}>
          <Create params={params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={4} />}>
        <Keys params={params} />
      </Suspense>
    </Page>
  );
}

async function Create({ params }: Props) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  return permissions.includes("workspace:settings") ? <CreateKey /> : null;
}

async function Keys({ params }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const { permissions, workspace: current } = await api.workspaces.current();
  if (!permissions.includes("workspace:settings"))
    return (
      <Callout kind="info" title="Keys are for admins">
        Ask an admin of the workspace for a key.
      </Callout>
    );
  const keys = await api.apiKeys.list();
  return (
    <div className="space-y-5">
      <KeyTable keys={keys} timeZone={current.timezone} />
      <HowToSend origin={env.APP_URL} />
    </div>
  );
}
