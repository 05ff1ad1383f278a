import type { Metadata } from "next";
import { Suspense } from "react";
import { ContactExport } from "#components/contacts/contact-export";
import { ContactFilters } from "#components/contacts/contact-filters";
import { ContactTable } from "#components/contacts/contact-table";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { contactListInput } from "#server/contacts/schema";

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
  const view = contactListInput.parse(await searchParams);
  const api = caller(workspace);
  const [{ permissions }, choices] = await Promise.all([api.workspaces.current(), api.segments.choices()]);
  return (
    <>
      {permissions.includes("contacts:export") && (
        <>
          <LinkButton href={`/${workspace}/exports`} variant="ghost">
            Exports
          </LinkButton>
          <ContactExport workspace={workspace} view={view} choices={choices} />
        </>
      )}
      {permissions.includes("contacts:write") && (
        <>
          <LinkButton href={`/${workspace}/contacts/new`}>Add contact</LinkButton>
          <LinkButton href={`/${workspace}/imports/new`} variant="primary">
            Import
          </LinkButton>
        </>
      )}
    </>
  );
}

async function Contacts({ params, searchParams }: Props) {
  const { workspace } = await params;
  const view = contactListInput.parse(await searchParams);
  const api = caller(workspace);
  const [page, choices, tags, { workspace: here }] = await Promise.all([
    api.contacts.list(view),
    api.segments.choices(),
    api.tags.list(),
    api.workspaces.current(),
  ]);
  return (
    <>
      {page.any && <ContactFilters workspace={workspace} view={view} choices={choices} tags={tags} />}
      <ContactTable workspace={workspace} view={view} page={page} timeZone={here.timezone} />
    </>
  );
}
