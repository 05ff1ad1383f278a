"use client";
import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { useExport } from "#components/exports/use-export";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { LinkButton } from "#components/ui/link-button";
import type { ContactFilter } from "#server/contacts/schema";
import type { Permission } from "#server/permissions";

type Props = {
  workspace: string;
  /** Null while not everything that was asked for can be filtered by: more people are shown than were meant. */
  filter: ContactFilter | null;
  permissions: Permission[];
};

/** What is done from the list of contacts. Side by side what is done often; on a phone all but the import is behind a menu. */
export function ContactActions({ workspace, filter, permissions }: Props) {
  const { pending, start } = useExport(workspace);
  const exports = permissions.includes("contacts:export");
  const writes = permissions.includes("contacts:write");
  const filtered = filter === null || Object.values(filter).some((part) => part !== undefined);
  const exportAll = filtered ? "Export these" : "Export";
  const startExport = () => {
    if (filter !== null) start(filtered ? { kind: "filter", filter } : { kind: "all" });
  };
  if (!exports && !writes) return null;
  const further = [
    ...(exports ? [{ href: `/${workspace}/exports`, label: "Past exports" }] : []),
    ...(writes ? [{ href: `/${workspace}/contacts/edits`, label: "Past edits" }] : []),
  ];
  return (
    <>
      <div className="contents max-sm:hidden">
        {exports && (
          <Button pending={pending} disabled={filter === null} onClick={startExport}>
            {exportAll}
          </Button>
        )}
        {writes && <LinkButton href={`/${workspace}/contacts/new`}>Add contact</LinkButton>}
      </div>
      {writes && (
        <LinkButton href={`/${workspace}/imports/new`} variant="primary">
          Import
        </LinkButton>
      )}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="icon" variant="ghost" aria-label="More">
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          {writes && (
            <DropdownMenuItem asChild className="sm:hidden">
              <Link href={`/${workspace}/contacts/new`}>Add contact</Link>
            </DropdownMenuItem>
          )}
          {exports && (
            <DropdownMenuItem
              className="sm:hidden"
              disabled={pending || filter === null}
              onSelect={startExport}
            >
              {exportAll}
            </DropdownMenuItem>
          )}
          {further.map(({ href, label }) => (
            <DropdownMenuItem key={href} asChild>
              <Link href={href}>{label}</Link>
            </DropdownMenuItem>
          ))}
        </DropdownMenuContent>
      </DropdownMenu>
    </>
  );
}
