"use client";
import type { ReactNode } from "react";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";
import { ContactMenu } from "./contact-menu.tsx";

type Props = {
  workspace: string;
  contact: RouterOutputs["contacts"]["byId"];
  editable: boolean;
  deletable: boolean;
  children: ReactNode;
};

/** The page of one contact: who it is, and what can be done with it. */
export function ContactHeader({ workspace, contact, editable, deletable, children }: Props) {
  return (
    <Page
      title={contact.displayName ?? contact.email}
      description={contact.displayName ? <span className="wrap-anywhere">{contact.email}</span> : undefined}
      badge={<StatusBadge status={contact.status} />}
      breadcrumbs={[{ label: "Contacts", href: `/${workspace}/contacts` }]}
      action={
        <>
          {editable && <LinkButton href={`/${workspace}/contacts/${contact.id}/edit`}>Edit</LinkButton>}
          {editable && <ContactMenu workspace={workspace} contact={contact} deletable={deletable} />}
        </>
      }
    >
      {children}
    </Page>
  );
}
