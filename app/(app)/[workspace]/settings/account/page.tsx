import type { Metadata } from "next";
import { Suspense } from "react";
import { FormSkeleton } from "#components/settings/form-skeleton";
import { PasswordForm } from "#components/settings/password-form";
import { ProfileForm } from "#components/settings/profile-form";
import { SessionList } from "#components/settings/session-list";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { ThemeChoice } from "#components/settings/theme-choice";
import { Page } from "#components/ui/page";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Account" };

type Props = { params: Promise<{ workspace: string }> };

export default function AccountPage({ params }: Props) {
  return (
    <Page title="Settings" tabs={<SettingsTabs />} width="narrow">
      <Suspense fallback={<FormSkeleton fields={2} />}>
        <Account params={params} />
      </Suspense>
    </Page>
  );
}

async function Account({ params }: Props) {
  const api = caller((await params).workspace);
  const [{ user, workspace }, sessions, rules] = await Promise.all([
    api.workspaces.current(),
    api.accounts.sessions(),
    api.accounts.passwordRules(),
  ]);
  return (
    <>
      <ProfileForm name={user.name} email={user.email} />
      <PasswordForm rules={rules} />
      <SessionList sessions={sessions} timeZone={workspace.timezone} />
      <ThemeChoice />
    </>
  );
}
