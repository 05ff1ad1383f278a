import { Globe } from "lucide-react";
import { EmptyState } from "#components/ui/empty-state";
import { Table } from "#components/ui/table";
import { DateTime } from "#components/ui/date-time";
import type { RouterOutputs } from "#server/router";
import { AddDomain } from "./add-domain.tsx";
import { DomainState, recordNames } from "./domain-state.tsx";

type Listed = RouterOutputs["domains"]["list"]["domains"][number];
type Props = { workspace: string; domains: Listed[]; editable: boolean; timeZone: string };

/** Every domain, whether its mail is signed, and what of its records is not right. */
export function DomainList({ workspace, domains, editable, timeZone }: Props) {
  return (
    <Table
      label="Domains"
      rows={domains}
      rowKey={({ id }) => id}
      href={({ id }) => `/${workspace}/settings/domains/${id}`}
      empty={
        <EmptyState icon={Globe} title="No domains yet" action={editable && <AddDomain />}>
          Receivers trust mail that is signed for the domain it comes from. The large ones refuse much of the
          rest.
        </EmptyState>
      }
      columns={[
        {
          key: "domain",
          header: "Domain",
          cell: ({ domain }) => <span className="wrap-anywhere">{domain}</span>,
        },
        { key: "status", header: "Mail", cell: ({ status }) => <DomainState status={status} /> },
        { key: "records", header: "To do", cell: (domain) => <ToDo domain={domain} /> },
        {
          key: "checked",
          header: "Last checked",
          cell: ({ lastCheckedAt }) => (
            <span className="text-muted">
              <DateTime at={lastCheckedAt} timeZone={timeZone} empty="Not yet" />
            </span>
          ),
        },
      ]}
    />
  );
}

function ToDo({ domain: { records, listings } }: { domain: Listed }) {
  const open = records.filter(({ state }) => state !== "found" && state !== "unknown");
  if (listings.length > 0)
    return <span className="text-danger">On a block list{open.length > 0 && ", and records"}</span>;
  if (records.length === 0) return <span className="text-muted">Set its records</span>;
  if (open.length === 0) return <span className="text-faint">–</span>;
  return <span>{open.map(({ kind }) => recordNames[kind].short).join(", ")}</span>;
}
