import type { Metadata } from "next";
import { Suspense } from "react";
import { AiKeyForm } from "#components/drafts/ai-key-form";
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
  const { workspaces, drafts } = caller((await params).workspace);
  const [settings, { permissions }, writer] = await Promise.all([
    workspaces.settings(),
    workspaces.current(),
    drafts.writer(),
  ]);
  const editable = permissions.includes("workspace:settings");
  return (
    <>
      <WorkspaceForm settings={settings} editable={editable} />
      {editable && <AiKeyForm writer={writer} />}
    </>
  );
}
