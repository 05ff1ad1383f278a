import type { Metadata } from "next";
import { Suspense } from "react";
import { EditReport } from "#components/contacts/edit-report";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";
import { contactEditList } from "#server/contact-edits/schema";

export const metadata: Metadata = { title: "Edit of contacts" };

type Props = {
  params: Promise<{ workspace: string; id: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function ContactEditPage(props: Props) {
  return (
    <Suspense
      fallback={
        <Page title="Edit of contacts">
          <Skeleton className="h-64" />
        </Page>
      }
    >
      <ContactEdit {...props} />
    </Suspense>
  );
}

async function ContactEdit({ params, searchParams }: Props) {
  const { workspace, id } = await params;
  const { after } = contactEditList.parse(await searchParams);
  const api = caller(workspace);
  const [edit, failures, current] = await Promise.all([
    api.contactEdits.byId({ id }),
    api.contactEdits.failures({ id, after }),
    api.workspaces.current(),
  ]);
  return (
    <Page
      title={edit.summary}
      breadcrumbs={[
        { label: "Contacts", href: `/${workspace}/contacts` },
        { label: "Edits", href: `/${workspace}/contacts/edits` },
      ]}
    >
      <EditReport
        workspace={workspace}
        initial={edit}
        failures={failures}
        after={after}
        editable={current.permissions.includes("contacts:write")}
        timeZone={current.workspace.timezone}
      />
    </Page>
  );
}
