import { DateTime } from "#components/ui/date-time";
import { Table, type Column } from "#components/ui/table";
import { workspaceRoleLabels } from "#server/members/schema";
import type { RouterOutputs } from "#server/router";
import { RevokeInvitationButton } from "./revoke-invitation-button.tsx";

type Invitation = RouterOutputs["invitations"]["list"][number];

/** Open invitations of the organization. */
export function InvitationTable({ invitations, timeZone }: { invitations: Invitation[]; timeZone: string }) {
  const columns: Column<Invitation>[] = [
    { key: "email", header: "Invited", cell: ({ email }) => email },
    { key: "role", header: "Role", cell: ({ role }) => workspaceRoleLabels[role].label },
    { key: "by", header: "By", wideOnly: true, cell: ({ invitedBy }) => invitedBy ?? "–" },
    {
      key: "expires",
      header: "Works until",
      cell: ({ expiresAt }) => <DateTime at={expiresAt} timeZone={timeZone} className="text-muted" />,
    },
    {
      key: "revoke",
      header: "Withdraw",
      bare: true,
      cell: ({ id, email }) => <RevokeInvitationButton id={id} email={email} />,
    },
  ];
  return <Table label="Open invitations" columns={columns} rows={invitations} rowKey={({ id }) => id} />;
}
