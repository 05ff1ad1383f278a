import { Building2 } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { ApprovalPolicyForm } from "#components/approvals/approval-policy-form";
import { DraftPolicyForm } from "#components/drafts/draft-policy-form";
import { ContactCapsForm } from "#components/sending/contact-caps-form";
import { AccountRulesForm } from "#components/settings/account-rules-form";
import { FormSkeleton } from "#components/settings/form-skeleton";
import { MailRetentionForm } from "#components/settings/mail-retention-form";
import { OrganizationForm } from "#components/settings/organization-form";
import { PeopleTable } from "#components/settings/people-table";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { WorkspaceTable } from "#components/settings/workspace-table";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Organization" };

type Props = { params: Promise<{ workspace: string }> };

export default function OrganizationPage({ params }: Props) {
  return (
    <Page title="Settings" tabs={<SettingsTabs />} width="narrow">
      <Suspense fallback={<FormSkeleton fields={2} />}>
        <Organization params={params} />
      </Suspense>
    </Page>
  );
}

async function Organization({ params }: Props) {
  const api = caller((await params).workspace);
  const { user, permissions, tenantRoles, workspace } = await api.workspaces.current();
  if (!permissions.includes("organization:settings"))
    return (
      <EmptyState icon={Building2} title={workspace.tenantName}>
        Owners and admins of the organization manage its people and workspaces here.
      </EmptyState>
    );
  const [organization, people, rules, approvals, caps, drafts, retention] = await Promise.all([
    api.workspaces.organization(),
    api.members.listOrganization(),
    api.accounts.rules(),
    api.approvals.policy(),
    api.sendingLimits.contactCaps(),
    api.drafts.policy(),
    api.replies.retention(),
  ]);
  return (
    <div className="space-y-6">
      <OrganizationForm name={organization.name} />
      <section>
        <h2 className="mb-2 text-base font-semibold">People</h2>
        <PeopleTable people={people} self={user.id} isOwner={tenantRoles.includes("owner")} />
      </section>
      <section>
        <div className="mb-2 flex items-center justify-between gap-3">
          <h2 className="text-base font-semibold">Workspaces</h2>
          <LinkButton size="sm" href={`/workspaces/new?from=${workspace.slug}`}>
            New workspace
          </LinkButton>
        </div>
        <WorkspaceTable workspaces={organization.workspaces} timeZone={workspace.timezone} />
      </section>
      <ApprovalPolicyForm {...approvals} />
      <DraftPolicyForm policy={drafts} />
      <ContactCapsForm caps={caps} />
      <MailRetentionForm retention={retention} />
      <AccountRulesForm rules={rules} />
    </div>
  );
}
