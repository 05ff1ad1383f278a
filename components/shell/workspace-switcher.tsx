"use client";
import { Command } from "cmdk";
import { Check, ChevronsUpDown, Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { cn } from "#components/ui/cn";
import { leaving } from "#components/ui/leave-guard";
import { Popover, PopoverContent, PopoverTrigger } from "#components/ui/popover";
import type { ShellData } from "./shell.tsx";

const item =
  "flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 py-1 data-[selected=true]:bg-hover max-md:min-h-10";

/** Which workspace this is, and the way to the others, by organization. */
export function WorkspaceSwitcher({ data, compact = false }: { data: ShellData; compact?: boolean }) {
  const { workspace, workspaces, permissions } = data;
  const [open, setOpen] = useState(false);
  const router = useRouter();
  const organizations = [...Map.groupBy(workspaces, ({ tenantId }) => tenantId).values()];

  function go(path: string) {
    setOpen(false);
    leaving(() => router.push(path));
  }

  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        aria-label={compact ? `${workspace.name}: switch workspace` : undefined}
        className={cn(
          "flex h-9 min-w-0 items-center gap-2 rounded-md px-1.5 text-left hover:bg-hover data-[state=open]:bg-hover",
          !compact && "flex-1",
        )}
      >
        <Initial name={workspace.name} />
        {!compact && (
          <>
            <span className="min-w-0 flex-1 truncate font-semibold">{workspace.name}</span>
            <span className="sr-only">: switch workspace</span>
            <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-faint" />
          </>
        )}
      </PopoverTrigger>
      <PopoverContent className="w-64 p-1">
        <Command label="Workspaces">
          <Command.Input
            placeholder="Find a workspace"
            className="h-8 w-full bg-transparent px-2 outline-none max-sm:text-lg"
          />
          <Command.List className="max-h-72 overflow-y-auto border-t py-1">
            <Command.Empty className="px-2 py-3 text-center text-muted">
              No workspace of that name.
            </Command.Empty>
            {organizations.map((group) => (
              <Command.Group
                key={group[0]?.tenantId}
                heading={group[0]?.tenantName}
                className="[&_[cmdk-group-heading]]:truncate [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
              >
                {group.map(({ id, slug, name }) => (
                  <Command.Item
                    key={id}
                    value={`${name} ${slug}`}
                    onSelect={() => go(`/${slug}`)}
                    className={item}
                  >
                    <Initial name={name} />
                    <span className="min-w-0 flex-1 truncate">{name}</span>
                    {id === workspace.id && <Check aria-label="open now" className="size-3.5 text-muted" />}
                  </Command.Item>
                ))}
              </Command.Group>
            ))}
          </Command.List>
          {permissions.includes("workspaces:create") && (
            <button
              type="button"
              onClick={() => go(`/workspaces/new?from=${workspace.slug}`)}
              className="flex min-h-8 w-full items-center gap-2 rounded-md border-t px-2 py-1.5 text-left hover:bg-hover"
            >
              <Plus aria-hidden className="mx-0.5 size-4 text-muted" /> New workspace
            </button>
          )}
        </Command>
      </PopoverContent>
    </Popover>
  );
}

function Initial({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      className="flex size-5 shrink-0 items-center justify-center rounded-sm bg-primary text-2xs font-semibold text-on-primary uppercase"
    >
      {[...name][0]}
    </span>
  );
}
