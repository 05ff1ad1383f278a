import type { Metadata } from "next";
import { Suspense } from "react";
import { ImportWizard } from "#components/imports/import-wizard";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Import contacts" };

type Props = { params: Promise<{ workspace: string }>; searchParams: Promise<{ import?: string }> };

export default function NewImportPage(props: Props) {
  return (
    <Suspense
      fallback={
        <Frame workspace={null}>
          <Skeleton className="h-72" />
        </Frame>
      }
    >
      <NewImport {...props} />
    </Suspense>
  );
}

function Frame({ workspace, children }: { workspace: string | null; children: React.ReactNode }) {
  return (
    <Page
      title="Import contacts"
      breadcrumbs={workspace ? [{ label: "Imports", href: `/${workspace}/imports` }] : []}
      width="narrow"
      action={
        <LinkButton href="/api/samples/contacts" prefetch={false}>
          Download sample
        </LinkButton>
      }
    >
      {children}
    </Page>
  );
}

async function NewImport({ params, searchParams }: Props) {
  const { workspace } = await params;
  const { import: id } = await searchParams;
  const api = caller(workspace);
  const [choices, customFields, { workspace: current }, begun] = await Promise.all([
    api.segments.choices(),
    api.customFields.list(),
    api.workspaces.current(),
    id && /^[0-9a-f-]{36}$/.test(id) ? api.imports.byId({ id }) : null,
  ]);
  return (
    <Frame workspace={workspace}>
      <ImportWizard
        key={id}
        workspace={workspace}
        timeZone={current.timezone}
        lists={choices.flatMap(({ id: value, name: label, kind }) =>
          kind === "list" ? [{ value, label }] : [],
        )}
        customFields={customFields}
        begun={begun}
      />
    </Frame>
  );
}
