"use client";
import { ChevronDown, X } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useExport } from "#components/exports/use-export";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import type { ContactSelection } from "#server/contacts/schema";
import type { Permission } from "#server/permissions";
import type { RouterOutputs } from "#server/router";
import { type BulkAction, BulkDialog } from "./bulk-dialog.tsx";
import { counted } from "./columns.tsx";

type Props = {
  workspace: string;
  selection: ContactSelection;
  count: number;
  /** How many match the filter of the page. */
  matching: number;
  everyone: boolean;
  /** Null while more people are shown than were meant. */
  onEveryone: (() => void) | null;
  onClear: () => void;
  customFields: RouterOutputs["customFields"]["list"];
  permissions: Permission[];
};

const quick: { action: BulkAction; label: string }[] = [
  { action: "tag", label: "Tag" },
  { action: "add_to_list", label: "Add to list" },
];
const launching: { action: BulkAction; label: string } = {
  action: "add_to_campaign",
  label: "Add to a campaign",
};
const more: { action: BulkAction; label: string }[] = [
  { action: "untag", label: "Take a tag off" },
  { action: "remove_from_list", label: "Take off a list" },
  { action: "set_field", label: "Set a field" },
  { action: "set_stage", label: "Set the stage" },
];
const status: { action: BulkAction; label: string }[] = [
  { action: "archive", label: "Archive" },
  { action: "restore", label: "Take back from the archive" },
  { action: "unsubscribe", label: "Unsubscribe" },
];

/** What can be done with the contacts that are selected. */
export function BulkBar(props: Props) {
  const { selection, count, matching, everyone, onEveryone, onClear, permissions } = props;
  const [action, setAction] = useState<BulkAction | null>(null);
  const item = (one: { action: BulkAction; label: string }) => (
    <DropdownMenuItem key={one.action} onSelect={() => setAction(one.action)}>
      {one.label}
    </DropdownMenuItem>
  );
  return (
    <div
      role="region"
      aria-label="Selection"
      className="sticky top-2 z-20 mb-3 flex flex-wrap items-center gap-2 rounded-lg border bg-raised px-3 py-2 shadow-menu"
    >
      <p className="mr-1 text-sm font-medium tabular-nums" role="status">
        {counted(count)} selected
      </p>
      {!everyone && onEveryone && matching > count && (
        <Button variant="ghost" size="sm" onClick={onEveryone}>
          Select all {counted(matching)} that match
        </Button>
      )}
      <span className="flex-1" />
      {quick.map((one) => (
        <Button key={one.action} size="sm" onClick={() => setAction(one.action)}>
          {one.label}
        </Button>
      ))}
      {permissions.includes("contacts:export") && <ExportSelection {...props} />}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="sm">
            More <ChevronDown aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          {permissions.includes("campaigns:launch") && item(launching)}
          {more.map(item)}
          <DropdownMenuSeparator />
          {status.map(item)}
          {permissions.includes("contacts:delete") && (
            <>
              <MergeTwo {...props} />
              <DropdownMenuSeparator />
              <DropdownMenuItem danger onSelect={() => setAction("delete")}>
                Delete
              </DropdownMenuItem>
            </>
          )}
        </DropdownMenuContent>
      </DropdownMenu>
      <Button variant="ghost" size="icon-sm" aria-label="Clear the selection" onClick={onClear}>
        <X />
      </Button>
      {action && (
        <BulkDialog
          key={action}
          workspace={props.workspace}
          action={action}
          selection={selection}
          count={count}
          customFields={props.customFields}
          onClose={() => setAction(null)}
        />
      )}
    </div>
  );
}

/** Of exactly two. The one that was added to the workspace first stays, unless the other is chosen there. */
function MergeTwo({ workspace, selection }: Props) {
  const [keep, other] = "ids" in selection && selection.ids.length === 2 ? selection.ids.toSorted() : [];
  if (!keep || !other) return null;
  return (
    <DropdownMenuItem asChild>
      <Link href={`/${workspace}/contacts/merge?keep=${keep}&other=${other}`}>Merge these two</Link>
    </DropdownMenuItem>
  );
}

function ExportSelection({ workspace, selection }: Props) {
  const { pending, start } = useExport(workspace);
  const of =
    "ids" in selection
      ? { kind: "selection" as const, ids: selection.ids }
      : { kind: "filter" as const, filter: selection.filter, except: selection.except };
  return (
    <Button size="sm" pending={pending} onClick={() => start(of)}>
      Export
    </Button>
  );
}
