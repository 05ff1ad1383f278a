import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { TemplateApproval } from "#components/templates/template-approval";
import { TemplateComments } from "#components/templates/template-comments";
import { TemplateEditor } from "#components/templates/template-editor";
import { TemplateMenu } from "#components/templates/template-menu";
import { TemplateState } from "#components/templates/template-state";
import { TemplateUsage } from "#components/templates/template-usage";
import { Callout } from "#components/ui/callout";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
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
  const [template, usage, approval, { workspace: here, permissions }] = await Promise.all([
    api.templates.byId({ id }),
    api.templates.usage({ id }),
    api.templateApprovals.byTemplate({ templateId: id }),
    api.workspaces.current(),
  ]);
  const canWrite = permissions.includes("templates:write");
  const archived = template.status === "archived";
  return (
    <Page
      title={template.name}
      breadcrumbs={[{ label: "Templates", href: `/${workspace}/templates` }]}
      badge={template.status === "active" ? null : <TemplateState status={template.status} />}
      action={canWrite && <TemplateMenu workspace={workspace} template={template} />}
    >
      {archived && (
        <Callout kind="info" className="mb-5">
          This template is archived: no new step can start from it. Take it out of the archive to change it.
        </Callout>
      )}
      <TemplateEditor
        key={template.id}
        workspace={workspace}
        template={template}
        editable={canWrite && !archived}
      />
      <TemplateUsage workspace={workspace} usage={usage} />
      <TemplateApproval
        key={`approval ${template.id}`}
        template={template}
        approval={approval}
        timeZone={here.timezone}
        editable={canWrite && !archived}
      />
      <TemplateComments
        key={`comments ${template.id}`}
        id={id}
        timeZone={here.timezone}
        editable={canWrite}
      />
    </Page>
  );
}
