"use client";
import { EditListDialog } from "./edit-list-dialog.tsx";
import { AddAddressesDialog } from "./add-addresses-dialog.tsx";
import { DeleteSegment } from "#components/segments/delete-segment";
import { ExportButton } from "#components/exports/export-button";
import type { RouterOutputs } from "#server/router";

type Props = {
  workspace: string;
  list: RouterOutputs["lists"]["byId"];
  permissions: RouterOutputs["workspaces"]["current"]["permissions"];
};

export function ListActions({ workspace, list, permissions }: Props) {
  return (
    <>
      {permissions.includes("segments:write") && (
        <DeleteSegment workspace={workspace} kind="list" id={list.id} name={list.name} />
      )}
      {permissions.includes("segments:write") && (
        <EditListDialog id={list.id} name={list.name} description={list.description} />
      )}
      {permissions.includes("contacts:export") && <ExportButton workspace={workspace} segmentId={list.id} />}
      {permissions.includes("contacts:write") && <AddAddressesDialog id={list.id} />}
    </>
  );
}
