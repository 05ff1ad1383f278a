import type { Metadata } from "next";
import { Suspense } from "react";
import { TaskList } from "#components/tasks/task-list";
import { TaskViews } from "#components/tasks/task-views";
import { NextPage } from "#components/ui/next-page";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { taskListInput } from "#server/tasks/schema";

export const metadata: Metadata = { title: "Tasks" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default function TasksPage({ params, searchParams }: Props) {
  return (
    <Page title="Tasks" description="What is to be done about contacts, asked for by campaigns or by hand.">
      <Suspense fallback={<TableSkeleton columns={3} />}>
        <Tasks params={params} searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

async function Tasks({ params, searchParams }: Props) {
  const { workspace } = await params;
  const { view, after } = taskListInput.parse(await searchParams);
  const api = caller(workspace);
  const [page, current] = await Promise.all([api.tasks.list({ view, after }), api.workspaces.current()]);
  return (
    <>
      <TaskViews workspace={workspace} view={view} />
      <TaskList
        workspace={workspace}
        view={view}
        tasks={page.rows}
        timeZone={current.workspace.timezone}
        editable={current.permissions.includes("contacts:write")}
      />
      <NextPage
        first={after ? { query: { view } } : null}
        next={page.next ? { query: { view, after: page.next } } : null}
      />
    </>
  );
}
