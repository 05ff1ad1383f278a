"use client";
import { useMutation } from "@tanstack/react-query";
import { SlidersHorizontal } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";
import { type Column, Table } from "#components/ui/table";
import { limitsOf, shownValue } from "#server/custom-fields/schema";
import type { RouterOutputs } from "#server/router";
import { FieldDialog, typeLabels } from "./field-dialog.tsx";

type Field = RouterOutputs["customFields"]["list"][number];

/** The custom fields of the workspace, archived ones last. */
export function FieldTable({ fields, editable }: { fields: Field[]; editable: boolean }) {
  const [editing, setEditing] = useState<Field | null>(null);
  const columns: Column<Field>[] = [
    {
      key: "label",
      header: "Field",
      cell: (field) => (
        <span className="flex flex-wrap items-center gap-2">
          {field.label}
          {field.required && <Badge>Required</Badge>}
          {field.archivedAt && <Badge>Archived</Badge>}
        </span>
      ),
    },
    { key: "type", header: "Type", cell: (field) => typeLabels[field.type] },
    {
      key: "key",
      header: "Key",
      wideOnly: true,
      cell: (field) => <code className="text-xs">{field.name}</code>,
    },
    {
      key: "options",
      header: "Options and limits",
      wideOnly: true,
      cell: (field) => (
        <span className="line-clamp-1">{field.options.join(", ") || limitsOf(field.validation)}</span>
      ),
    },
    {
      key: "default",
      header: "Default",
      wideOnly: true,
      cell: (field) => <span className="line-clamp-1">{shownValue(field.defaultValue)}</span>,
    },
  ];
  if (editable) {
    columns.push({
      key: "actions",
      header: "Actions",
      bare: true,
      cell: (field) => (
        <span className="flex justify-end gap-1">
          {!field.archivedAt && (
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Edit ${field.label}`}
              onClick={() => setEditing(field)}
            >
              Edit
            </Button>
          )}
          <ArchiveButton field={field} />
        </span>
      ),
    });
  }
  return (
    <>
      <Table
        label="Custom fields"
        columns={columns}
        rows={fields}
        rowKey={(field) => field.id}
        empty={
          <EmptyState icon={SlidersHorizontal} title="No custom fields yet">
            Keep what your business knows about people: a plan, a renewal date, a number of seats. An import
            makes fields too.
          </EmptyState>
        }
      />
      {editing && <FieldDialog field={editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function ArchiveButton({ field }: { field: Field }) {
  const trpc = useTRPC();
  const router = useRouter();
  const settled = {
    onSuccess: () => router.refresh(),
    onError: (error: unknown) => toast.error(asProblem(error)?.message),
  };
  const archive = useMutation(trpc.customFields.archive.mutationOptions(settled));
  const restore = useMutation(trpc.customFields.restore.mutationOptions(settled));
  const act = field.archivedAt ? restore : archive;
  const label = field.archivedAt ? "Restore" : "Archive";
  return (
    <Button
      size="sm"
      variant="ghost"
      aria-label={`${label} ${field.label}`}
      pending={act.isPending}
      onClick={() => act.mutate({ id: field.id })}
    >
      {label}
    </Button>
  );
}
