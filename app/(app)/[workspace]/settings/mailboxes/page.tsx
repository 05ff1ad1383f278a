import type { Metadata } from "next";
import { Suspense } from "react";
import { AddMailbox } from "#components/mailboxes/add-mailbox";
import { MailboxList } from "#components/mailboxes/mailbox-list";
import { AddPool } from "#components/pools/pool-dialog";
import { PoolList } from "#components/pools/pool-list";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Mailboxes" };

type Props = { params: Promise<{ workspace: string }> };

export default function MailboxesPage({ params }: Props) {
  return (
    <Page title="Settings" tabs={<SettingsTabs />} width="narrow">
      <Suspense fallback={<TableSkeleton columns={2} rows={3} />}>
        <Mailboxes params={params} />
      </Suspense>
    </Page>
  );
}

async function Mailboxes({ params }: Props) {
  const api = caller((await params).workspace);
  const [{ mailboxes, sandboxUrl }, pools, { permissions, workspace }] = await Promise.all([
    api.mailboxes.list(),
    api.pools.list(),
    api.workspaces.current(),
  ]);
  const editable = permissions.includes("mailboxes:write");
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-md text-muted">
          Campaigns send from these addresses. New campaigns start with the default one.
        </p>
        {editable && <AddMailbox />}
      </div>
      <MailboxList
        mailboxes={mailboxes}
        editable={editable}
        sandboxUrl={sandboxUrl}
        timeZone={workspace.timezone}
      />
      {mailboxes.length > 1 && (
        <section className="pt-4">
          <div className="mb-2 flex flex-wrap items-center justify-between gap-3">
            <h2 className="text-base font-semibold">Pools</h2>
            {editable && <AddPool mailboxes={mailboxes} />}
          </div>
          <PoolList pools={pools} mailboxes={mailboxes} editable={editable} />
        </section>
      )}
    </div>
  );
}
