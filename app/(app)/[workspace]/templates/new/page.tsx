import type { Metadata } from "next";
import { Suspense } from "react";
import { TemplateEditor } from "#components/templates/template-editor";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "New template" };

type Props = { params: Promise<{ workspace: string }> };

export default function NewTemplatePage({ params }: Props) {
  return (
    <Suspense fallback={<Page title="New template">{<Skeleton className="h-96 w-full" />}</Page>}>
      <NewTemplate params={params} />
    </Suspense>
  );
}

async function NewTemplate({ params }: Props) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  return (
    <Page title="New template" breadcrumbs={[{ label: "Templates", href: `/${workspace}/templates` }]}>
      <TemplateEditor
        workspace={workspace}
        template={null}
        editable={permissions.includes("templates:write")}
      />
    </Page>
  );
}
