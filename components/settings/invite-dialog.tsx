"use client";
import { useMutation } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { CodeBlock } from "#components/ui/code-block";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { RadioCards } from "#components/ui/radio-cards";
import { SubmitButton } from "#components/ui/submit-button";
import { workspaceRoleInput, workspaceRoleLabels } from "#server/members/schema";

/** Invites by mail, and shows the link once. */
export function InviteDialog() {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const invite = useMutation(trpc.invitations.create.mutationOptions({ onSuccess: () => router.refresh() }));
  const problem = asProblem(invite.error);

  function change(next: boolean) {
    setOpen(next);
    if (!next) invite.reset();
  }

  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button variant="primary">
          <UserPlus aria-hidden /> Invite
        </Button>
      </DialogTrigger>
      {invite.isSuccess ? (
        <DialogContent
          title={invite.data.mailed ? "Invitation sent" : "Invitation created"}
          description={`For ${invite.data.email}. It works for seven days.`}
        >
          <div className="space-y-4">
            {!invite.data.mailed && (
              <Callout kind="warning" title="The mail could not be sent">
                Hand the link over yourself.
              </Callout>
            )}
            <p>This is the only time the link is shown. Whoever has it can join as {invite.data.email}.</p>
            <CodeBlock label="Copy the link">{invite.data.link}</CodeBlock>
          </div>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="primary">Done</Button>
            </DialogClose>
          </DialogFooter>
        </DialogContent>
      ) : (
        <DialogContent title="Invite somebody" description="They get a mail with a link into this workspace.">
          <form
            className="space-y-4"
            onSubmit={(event) => {
              event.preventDefault();
              const { email, role } = formValues(event.currentTarget, "email", "role");
              invite.mutate({ email, role: workspaceRoleInput.parse(role) });
            }}
          >
            <Field
              name="email"
              label="Email"
              type="email"
              required
              autoComplete="off"
              error={problem?.fields.email}
            />
            <RadioCards
              name="role"
              legend="Role in this workspace"
              defaultValue="member"
              className="sm:grid-cols-1"
              options={workspaceRoleInput.options.map((value) => ({ value, ...workspaceRoleLabels[value] }))}
            />
            <FormError>{problem?.fields.email ? null : problem?.message}</FormError>
            <DialogFooter>
              <DialogClose asChild>
                <Button>Cancel</Button>
              </DialogClose>
              <SubmitButton pending={invite.isPending}>Send invitation</SubmitButton>
            </DialogFooter>
          </form>
        </DialogContent>
      )}
    </Dialog>
  );
}
