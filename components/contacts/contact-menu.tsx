"use client";
import { useMutation } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import type { RouterOutputs } from "#server/router";
import { SnoozeDialog } from "./snooze-dialog.tsx";

type Act = "archive" | "restore" | "unsubscribe" | "delete" | "erase";
type Props = { workspace: string; contact: RouterOutputs["contacts"]["byId"]; deletable: boolean };

const texts: Record<Act, { title: string; confirm: string; done: string; says: ReactNode }> = {
  archive: {
    title: "Archive",
    confirm: "Archive",
    done: "was archived",
    says: "The contact is kept, and leaves every campaign it is in. It can be taken back at any time.",
  },
  restore: {
    title: "Take back from the archive:",
    confirm: "Take back",
    done: "is back",
    says: "The consent is that from before: who unsubscribed stays unsubscribed. Campaigns are not entered again.",
  },
  unsubscribe: {
    title: "Unsubscribe",
    confirm: "Unsubscribe",
    done: "was unsubscribed",
    says: "The contact leaves every campaign, and the address is closed to this workspace.",
  },
  delete: {
    title: "Delete",
    confirm: "Delete contact",
    done: "was deleted",
    says: "The contact leaves every list and campaign and gets no more mail. What was sent to it stays in the numbers of its campaigns.",
  },
  erase: {
    title: "Erase",
    confirm: "Erase for good",
    done: "was erased",
    says: (
      <>
        <p>
          Every field, tag, list, note and consent record, the text of every mail, what imports keep for undo
          and their stored files are removed for good, of contacts with this address that were deleted before
          too. So are the files of all finished exports, since they may hold this person.
        </p>
        <p className="mt-2">
          What remains: that mails were sent, without address or subject, so that the numbers of campaigns
          stay true; the audit log, which nobody can change; and, if they were not to be mailed, a mark of the
          address that cannot be read back, so that it is not mailed again. Files that were uploaded but not
          imported are not looked through: they go within 30 days.
        </p>
      </>
    ),
  },
};

/** What else can be done with a contact, each after a word on what it does. */
export function ContactMenu({ workspace, contact, deletable }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [act, setAct] = useState<Act | null>(null);
  const [snoozing, setSnoozing] = useState(false);
  const calls = {
    archive: useMutation(trpc.contacts.archive.mutationOptions()),
    restore: useMutation(trpc.contacts.restore.mutationOptions()),
    unsubscribe: useMutation(trpc.contacts.unsubscribe.mutationOptions()),
    delete: useMutation(trpc.contacts.delete.mutationOptions()),
    erase: useMutation(trpc.contacts.erase.mutationOptions()),
  };
  async function confirmed(chosen: Act) {
    try {
      await calls[chosen].mutateAsync({ id: contact.id });
    } catch (error) {
      throw new Error(asProblem(error)?.message, { cause: error });
    }
    toast.success(`${contact.email} ${texts[chosen].done}`);
    if (chosen === "delete" || chosen === "erase") router.push(`/${workspace}/contacts`);
    router.refresh();
  }
  const item = (one: Act, label: string, danger = false) => (
    <DropdownMenuItem danger={danger} onSelect={() => setAct(one)}>
      {label}
    </DropdownMenuItem>
  );
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="icon" aria-label="More">
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          {contact.status === "active" && !contact.snoozedUntil && (
            <DropdownMenuItem onSelect={() => setSnoozing(true)}>Write no mail for a while</DropdownMenuItem>
          )}
          {contact.status === "archived"
            ? item("restore", "Take back from the archive")
            : item("archive", "Archive")}
          {["active", "archived"].includes(contact.status) && item("unsubscribe", "Unsubscribe")}
          {deletable && (
            <>
              <DropdownMenuItem asChild>
                <Link href={`/${workspace}/contacts/merge?keep=${contact.id}`}>
                  Merge with another contact
                </Link>
              </DropdownMenuItem>
              <DropdownMenuSeparator />
              {item("delete", "Delete", true)}
              {item("erase", "Erase for good", true)}
            </>
          )}
        </DropdownMenuContent>
      </DropdownMenu>
      {snoozing && <SnoozeDialog contact={contact} onClose={() => setSnoozing(false)} />}
      {act && (
        <ConfirmDialog
          open
          onOpenChange={(open) => !open && setAct(null)}
          title={`${texts[act].title} ${contact.email}?`}
          confirm={texts[act].confirm}
          danger={act !== "archive" && act !== "restore"}
          {...(act === "erase" && { typeToConfirm: contact.email })}
          onConfirm={() => confirmed(act)}
        >
          {texts[act].says}
        </ConfirmDialog>
      )}
    </>
  );
}
