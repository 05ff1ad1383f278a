"use client";
import { useMutation } from "@tanstack/react-query";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";

type Props = { campaign: { id: string; name: string }; open: boolean; onOpenChange: (open: boolean) => void };

/** Keeps how a campaign is built, to begin others from. */
export function SaveTemplate({ campaign, open, onOpenChange }: Props) {
  const trpc = useTRPC();
  const save = useMutation(
    trpc.campaignTemplates.save.mutationOptions({
      onSuccess: () => {
        onOpenChange(false);
        toast.success("Saved: choose it when you make a new campaign.");
      },
    }),
  );
  const problem = asProblem(save.error);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        save.reset();
        onOpenChange(next);
      }}
    >
      <DialogContent
        title="Save as a template"
        description="Steps, triggers, rules and pace are kept; audience and sender are chosen anew each time."
        size="sm"
      >
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate({ campaignId: campaign.id, name: formValues(event.currentTarget, "name").name });
          }}
        >
          <Field
            name="name"
            label="Name of the template"
            defaultValue={campaign.name}
            maxLength={120}
            error={problem?.fields.name}
          />
          <FormError>{problem && !problem.fields.name ? problem.message : null}</FormError>
          <DialogFooter>
            <Button type="button" onClick={() => onOpenChange(false)}>
              Cancel
            </Button>
            <SubmitButton pending={save.isPending}>Save template</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
