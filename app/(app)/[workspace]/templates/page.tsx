import { Plus } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { TemplateTable } from "#components/templates/template-table";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { templateListInput } from "#server/templates/schema";

export const metadata: Metadata = { title: "Templates" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function TemplatesPage({ params, searchParams }: Props) {
  return (
    <Page
      title="Templates"
      action={
        <Suspense fallback={null}>
          <NewTemplate params={params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <Templates params={params} searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

async function NewTemplate({ params }: Pick<Props, "params">) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  if (!permissions.includes("templates:write")) return null;
  return (
    <LinkButton variant="primary" href={`/${workspace}/templates/new`}>
      <Plus /> New template
    </LinkButton>
  );
}

async function Templates({ params, searchParams }: Props) {
  const { workspace } = await params;
  const view = templateListInput.parse(await searchParams);
  const api = caller(workspace);
  const [page, folders, tags, { workspace: here, permissions }] = await Promise.all([
    api.templates.list(view),
    api.templates.folders(),
    api.templates.tags(),
    api.workspaces.current(),
  ]);
  return (
    <TemplateTable
      workspace={workspace}
      view={view}
      page={page}
      folders={folders}
      tags={tags}
      timeZone={here.timezone}
      editable={permissions.includes("templates:write")}
    />
  );
}
