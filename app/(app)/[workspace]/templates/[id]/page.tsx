import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { TemplateEditor } from "#components/templates/template-editor";
import { TemplateMenu } from "#components/templates/template-menu";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { StatusBadge } from "#components/ui/status-badge";
import { caller } from "#server/caller";
import { templateIdInput } from "#server/templates/schema";

export const metadata: Metadata = { title: "Template" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function TemplatePage({ params }: Props) {
  return (
    <Suspense fallback={<Page title="Template">{<Skeleton className="h-96 w-full" />}</Page>}>
      <Template params={params} />
    </Suspense>
  );
}

async function Template({ params }: Props) {
  const { workspace, id } = await params;
  if (!templateIdInput.safeParse({ id }).success) notFound();
  const api = caller(workspace);
  const [template, { permissions }] = await Promise.all([
    api.templates.byId({ id }),
    api.workspaces.current(),
  ]);
  const editable = permissions.includes("templates:write");
  return (
    <Page
      title={template.name}
      breadcrumbs={[{ label: "Templates", href: `/${workspace}/templates` }]}
      badge={template.status === "active" ? null : <StatusBadge status="paused" label="Has mistakes" />}
      action={editable && <TemplateMenu workspace={workspace} template={template} />}
    >
      <TemplateEditor key={template.id} workspace={workspace} template={template} editable={editable} />
    </Page>
  );
}
