import type { Metadata } from "next";
import { Suspense } from "react";
import { UserPlus } from "lucide-react";
import { ListActions } from "#components/lists/list-actions";
import { MemberTable } from "#components/lists/member-table";
import { UsedBy } from "#components/segments/used-by";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
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
  const { after } = contactListInput.parse(await searchParams);
  const [list, page, current] = await Promise.all([
    api.lists.byId({ id }),
    api.contacts.list({ after, list: id, sort: "newest" }),
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
        <EmptyState
          icon={UserPlus}
          title="Nobody is on this list yet"
          action={<LinkButton href={`/${workspace}/imports/new`}>Import a file into it</LinkButton>}
        >
          Add people by their addresses with the button above, or choose this list in an import.
        </EmptyState>
      ) : (
        <MemberTable
          workspace={workspace}
          listId={id}
          page={page}
          after={after}
          timeZone={current.workspace.timezone}
          editable={current.permissions.includes("contacts:write")}
        />
      )}
    </Page>
  );
}
