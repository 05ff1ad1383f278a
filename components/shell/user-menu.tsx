"use client";
import { Keyboard, LogOut, Monitor, Moon, Sun, UserRound, Workflow } from "lucide-react";
import Link from "next/link";
import { signOut } from "#components/auth/sign-out";
import { cn } from "#components/ui/cn";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import type { ShellData } from "./shell.tsx";
import { openShortcuts } from "./shortcuts.tsx";
import { useTheme, type Theme } from "./use-theme.tsx";

export function UserMenu({
  data: { user, workspace },
  compact = false,
}: {
  data: ShellData;
  compact?: boolean;
}) {
  const [theme, setTheme] = useTheme();
  return (
    <DropdownMenu>
      <DropdownMenuTrigger
        aria-label={compact ? `${user.name}: account menu` : undefined}
        className={cn(
          "flex w-full min-w-0 items-center gap-2 rounded-md p-1.5 text-left hover:bg-hover data-[state=open]:bg-hover",
          compact && "justify-center",
        )}
      >
        <span
          aria-hidden
          className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft text-2xs font-semibold text-accent uppercase"
        >
          {initials(user.name)}
        </span>
        {!compact && (
          <span className="min-w-0 leading-4">
            <span className="block truncate font-medium">{user.name}</span>
            <span className="block truncate text-xs text-muted">{user.email}</span>
            <span className="sr-only">: account menu</span>
          </span>
        )}
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" side="top" className="w-56">
        <DropdownMenuLabel>{user.email}</DropdownMenuLabel>
        <DropdownMenuItem asChild>
          <Link href={`/${workspace.slug}/settings/account`}>
            <UserRound aria-hidden /> Account
          </Link>
        </DropdownMenuItem>
        {user.isOperator && (
          <DropdownMenuItem asChild>
            <Link href="/operator">
              <Workflow aria-hidden /> Runs of this installation
            </Link>
          </DropdownMenuItem>
        )}
        <DropdownMenuItem onSelect={openShortcuts}>
          <Keyboard aria-hidden /> Keyboard shortcuts
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>Theme</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={theme} onValueChange={(value) => setTheme(value as Theme)}>
          <DropdownMenuRadioItem value="system">
            <Monitor aria-hidden /> System
          </DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="light">
            <Sun aria-hidden /> Light
          </DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="dark">
            <Moon aria-hidden /> Dark
          </DropdownMenuRadioItem>
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => void signOut()}>
          <LogOut aria-hidden /> Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "").join("");
}
