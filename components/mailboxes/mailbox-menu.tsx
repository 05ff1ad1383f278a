"use client";
import { useMutation } from "@tanstack/react-query";
import { CircleCheck, Ellipsis, KeyRound, Pause, Pencil, Play, Reply, Star, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { Dialog, DialogContent } from "#components/ui/dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { CheckList } from "./check-list.tsx";
import { ConnectionForm } from "./connection-form.tsx";
import { EditMailbox } from "./edit-mailbox.tsx";
import type { Mailbox } from "./mailbox-list.tsx";
import { ReadingForm } from "./reading-form.tsx";

type Open = "edit" | "test" | "connection" | "reading" | "remove" | null;

export function MailboxMenu({ mailbox }: { mailbox: Mailbox }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState<Open>(null);
  const refresh = () => router.refresh();
  const report = {
    onSuccess: refresh,
    onError: (error: { message: string }) => void toast.error(error.message),
  };
  const update = useMutation(trpc.mailboxes.update.mutationOptions(report));
  const makeDefault = useMutation(trpc.mailboxes.makeDefault.mutationOptions(report));
  const retest = useMutation(trpc.mailboxes.retest.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(trpc.mailboxes.remove.mutationOptions());
  const { id, displayName, dailyLimit, hourlyLimit, minDelaySeconds, status } = mailbox;
  const paused = status === "paused";
  const pauseOrResume = () =>
    update.mutate({
      id,
      displayName: displayName ?? "",
      dailyLimit,
      hourlyLimit,
      minDelaySeconds,
      status: paused ? "active" : "paused",
    });
  const close = (next: boolean) => setOpen(next ? open : null);
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button
            size="icon"
            variant="ghost"
            aria-label={`More for ${mailbox.email}`}
            pending={update.isPending || makeDefault.isPending}
          >
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem
            onSelect={() => {
              retest.mutate({ id });
              setOpen("test");
            }}
          >
            <CircleCheck /> Test now
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setOpen("edit")}>
            <Pencil /> Name and limits
          </DropdownMenuItem>
          {mailbox.provider === "smtp" && status !== "disabled" && (
            <>
              <DropdownMenuItem onSelect={() => setOpen("connection")}>
                <KeyRound /> Server and password
              </DropdownMenuItem>
              <DropdownMenuItem onSelect={() => setOpen("reading")}>
                <Reply /> Read replies
              </DropdownMenuItem>
            </>
          )}
          {!mailbox.isDefault && (
            <DropdownMenuItem onSelect={() => makeDefault.mutate({ id })}>
              <Star /> Make default
            </DropdownMenuItem>
          )}
          {status !== "disabled" && (
            <DropdownMenuItem onSelect={pauseOrResume}>
              {paused ? <Play /> : <Pause />} {paused ? "Resume" : "Pause"}
            </DropdownMenuItem>
          )}
          <DropdownMenuSeparator />
          <DropdownMenuItem danger onSelect={() => setOpen("remove")}>
            <Trash2 /> Remove
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <Dialog open={open === "test"} onOpenChange={close}>
        <DialogContent
          title={`Test of ${mailbox.email}`}
          description="As far as a mail would go, without sending one."
          size="sm"
        >
          <CheckList checks={retest.data} pending={retest.isPending} failure={retest.error?.message} />
        </DialogContent>
      </Dialog>
      <Dialog open={open === "edit"} onOpenChange={close}>
        <DialogContent title={mailbox.email} size="sm">
          <EditMailbox mailbox={mailbox} onDone={() => setOpen(null)} />
        </DialogContent>
      </Dialog>
      <Dialog open={open === "connection"} onOpenChange={close}>
        <DialogContent
          title={`Connection of ${mailbox.email}`}
          description="Campaigns send through its mail server (SMTP). The password is stored encrypted."
        >
          <ConnectionForm mailbox={mailbox} onDone={() => setOpen(null)} />
        </DialogContent>
      </Dialog>
      <Dialog open={open === "reading"} onOpenChange={close}>
        <DialogContent
          title={`Replies to ${mailbox.email}`}
          description="Its inbox is read over IMAP, for answers, bounces and complaints. Nothing in it is changed."
        >
          <ReadingForm mailbox={mailbox} onDone={() => setOpen(null)} />
        </DialogContent>
      </Dialog>
      <ConfirmDialog
        open={open === "remove"}
        onOpenChange={close}
        title={`Remove ${mailbox.email}?`}
        confirm="Remove mailbox"
        danger
        onConfirm={async () => {
          const outcome = await remove.mutateAsync({ id });
          toast.success(
            outcome === "disabled" ? "Switched off. It stays for the numbers of what it sent." : "Removed.",
          );
          router.refresh();
        }}
      >
        Its password is forgotten at once. What it sent stays in the numbers.
      </ConfirmDialog>
    </>
  );
}
