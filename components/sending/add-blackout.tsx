"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { CampaignScope, scopeOf } from "./campaign-scope.tsx";

/** The button that opens the window in which days without sending are added. */
export function AddBlackout() {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const create = useMutation(
    trpc.blackoutDates.create.mutationOptions({
      onSuccess: () => {
        setOpen(false);
        toast.success("Nothing is sent on these days.");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(create.error);
  return (
    <>
      <Button
        onClick={() => {
          create.reset();
          setOpen(true);
        }}
      >
        <Plus /> Add days
      </Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent
          title="Days without sending"
          description="Whole days, on each campaign’s own clock. What was to leave then leaves on the next day that is open."
          size="sm"
        >
          <form
            noValidate
            className="space-y-4"
            onSubmit={(event) => {
              event.preventDefault();
              const { name, startsOn, endsOn } = formValues(
                event.currentTarget,
                "name",
                "startsOn",
                "endsOn",
              );
              const onlyFor = scopeOf(event.currentTarget);
              create.mutate({ name, startsOn, endsOn: endsOn || startsOn, onlyFor });
            }}
          >
            <Field
              name="name"
              label="Occasion"
              placeholder="Christmas"
              maxLength={100}
              autoComplete="off"
              error={problem?.fields.name}
            />
            <div className="grid grid-cols-2 gap-4">
              <Field name="startsOn" type="date" label="From" error={problem?.fields.startsOn} />
              <Field
                name="endsOn"
                type="date"
                label="Until"
                aside="Included"
                error={problem?.fields.endsOn}
              />
            </div>
            <CampaignScope error={problem?.fields.onlyFor} />
            <FormError>
              {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
            </FormError>
            <DialogFooter>
              <Button type="button" onClick={() => setOpen(false)}>
                Cancel
              </Button>
              <SubmitButton pending={create.isPending}>Add days</SubmitButton>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </>
  );
}
