"use client";
import { Command } from "cmdk";
import { FileUp, type LucideIcon, Megaphone, Moon, Plus, Sun, UserPlus } from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog } from "radix-ui";
import { useEffect, useState } from "react";
import { Kbd } from "#components/ui/kbd";
import { leaving } from "#components/ui/leave-guard";
import { onPalette } from "./palette-event.tsx";
import { allPlaces } from "./places.tsx";
import type { ShellData } from "./shell.tsx";
import { useTheme } from "./use-theme.tsx";

type Entry = { label: string; icon: LucideIcon; run: () => void; keys?: string; words?: string };

/** ⌘K: pages, actions and workspaces by name. */
export function CommandPalette({ data }: { data: ShellData }) {
  const [open, setOpen] = useState(false);
  const groups = useEntries(data);

  useEffect(() => onPalette(() => setOpen(true)), []);
  useEffect(() => {
    function toggle(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen((now) => !now);
    }
    window.addEventListener("keydown", toggle);
    return () => window.removeEventListener("keydown", toggle);
  }, []);

  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-overlay" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl overflow-hidden rounded-xl bg-raised shadow-menu outline-none data-[state=open]:animate-in data-[state=open]:duration-100 data-[state=open]:fade-in data-[state=open]:zoom-in-98"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Command label="Search and commands" loop>
            <Command.Input
              placeholder="Where to, or what to do?"
              className="h-12 w-full border-b bg-transparent px-4 text-base outline-none max-sm:text-lg"
            />
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-muted">
                Nothing of that name.
              </Command.Empty>
              {groups.map(([heading, entries]) => (
                <Command.Group
                  key={heading}
                  heading={heading}
                  className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
                >
                  {entries.map(({ label, icon: Icon, run, keys, words }) => (
                    <Command.Item
                      key={label}
                      value={`${heading} ${label}`}
                      keywords={words?.split(" ")}
                      onSelect={() => {
                        setOpen(false);
                        run();
                      }}
                      className="flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-hover"
                    >
                      <Icon aria-hidden className="size-4 shrink-0 text-muted" />
                      <span className="min-w-0 flex-1 truncate">{label}</span>
                      {keys && (
                        <span className="flex gap-1">
                          {keys.split(" ").map((key) => (
                            <Kbd key={key}>{key.toUpperCase()}</Kbd>
                          ))}
                        </span>
                      )}
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useEntries({ workspace, workspaces, permissions }: ShellData): [string, Entry[]][] {
  const router = useRouter();
  const [theme, setTheme] = useTheme();
  const leaveTo = (path: string) => () => leaving(() => router.push(path));
  const go = (path: string) => leaveTo(`/${workspace.slug}${path}`);
  const actions: (Entry & { allowed: boolean })[] = [
    {
      label: "Create a campaign",
      icon: Megaphone,
      run: go("/campaigns/new"),
      keys: "c",
      words: "new send email",
      allowed: permissions.includes("campaigns:write"),
    },
    {
      label: "Import contacts",
      icon: FileUp,
      run: go("/imports/new"),
      keys: "i",
      words: "csv upload",
      allowed: permissions.includes("contacts:write"),
    },
    {
      label: "Invite somebody",
      icon: UserPlus,
      run: go("/settings/members"),
      words: "member team",
      allowed: permissions.includes("organization:members"),
    },
    {
      label: "New workspace",
      icon: Plus,
      run: leaveTo(`/workspaces/new?from=${workspace.slug}`),
      allowed: permissions.includes("workspaces:create"),
    },
    theme === "dark"
      ? { label: "Switch to the light theme", icon: Sun, run: () => setTheme("light"), allowed: true }
      : { label: "Switch to the dark theme", icon: Moon, run: () => setTheme("dark"), allowed: true },
  ];
  const others = workspaces.filter(({ id }) => id !== workspace.id);
  return [
    ["Actions", actions.filter(({ allowed }) => allowed)],
    [
      "Go to",
      allPlaces.map(({ label, icon, path, key }) => ({ label, icon, run: go(path), keys: `g ${key}` })),
    ],
    ...(others.length > 0
      ? ([
          [
            "Workspaces",
            others.map(({ name, slug }) => ({
              label: name,
              icon: Plus,
              run: leaveTo(`/${slug}`),
              words: slug,
            })),
          ],
        ] as [string, Entry[]][])
      : []),
  ];
}
