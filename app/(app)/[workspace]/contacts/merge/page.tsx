import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { MergeForm } from "#components/contacts/merge-form";
import { MergePicker } from "#components/contacts/merge-picker";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Merge contacts" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default function MergeContactsPage({ params, searchParams }: Props) {
  return (
    <Suspense
      fallback={
        <div className="mx-auto max-w-4xl space-y-4 p-8">
          <Skeleton className="h-8 w-64" />
          <Skeleton className="h-96" />
        </div>
      }
    >
      <MergeContacts params={params} searchParams={searchParams} />
    </Suspense>
  );
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const idOf = (part: string | string[] | undefined) =>
  typeof part === "string" && uuid.test(part) ? part : null;

async function MergeContacts({ params, searchParams }: Props) {
  const { workspace } = await params;
  const query = await searchParams;
  const [keepId, otherId] = [idOf(query.keep), idOf(query.other)];
  if (!keepId) notFound();
  const api = caller(workspace);
  const { permissions, workspace: current } = await api.workspaces.current();
  if (!permissions.includes("contacts:delete")) notFound();
  const contact = await api.contacts.byId({ id: keepId });
  const frame = {
    width: "narrow" as const,
    breadcrumbs: [
      { label: "Contacts", href: `/${workspace}/contacts` },
      { label: contact.displayName ?? contact.email, href: `/${workspace}/contacts/${keepId}` },
    ],
  };
  if (otherId && otherId !== keepId) {
    const preview = await api.contacts.mergePreview({ keepId, otherId });
    return (
      <Page
        {...frame}
        title="Merge two contacts"
        description="The two become one. This cannot be undone: the other contact is deleted, and its page leads to the one that stays."
      >
        <MergeForm
          key={`${keepId}${otherId}`}
          workspace={workspace}
          preview={preview}
          timeZone={current.timezone}
        />
      </Page>
    );
  }
  const typed = typeof query.q === "string" ? query.q.trim().slice(0, 200) : "";
  const q = typed || contact.displayName || contact.email.split("@")[0] || "";
  const found = await api.contacts.list({ q });
  return (
    <Page
      {...frame}
      title={`Merge ${contact.email}`}
      description="Choose the contact that is the same person."
    >
      <MergePicker
        workspace={workspace}
        keepId={keepId}
        typed={typed}
        rows={found.rows.filter(({ id }) => id !== keepId).slice(0, 20)}
      />
    </Page>
  );
}
