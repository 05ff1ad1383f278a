import type { Metadata } from "next";
import { Suspense } from "react";
import { ContactTable } from "#components/contacts/contact-table";
import { ListActions } from "#components/lists/list-actions";
import { UsedBy } from "#components/segments/used-by";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { contactListInput } from "#server/contacts/schema";

export const metadata: Metadata = { title: "List" };

type Props = {
  params: Promise<{ workspace: string; id: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function ListPage(props: Props) {
  return (
    <Suspense
      fallback={
        <Page title="List">
          <TableSkeleton columns={4} />
        </Page>
      }
    >
      <List {...props} />
    </Suspense>
  );
}

async function List({ params, searchParams }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const view = { ...contactListInput.parse(await searchParams), list: id };
  const [list, page, current] = await Promise.all([
    api.lists.byId({ id }),
    api.contacts.list(view),
    api.workspaces.current(),
  ]);
  const people = list.count === 1 ? "1 contact" : `${list.count.toLocaleString("en")} contacts`;
  return (
    <Page
      title={list.name}
      breadcrumbs={[{ label: "Lists", href: `/${workspace}/lists` }]}
      description={list.description ? `${people}. ${list.description}` : people}
      action={<ListActions workspace={workspace} list={list} permissions={current.permissions} />}
    >
      <UsedBy workspace={workspace} uses={list.uses} />
      {list.count === 0 ? (
        <p className="rounded-lg border border-dashed border-line-strong px-6 py-10 text-center text-muted">
          Nobody is on this list yet. Add people by their addresses, or choose this list in an import.
        </p>
      ) : (
        <ContactTable
          workspace={workspace}
          view={{ ...view, list: undefined }}
          page={page}
          timeZone={current.workspace.timezone}
        />
      )}
    </Page>
  );
}
