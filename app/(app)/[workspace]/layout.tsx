import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { Shell } from "#components/shell/shell";
import { caller } from "#server/caller";

type Props = { children: ReactNode; params: Promise<{ workspace: string }> };

// It awaits before anything is sent, so that an unknown or foreign workspace answers 404 and not a page that says so.
export default async function WorkspaceLayout({ children, params }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const [current, workspaces, jar] = await Promise.all([
    api.workspaces.current(),
    api.workspaces.list(),
    cookies(),
  ]);
  return (
    <Shell data={{ ...current, workspaces }} collapsed={jar.get("sidebar")?.value === "collapsed"}>
      {children}
    </Shell>
  );
}
