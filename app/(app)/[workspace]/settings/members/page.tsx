import type { Metadata } from "next";
import { Suspense } from "react";
import { AddMemberForm } from "#components/settings/add-member-form";
import { InvitationTable } from "#components/settings/invitation-table";
import { InviteDialog } from "#components/settings/invite-dialog";
import { MemberTable } from "#components/settings/member-table";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Members" };

type Props = { params: Promise<{ workspace: string }> };

export default function MembersPage({ params }: Props) {
  return (
    <Page title="Settings" tabs={<SettingsTabs />} width="narrow">
      <Suspense fallback={<TableSkeleton columns={3} rows={4} />}>
        <Members params={params} />
      </Suspense>
    </Page>
  );
}

async function Members({ params }: Props) {
  const api = caller((await params).workspace);
  const [members, { user, permissions, workspace }] = await Promise.all([
    api.members.list(),
    api.workspaces.current(),
  ]);
  const manages = permissions.includes("workspace:members");
  const invites = permissions.includes("organization:members");
  const [candidates, invitations] = await Promise.all([
    manages ? api.members.candidates() : [],
    invites ? api.invitations.list() : [],
  ]);
  const { timezone } = workspace;
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-muted">
          {members.length === 1 ? "1 person has" : `${members.length} people have`} access to this workspace.
        </p>
        {invites && <InviteDialog />}
      </div>
      <MemberTable members={members} self={user.id} editable={manages} timeZone={timezone} />
      {invitations.length > 0 && (
        <section>
          <h2 className="mb-2 text-base font-semibold">Open invitations</h2>
          <InvitationTable invitations={invitations} timeZone={timezone} />
        </section>
      )}
      {candidates.length > 0 && <AddMemberForm candidates={candidates} />}
    </div>
  );
}
