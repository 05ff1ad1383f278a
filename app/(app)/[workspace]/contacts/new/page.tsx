import type { Metadata } from "next";
import { Suspense } from "react";
import { ContactForm } from "#components/contacts/contact-form";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Add contact" };

type Props = { params: Promise<{ workspace: string }> };

export default function NewContactPage({ params }: Props) {
  return (
    <Page title="Add contact" breadcrumbs={[{ label: "Contacts", href: "contacts" }]} width="narrow">
      <Suspense fallback={<Skeleton className="h-96" />}>
        <NewContact params={params} />
      </Suspense>
    </Page>
  );
}

async function NewContact({ params }: Props) {
  const { workspace } = await params;
  return <ContactForm workspace={workspace} customFields={await caller(workspace).customFields.list()} />;
}
