import { KeyRound } from "lucide-react";
import { Badge } from "#components/ui/badge";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { Table, type Column } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { CreateKey } from "./create-key.tsx";
import { RevokeKey } from "./revoke-key.tsx";

type Key = RouterOutputs["apiKeys"]["list"][number];

/** The keys of a workspace, those that work first. */
export function KeyTable({ keys, timeZone }: { keys: Key[]; timeZone: string }) {
  if (keys.length === 0)
    return (
      <EmptyState icon={KeyRound} title="No keys yet" action={<CreateKey />}>
        With a key, your shop or app can send events that start triggered campaigns.
      </EmptyState>
    );
  const columns: Column<Key>[] = [
    {
      key: "name",
      header: "Key",
      cell: ({ name, prefix, revoked }) => (
        <span className="block max-w-64 truncate">
          {name} {revoked && <Badge>revoked</Badge>}
          <code className="block text-xs font-normal text-muted">{prefix}…</code>
        </span>
      ),
    },
    {
      key: "made",
      header: "Made",
      cell: ({ createdAt, createdBy }) => (
        <span className="text-muted">
          <DateTime at={createdAt} timeZone={timeZone} />
          {createdBy && ` by ${createdBy}`}
        </span>
      ),
    },
    {
      key: "used",
      header: "Last used",
      cell: ({ lastUsedAt }) => (
        <DateTime at={lastUsedAt} timeZone={timeZone} empty="never" className="text-muted" />
      ),
    },
    {
      key: "revoke",
      header: "Revoke",
      bare: true,
      cell: ({ id, name, revoked }) => (revoked ? null : <RevokeKey id={id} name={name} />),
    },
  ];
  return <Table label="API keys" columns={columns} rows={keys} rowKey={({ id }) => id} />;
}
