"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { say } from "#components/campaigns/add-people";
import { CampaignSelect } from "#components/campaigns/campaign-select";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";

/** Puts one contact into a running campaign. */
export function AddToCampaign({ contactId, email }: { contactId: string; email: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const add = useMutation(
    trpc.enrollments.add.mutationOptions({
      onSuccess: (added) => {
        say(added);
        setOpen(false);
        router.refresh();
      },
    }),
  );
  const problem = asProblem(add.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { campaignId } = formValues(event.currentTarget, "campaignId");
    add.mutate({ campaignId, contactIds: [contactId] });
  }
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm">
          <Plus /> Add
        </Button>
      </DialogTrigger>
      <DialogContent title={`Add ${email} to a campaign`}>
        <form onSubmit={submit}>
          <CampaignSelect error={problem?.fields.campaignId} />
          <FormError>{problem && !problem.fields.campaignId ? problem.message : null}</FormError>
          <DialogFooter>
            <Button type="button" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button type="submit" variant="primary" pending={add.isPending}>
              Add to the campaign
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
