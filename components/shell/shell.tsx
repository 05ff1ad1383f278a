import type { ReactNode } from "react";
import type { RouterOutputs } from "#server/router";
import { ApiProvider } from "../trpc/client.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { MobileBar } from "./mobile-bar.tsx";
import { RememberWorkspace } from "./remember-workspace.tsx";
import { Shortcuts } from "./shortcuts.tsx";
import { Sidebar } from "./sidebar.tsx";

export type ShellData = RouterOutputs["workspaces"]["current"] & {
  workspaces: RouterOutputs["workspaces"]["list"];
};

type Props = { data: ShellData; collapsed: boolean; children: ReactNode };

/** Everything around a signed-in page. */
export function Shell({ data, collapsed, children }: Props) {
  const { slug } = data.workspace;
  return (
    <ApiProvider key={slug} workspace={slug}>
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-primary px-3 py-1.5 text-on-primary focus-visible:translate-y-0"
      >
        Skip to content
      </a>
      <div className="flex min-h-dvh max-md:flex-col">
        <Sidebar data={data} startCollapsed={collapsed} />
        <MobileBar data={data} />
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          {children}
        </main>
      </div>
      <RememberWorkspace slug={slug} />
      <CommandPalette data={data} />
      <Shortcuts slug={slug} />
    </ApiProvider>
  );
}
