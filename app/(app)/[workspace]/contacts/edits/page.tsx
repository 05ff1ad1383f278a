import type { Metadata } from "next";
import { Suspense } from "react";
import { EditTable } from "#components/contacts/edit-table";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { contactEditList } from "#server/contact-edits/schema";

export const metadata: Metadata = { title: "Edits of contacts" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function ContactEditsPage({ params, searchParams }: Props) {
  return (
    <Page
      title="Edits"
      breadcrumbs={[{ label: "Contacts", href: "contacts" }]}
      description="Changes that were made to many contacts at once, each with its report."
    >
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <ContactEdits params={params} searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

async function ContactEdits({ params, searchParams }: Props) {
  const { workspace } = await params;
  const view = contactEditList.parse(await searchParams);
  const api = caller(workspace);
  const [page, current] = await Promise.all([api.contactEdits.list(view), api.workspaces.current()]);
  return (
    <EditTable workspace={workspace} page={page} after={view.after} timeZone={current.workspace.timezone} />
  );
}
