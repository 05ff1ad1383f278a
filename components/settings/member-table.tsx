import { Badge } from "#components/ui/badge";
import { DateTime } from "#components/ui/date-time";
import { Table, type Column } from "#components/ui/table";
import { workspaceRoleLabels } from "#server/members/schema";
import type { RouterOutputs } from "#server/router";
import { PersonName } from "./person-name.tsx";
import { RemoveMemberButton } from "./remove-member-button.tsx";
import { RoleSelect } from "./role-select.tsx";

type Member = RouterOutputs["members"]["list"][number];
type Props = { members: Member[]; self: string; editable: boolean; timeZone: string };

export function MemberTable({ members, self, editable, timeZone }: Props) {
  const columns: Column<Member>[] = [
    {
      key: "name",
      header: "Name",
      cell: ({ name, email, userId }) => <PersonName name={name} email={email} self={userId === self} />,
    },
    {
      key: "role",
      header: "Role here",
      cell: (member) => <Role member={member} editable={editable} />,
    },
    {
      key: "organization",
      header: "Organization",
      cell: ({ tenantRoles }) => <TenantRole roles={tenantRoles} />,
    },
    {
      key: "since",
      header: "Since",
      wideOnly: true,
      cell: ({ since }) => <DateTime at={since} show="date" timeZone={timeZone} className="text-muted" />,
    },
  ];
  if (editable)
    columns.push({
      key: "remove",
      header: "Remove",
      bare: true,
      cell: ({ role, userId, name }) => role && <RemoveMemberButton userId={userId} name={name} />,
    });
  return <Table label="Members" columns={columns} rows={members} rowKey={({ userId }) => userId} />;
}

function Role({ member: { role, userId, name }, editable }: { member: Member; editable: boolean }) {
  if (!role) return <span className="text-muted">Everything, through the organization</span>;
  if (editable) return <RoleSelect userId={userId} name={name} role={role} />;
  return workspaceRoleLabels[role].label;
}

export function TenantRole({ roles }: { roles: Member["tenantRoles"] }) {
  if (roles.includes("owner")) return <Badge tone="accent">Owner</Badge>;
  if (roles.includes("admin")) return <Badge>Admin</Badge>;
  return <span className="text-muted">Member</span>;
}
