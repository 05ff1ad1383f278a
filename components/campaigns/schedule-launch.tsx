"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import type { Campaign } from "./use-campaign-edits.tsx";

type Props = {
  campaign: Pick<Campaign, "id" | "version" | "settings">;
  /** On the wall clock of the campaign's zone: `2026-11-24T09:00`. */
  suggested: string;
  /** The button that opens it. */
  trigger: ReactNode;
};

/** Asks when the campaign is to be launched. */
export function ScheduleLaunch({ campaign, suggested, trigger }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const schedule = useMutation(
    trpc.campaigns.schedule.mutationOptions({
      onSuccess: async () => {
        setOpen(false);
        toast.success("Scheduled.");
        router.refresh();
        // The forecast is of another day now.
        await queries.invalidateQueries({ queryKey: trpc.campaigns.review.pathKey() });
      },
    }),
  );
  const problem = asProblem(schedule.error);
  const { timezone, sendWindowStart, sendWindowEnd, noLimits } = campaign.settings;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        schedule.reset();
        setOpen(next);
      }}
    >
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title="Schedule the launch"
        description="The audience is taken as it is at that moment, and everything is checked once more."
        size="sm"
      >
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            const { at } = formValues(event.currentTarget, "at");
            schedule.mutate({ id: campaign.id, version: campaign.version, at });
          }}
        >
          <Field
            name="at"
            type="datetime-local"
            label="Launch at"
            defaultValue={suggested}
            required
            aside={timezone}
            error={problem?.fields.at}
            hint={
              noLimits || sendWindowStart === sendWindowEnd
                ? null
                : `Emails leave between ${sendWindowStart} and ${sendWindowEnd}.`
            }
          />
          <FormError>{problem && !problem.fields.at ? problem.message : null}</FormError>
          <DialogFooter>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <SubmitButton pending={schedule.isPending}>Schedule</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
