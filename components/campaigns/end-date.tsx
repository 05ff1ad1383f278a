"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";

type Props = {
  campaign: { id: string; endsAt: Date | null; timezone: string };
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Asks when a campaign ends by itself. */
export function EndDate({ campaign, open, onOpenChange }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const setEnd = useMutation(
    trpc.campaigns.setEnd.mutationOptions({
      onSuccess: async ({ endsAt }) => {
        onOpenChange(false);
        toast.success(endsAt ? "The end is set." : "It no longer ends by itself.");
        router.refresh();
        await queries.invalidateQueries({ queryKey: trpc.analytics.pathKey() });
      },
    }),
  );
  const problem = asProblem(setEnd.error);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setEnd.reset();
        onOpenChange(next);
      }}
    >
      <DialogContent
        title="When it ends"
        description="From then on nothing more is sent, and everybody who is still on the way leaves it."
        size="sm"
      >
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            setEnd.mutate({ id: campaign.id, at: formValues(event.currentTarget, "at").at });
          }}
        >
          <Field
            name="at"
            type="datetime-local"
            label="Ends at"
            aside={campaign.timezone}
            defaultValue={campaign.endsAt ? wallClock(campaign.endsAt, campaign.timezone) : ""}
            error={problem?.fields.at}
          />
          <FormError>{problem && !problem.fields.at ? problem.message : null}</FormError>
          <DialogFooter>
            {campaign.endsAt && (
              <Button type="button" onClick={() => setEnd.mutate({ id: campaign.id, at: null })}>
                No end date
              </Button>
            )}
            <SubmitButton pending={setEnd.isPending}>Set the end</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** As a field for a local time holds it: `2026-11-24T09:00`. */
export const wallClock = (at: Date, timeZone: string) =>
  new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone })
    .format(at)
    .replace(" ", "T");
