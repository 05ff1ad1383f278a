import type { Metadata } from "next";
import { Suspense } from "react";
import { FormSkeleton } from "#components/settings/form-skeleton";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { WorkspaceForm } from "#components/settings/workspace-form";
import { Page } from "#components/ui/page";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Settings" };

type Props = { params: Promise<{ workspace: string }> };

export default function SettingsPage({ params }: Props) {
  return (
    <Page title="Settings" tabs={<SettingsTabs />} width="narrow">
      <Suspense fallback={<FormSkeleton />}>
        <Settings params={params} />
      </Suspense>
    </Page>
  );
}

async function Settings({ params }: Props) {
  const { workspaces } = caller((await params).workspace);
  const [settings, { permissions }] = await Promise.all([workspaces.settings(), workspaces.current()]);
  return <WorkspaceForm settings={settings} editable={permissions.includes("workspace:settings")} />;
}
