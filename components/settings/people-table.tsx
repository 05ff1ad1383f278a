import { Table, type Column } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { PersonName } from "./person-name.tsx";
import { RemovePersonButton } from "./remove-person-button.tsx";
import { TenantRoleSelect } from "./tenant-role-select.tsx";

type Person = RouterOutputs["members"]["listOrganization"][number];
type Props = { people: Person[]; self: string; isOwner: boolean };

/** Everybody in the organization. Admins manage everybody but owners. */
export function PeopleTable({ people, self, isOwner }: Props) {
  const columns: Column<Person>[] = [
    {
      key: "name",
      header: "Name",
      cell: ({ name, email, userId }) => <PersonName name={name} email={email} self={userId === self} />,
    },
    {
      key: "role",
      header: "Role",
      cell: ({ userId, name, tenantRoles }) => (
        <TenantRoleSelect
          userId={userId}
          name={name}
          role={strongest(tenantRoles)}
          disabled={!isOwner && tenantRoles.includes("owner")}
          mayMakeOwner={isOwner}
        />
      ),
    },
    {
      key: "workspaces",
      header: "Workspaces",
      cell: ({ workspaces }) => <span className="text-muted">{workspaces.join(", ") || "–"}</span>,
    },
    {
      key: "remove",
      header: "Remove",
      bare: true,
      cell: ({ userId, name, tenantRoles }) =>
        userId !== self
        && (isOwner || !tenantRoles.includes("owner")) && <RemovePersonButton userId={userId} name={name} />,
    },
  ];
  return <Table label="People" columns={columns} rows={people} rowKey={({ userId }) => userId} />;
}

const strongest = (roles: Person["tenantRoles"]) =>
  roles.includes("owner") ? "owner" : roles.includes("admin") ? "admin" : "member";
