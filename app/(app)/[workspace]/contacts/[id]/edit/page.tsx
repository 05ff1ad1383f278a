import type { Metadata } from "next";
import { Suspense } from "react";
import { ContactForm } from "#components/contacts/contact-form";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Edit contact" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function EditContactPage({ params }: Props) {
  return (
    <Page title="Edit contact" breadcrumbs={[{ label: "Contacts", href: "contacts" }]} width="narrow">
      <Suspense fallback={<Skeleton className="h-96" />}>
        <EditContact params={params} />
      </Suspense>
    </Page>
  );
}

async function EditContact({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [contact, customFields] = await Promise.all([api.contacts.byId({ id }), api.customFields.list()]);
  return <ContactForm workspace={workspace} customFields={customFields} contact={contact} />;
}
