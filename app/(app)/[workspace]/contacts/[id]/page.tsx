import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Suspense } from "react";
import { ContactAnswer } from "#components/contacts/contact-answer";
import { ContactCampaigns } from "#components/contacts/contact-campaigns";
import { ContactConsent } from "#components/contacts/contact-consent";
import { ContactFacts } from "#components/contacts/contact-facts";
import { ContactHeader } from "#components/contacts/contact-header";
import { ContactMemberships } from "#components/contacts/contact-memberships";
import { ContactTags } from "#components/contacts/contact-tags";
import { Hindrances } from "#components/contacts/hindrances";
import { SnoozeNote } from "#components/contacts/snooze-note";
import { Timeline } from "#components/contacts/timeline";
import { ContactScore } from "#components/scoring/contact-score";
import { ContactTasks } from "#components/tasks/contact-tasks";
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
  const [contact, hindrances, why, timeline, campaigns, consent, customFields, tasks, current] =
    await Promise.all([
      api.contacts.byId({ id }),
      api.contacts.hindrances({ id }),
      api.contacts.why({ id }),
      api.contacts.timeline({ id }),
      api.contacts.campaigns({ id }),
      api.contacts.consent({ id }),
      api.customFields.list({ archived: true }),
      api.tasks.list({ view: "all", contactId: id }),
      api.workspaces.current(),
    ]);
  // One that was merged into another.
  if (contact.id !== id) redirect(`/${workspace}/contacts/${contact.id}`);
  const timeZone = current.workspace.timezone;
  const editable = current.permissions.includes("contacts:write");
  return (
    <ContactHeader
      workspace={workspace}
      contact={contact}
      editable={editable}
      deletable={current.permissions.includes("contacts:delete")}
    >
      <Hindrances hindrances={hindrances} timeZone={timeZone} />
      {contact.snoozedUntil && (
        <SnoozeNote contactId={id} until={contact.snoozedUntil} timeZone={timeZone} editable={editable} />
      )}
      <ContactAnswer workspace={workspace} answer={why} timeZone={timeZone} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="order-2 min-w-0 lg:order-1">
          <Timeline workspace={workspace} contactId={id} first={timeline} timeZone={timeZone} />
        </div>
        <div className="order-1 min-w-0 lg:order-2">
          <ContactTags id={contact.id} tags={contact.tags} editable={editable} />
          <ContactTasks
            workspace={workspace}
            contactId={id}
            tasks={tasks.rows}
            timeZone={timeZone}
            editable={editable}
          />
          <ContactFacts {...{ workspace, contact, customFields, editable, timeZone }} />
          <ContactScore contactId={id} timeZone={timeZone} editable={editable} />
          <ContactMemberships workspace={workspace} contact={contact} />
          <ContactCampaigns
            workspace={workspace}
            contact={contact}
            campaigns={campaigns}
            timeZone={timeZone}
            canAdd={current.permissions.includes("campaigns:launch")}
          />
          <ContactConsent contact={contact} consent={consent} timeZone={timeZone} />
        </div>
      </div>
    </ContactHeader>
  );
}
