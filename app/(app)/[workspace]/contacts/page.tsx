import type { Metadata } from "next";
import { Suspense } from "react";
import { ContactActions } from "#components/contacts/contact-actions";
import { ContactFilters } from "#components/contacts/contact-filters";
import { ContactTable } from "#components/contacts/contact-table";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { filterOf } from "#server/contacts/schema";

export const metadata: Metadata = { title: "Contacts" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function ContactsPage({ params, searchParams }: Props) {
  return (
    <Page title="Contacts" action={<Actions params={params} searchParams={searchParams} />}>
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <Contacts params={params} searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

function Actions(props: Props) {
  return (
    <Suspense fallback={null}>
      <ActionLinks {...props} />
    </Suspense>
  );
}

async function ActionLinks({ params, searchParams }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const [{ view, refused }, { permissions }] = await Promise.all([
    api.contacts.readView(await searchParams),
    api.workspaces.current(),
  ]);
  const filter = Object.keys(refused).length > 0 ? null : filterOf(view);
  return <ContactActions workspace={workspace} filter={filter} permissions={permissions} />;
}

async function Contacts({ params, searchParams }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const { view, refused } = await api.contacts.readView(await searchParams);
  const [page, choices, tags, customFields, columns, current] = await Promise.all([
    api.contacts.list(view),
    api.segments.choices(),
    api.tags.list(),
    api.customFields.list(),
    api.contacts.columns(),
    api.workspaces.current(),
  ]);
  return (
    <>
      {page.any && <ContactFilters {...{ workspace, view, refused, choices, tags, customFields, columns }} />}
      <ContactTable
        {...{ workspace, view, refused, page, columns, customFields }}
        permissions={current.permissions}
        timeZone={current.workspace.timezone}
      />
    </>
  );
}
