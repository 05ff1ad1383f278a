"use client";
import { PanelLeft, Search } from "lucide-react";
import { useState } from "react";
import { NotificationBell } from "#components/notifications/notification-bell";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import { Kbd } from "#components/ui/kbd";
import { Tooltip } from "#components/ui/tooltip";
import { openPalette } from "./palette-event.tsx";
import { SidebarNav } from "./sidebar-nav.tsx";
import type { ShellData } from "./shell.tsx";
import { useModifier } from "./use-modifier.tsx";
import { UserMenu } from "./user-menu.tsx";
import { WorkspaceSwitcher } from "./workspace-switcher.tsx";

/** The desktop sidebar. It remembers in a cookie whether it is collapsed, so that the server draws it right at once. */
export function Sidebar({ data, startCollapsed }: { data: ShellData; startCollapsed: boolean }) {
  const [collapsed, setCollapsed] = useState(startCollapsed);
  const modifier = useModifier();

  function toggle() {
    document.cookie = `sidebar=${collapsed ? "open" : "collapsed"}; path=/; max-age=31536000; samesite=lax`;
    setCollapsed(!collapsed);
  }

  return (
    <aside
      className={cn(
        "sticky top-0 flex h-dvh shrink-0 flex-col border-r bg-sunken max-md:hidden",
        collapsed ? "w-14 items-center" : "w-58",
      )}
    >
      <div className={cn("flex items-center gap-1 p-2.5", collapsed && "flex-col")}>
        <WorkspaceSwitcher data={data} compact={collapsed} />
        <Tooltip content={collapsed ? "Expand" : "Collapse"} side="right">
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={collapsed ? "Expand sidebar" : "Collapse sidebar"}
            aria-expanded={!collapsed}
            onClick={toggle}
          >
            <PanelLeft />
          </Button>
        </Tooltip>
      </div>
      <div className={cn("flex w-full items-center gap-1 px-2.5 pb-2", collapsed && "flex-col")}>
        <button
          type="button"
          onClick={openPalette}
          aria-label={collapsed ? "Search" : undefined}
          aria-keyshortcuts="Control+K Meta+K"
          className={cn(
            "flex h-8 w-full items-center gap-2 rounded-md border bg-surface px-2 text-muted shadow-card hover:border-line-strong",
            collapsed && "justify-center",
          )}
        >
          <Search aria-hidden className="size-3.5 shrink-0" />
          {!collapsed && (
            <>
              <span className="flex-1 text-left">Search</span>
              <Kbd>{modifier}K</Kbd>
            </>
          )}
        </button>
        <NotificationBell data={data} />
      </div>
      <SidebarNav slug={data.workspace.slug} compact={collapsed} />
      <div className="mt-auto w-full border-t p-2.5">
        <UserMenu data={data} compact={collapsed} />
      </div>
    </aside>
  );
}
