"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Braces } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { EmptyState } from "#components/ui/empty-state";
import { type Column, Table } from "#components/ui/table";
import type { TemplateVariable } from "#server/template-variables/schema";
import { VariableDialog } from "./variable-dialog.tsx";

/** The words of the workspace that every mail may say. */
export function VariableTable({ variables, editable }: { variables: TemplateVariable[]; editable: boolean }) {
  const [editing, setEditing] = useState<TemplateVariable | null>(null);
  const columns: Column<TemplateVariable>[] = [
    {
      key: "key",
      header: "Name",
      cell: ({ key }) => <code className="text-xs break-all">{`{{ ${key} }}`}</code>,
    },
    {
      key: "value",
      header: "Value",
      cell: ({ value }) =>
        value === "" ? (
          <span className="text-muted">Nothing</span>
        ) : (
          <span className="line-clamp-2 break-words">{value}</span>
        ),
    },
  ];
  if (editable)
    columns.push({
      key: "actions",
      header: "Actions",
      bare: true,
      cell: (variable) => (
        <span className="flex justify-end gap-1">
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Edit ${variable.key}`}
            onClick={() => setEditing(variable)}
          >
            Edit
          </Button>
          <RemoveButton variable={variable} />
        </span>
      ),
    });
  return (
    <>
      <Table
        label="Variables"
        columns={columns}
        rows={variables}
        rowKey={({ id }) => id}
        empty={
          <EmptyState icon={Braces} title="No variables yet">
            Keep words that many mails say in one place: a telephone number, the name of an offer, a link.
          </EmptyState>
        }
      />
      {editing && <VariableDialog variable={editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function RemoveButton({ variable: { id, key } }: { variable: TemplateVariable }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const remove = useMutation(trpc.templateVariables.remove.mutationOptions());
  return (
    <ConfirmDialog
      danger
      trigger={
        <Button size="sm" variant="ghost" aria-label={`Remove ${key}`}>
          Remove
        </Button>
      }
      title={`Remove ${key}?`}
      confirm="Remove"
      onConfirm={async () => {
        await remove.mutateAsync({ id });
        await queries.invalidateQueries({ queryKey: trpc.templateVariables.pathKey() });
        toast.success(`${key} removed`);
        router.refresh();
      }}
    >
      No mail can say it any more. It cannot be removed while a template or a campaign names it.
    </ConfirmDialog>
  );
}
