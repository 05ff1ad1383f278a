import type { Metadata } from "next";
import { Suspense } from "react";
import { AddDomain } from "#components/domains/add-domain";
import { DomainList } from "#components/domains/domain-list";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { Callout } from "#components/ui/callout";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Domains" };

type Props = { params: Promise<{ workspace: string }> };

export default function DomainsPage({ params }: Props) {
  return (
    <Page title="Settings" tabs={<SettingsTabs />} width="narrow">
      <Suspense fallback={<TableSkeleton columns={4} rows={3} />}>
        <Domains params={params} />
      </Suspense>
    </Page>
  );
}

async function Domains({ params }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const [{ domains, unsigned }, current] = await Promise.all([api.domains.list(), api.workspaces.current()]);
  const editable = current.permissions.includes("mailboxes:write");
  return (
    <div className="space-y-4">
      {domains.length > 0 && (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="max-w-md text-muted">
            Mail from these domains is signed, so that receivers know it is yours.
          </p>
          {editable && <AddDomain />}
        </div>
      )}
      {unsigned.slice(0, 3).map((domain) => (
        <Callout key={domain} kind="warning" action={editable && <AddDomain known={domain} />}>
          Mail from <strong className="font-medium wrap-anywhere">{domain}</strong> leaves without a signature
          of its own.
        </Callout>
      ))}
      <DomainList
        workspace={workspace}
        domains={domains}
        editable={editable}
        timeZone={current.workspace.timezone}
      />
    </div>
  );
}
