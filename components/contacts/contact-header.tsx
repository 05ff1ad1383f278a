"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";

type Props = {
  workspace: string;
  contact: RouterOutputs["contacts"]["byId"];
  editable: boolean;
  deletable: boolean;
  children: ReactNode;
};

/** The page of one contact: who it is, and what can be done with it. */
export function ContactHeader({ workspace, contact, editable, deletable, children }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const remove = useMutation(trpc.contacts.delete.mutationOptions());
  async function confirmed() {
    try {
      await remove.mutateAsync({ id: contact.id });
    } catch (error) {
      throw new Error(asProblem(error)?.message, { cause: error });
    }
    toast.success(`${contact.email} was deleted`);
    router.push(`/${workspace}/contacts`);
    router.refresh();
  }
  return (
    <Page
      title={contact.displayName ?? contact.email}
      description={contact.displayName ? <span className="break-all">{contact.email}</span> : undefined}
      badge={<StatusBadge status={contact.status} />}
      breadcrumbs={[{ label: "Contacts", href: `/${workspace}/contacts` }]}
      action={
        <>
          {deletable && (
            <ConfirmDialog
              trigger={<Button variant="danger-quiet">Delete</Button>}
              title={`Delete ${contact.email}?`}
              confirm="Delete contact"
              danger
              onConfirm={confirmed}
            >
              The contact leaves every list and gets no more mail. What was sent to it stays in the numbers of
              its campaigns.
            </ConfirmDialog>
          )}
          {editable && <LinkButton href={`/${workspace}/contacts/${contact.id}/edit`}>Edit</LinkButton>}
        </>
      }
    >
      {children}
    </Page>
  );
}
