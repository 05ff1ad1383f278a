import type { Metadata } from "next";
import { Suspense } from "react";
import { ContactCampaigns } from "#components/contacts/contact-campaigns";
import { ContactFacts } from "#components/contacts/contact-facts";
import { ContactHeader } from "#components/contacts/contact-header";
import { ContactTags } from "#components/contacts/contact-tags";
import { Hindrances } from "#components/contacts/hindrances";
import { Timeline } from "#components/contacts/timeline";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Contact" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function ContactPage({ params }: Props) {
  return (
    <Suspense
      fallback={
        <div className="mx-auto max-w-6xl space-y-4 p-8">
          <Skeleton className="h-8 w-64" />
          <Skeleton className="h-96" />
        </div>
      }
    >
      <Contact params={params} />
    </Suspense>
  );
}

async function Contact({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [contact, hindrances, timeline, campaigns, customFields, current] = await Promise.all([
    api.contacts.byId({ id }),
    api.contacts.hindrances({ id }),
    api.contacts.timeline({ id }),
    api.contacts.campaigns({ id }),
    api.customFields.list(),
    api.workspaces.current(),
  ]);
  const { timezone } = current.workspace;
  const editable = current.permissions.includes("contacts:write");
  return (
    <ContactHeader
      workspace={workspace}
      contact={contact}
      editable={editable}
      deletable={current.permissions.includes("contacts:delete")}
    >
      <Hindrances hindrances={hindrances} timeZone={timezone} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="order-2 min-w-0 lg:order-1">
          <Timeline workspace={workspace} entries={timeline} timeZone={timezone} />
        </div>
        <div className="order-1 min-w-0 lg:order-2">
          <ContactTags id={contact.id} tags={contact.tags} editable={editable} />
          <ContactFacts
            workspace={workspace}
            contact={contact}
            customFields={customFields}
            timeZone={timezone}
          />
          <ContactCampaigns workspace={workspace} campaigns={campaigns} timeZone={timezone} />
        </div>
      </div>
    </ContactHeader>
  );
}
