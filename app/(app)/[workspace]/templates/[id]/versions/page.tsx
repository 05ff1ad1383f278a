import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { TemplateVersions } from "#components/templates/template-versions";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";
import { templateIdInput, templateVersionInput } from "#server/templates/schema";

export const metadata: Metadata = { title: "Versions of a template" };

type Props = {
  params: Promise<{ workspace: string; id: string }>;
  searchParams: Promise<{ number?: string; compare?: string }>;
};

export default function TemplateVersionsPage(props: Props) {
  return (
    <Suspense fallback={<Page title="Versions">{<Skeleton className="h-96 w-full" />}</Page>}>
      <Versions {...props} />
    </Suspense>
  );
}

async function Versions({ params, searchParams }: Props) {
  const [{ workspace, id }, { number, compare }] = await Promise.all([params, searchParams]);
  if (!templateIdInput.safeParse({ id }).success) notFound();
  const api = caller(workspace);
  const [template, versions, current] = await Promise.all([
    api.templates.byId({ id }),
    api.templates.versions({ id }),
    api.workspaces.current(),
  ]);
  const asked = templateVersionInput.safeParse({ id, number });
  // A template of an early demo has not been saved since, and so has no version to show.
  const newest = versions[0]?.number;
  if (newest === undefined) notFound();
  const shown = await api.templates.version(asked.success ? asked.data : { id, number: newest });
  const compared = compare === "newest" && shown.number !== newest;
  const [latest, { message }] = await Promise.all([
    compared ? api.templates.version({ id, number: newest }) : null,
    api.templates.preview({ ...shown, previewText: shown.previewText ?? "", contactId: null }),
  ]);
  return (
    <Page
      title="Versions"
      breadcrumbs={[
        { label: "Templates", href: `/${workspace}/templates` },
        { label: template.name, href: `/${workspace}/templates/${id}` },
      ]}
    >
      <TemplateVersions
        workspace={workspace}
        template={template}
        versions={versions}
        shown={shown}
        newest={latest}
        message={message}
        timeZone={current.workspace.timezone}
        editable={current.permissions.includes("templates:write")}
      />
    </Page>
  );
}
