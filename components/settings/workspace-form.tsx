"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { LeaveGuard, useTouched } from "#components/ui/leave-guard";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import { Textarea } from "#components/ui/textarea";
import type { RouterOutputs } from "#server/router";
import { TimezoneField } from "./timezone-field.tsx";

type Props = { settings: RouterOutputs["workspaces"]["settings"]; editable: boolean };

export function WorkspaceForm({ settings, editable }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const update = useMutation(
    trpc.workspaces.update.mutationOptions({
      onSuccess: () => {
        toast.success("Settings saved");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(update.error);
  const { unsaved, watch } = useTouched(problem);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        update.mutate(formValues(event.currentTarget, "name", "timezone", "postalAddress"));
      }}
      {...watch}
    >
      <LeaveGuard unsaved={unsaved} />
      <Section
        title="Workspace"
        description={editable ? undefined : "Only admins of the workspace can change these."}
        footer={editable && <SubmitButton pending={update.isPending}>Save</SubmitButton>}
      >
        <fieldset disabled={!editable} className="grid max-w-xl gap-5">
          <Field
            name="name"
            label="Name"
            defaultValue={settings.name}
            required
            maxLength={80}
            error={problem?.fields.name}
          />
          <Field
            name="slug"
            label="Address"
            value={`/${settings.slug}`}
            readOnly
            hint="Stays the same when the name changes, so that links go on working."
          />
          <TimezoneField
            defaultValue={settings.timezone}
            hint="Times on these pages, and sending windows of new campaigns, are in this zone."
            error={problem?.fields.timezone}
          />
          <Field
            name="postalAddress"
            label="Postal address"
            hint="Printed at the foot of every campaign mail. The law of most countries asks for it; without it a campaign does not launch."
            error={problem?.fields.postalAddress}
          >
            {(control) => (
              <Textarea
                {...control}
                rows={3}
                maxLength={500}
                defaultValue={settings.postalAddress ?? ""}
                placeholder={"Acme GmbH\nInvalidenstraße 1\n10115 Berlin, Germany"}
              />
            )}
          </Field>
          <FormError>
            {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
          </FormError>
        </fieldset>
      </Section>
    </form>
  );
}
