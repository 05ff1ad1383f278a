"use client";
import { Menu, Search } from "lucide-react";
import { useState } from "react";
import { NotificationBell } from "#components/notifications/notification-bell";
import { Button } from "#components/ui/button";
import { Sheet, SheetContent, SheetTrigger } from "#components/ui/sheet";
import { openPalette } from "./palette-event.tsx";
import { SidebarNav } from "./sidebar-nav.tsx";
import type { ShellData } from "./shell.tsx";
import { UserMenu } from "./user-menu.tsx";
import { WorkspaceSwitcher } from "./workspace-switcher.tsx";

/** The bar on small screens: menu, workspace, search. */
export function MobileBar({ data }: { data: ShellData }) {
  const [open, setOpen] = useState(false);
  return (
    <header className="sticky top-0 z-30 flex h-13 items-center gap-1 border-b bg-sunken px-2 md:hidden">
      <Sheet open={open} onOpenChange={setOpen}>
        <SheetTrigger asChild>
          <Button variant="ghost" size="icon" aria-label="Menu" className="[&_svg]:size-5">
            <Menu />
          </Button>
        </SheetTrigger>
        <SheetContent title="Menu" side="left">
          <div className="-mx-5 -my-4 flex h-[calc(100%+2rem)] flex-col pt-1">
            <SidebarNav slug={data.workspace.slug} onNavigate={() => setOpen(false)} />
            <div className="border-t p-2.5">
              <UserMenu data={data} />
            </div>
          </div>
        </SheetContent>
      </Sheet>
      <WorkspaceSwitcher data={data} />
      <Button
        variant="ghost"
        size="icon"
        aria-label="Search and commands"
        onClick={openPalette}
        className="[&_svg]:size-4.5"
      >
        <Search />
      </Button>
      <NotificationBell data={data} />
    </header>
  );
}
