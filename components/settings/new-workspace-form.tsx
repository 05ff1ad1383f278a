"use client";
import { useMutation } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { leaveTo } from "#components/auth/leave-to";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { LinkButton } from "#components/ui/link-button";
import { SubmitButton } from "#components/ui/submit-button";
import { TimezoneField } from "./timezone-field.tsx";

const never = () => () => undefined;
const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function NewWorkspaceForm({ back }: { back: string }) {
  const trpc = useTRPC();
  const zone = useSyncExternalStore(never, zoneHere, () => "UTC");
  const create = useMutation(
    trpc.workspaces.create.mutationOptions({ onSuccess: ({ slug }) => leaveTo(`/${slug}`) }),
  );
  const problem = asProblem(create.error);
  return (
    <form
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(formValues(event.currentTarget, "name", "timezone"));
      }}
    >
      <Field name="name" label="Name" required maxLength={80} autoFocus error={problem?.fields.name} />
      <TimezoneField key={zone} defaultValue={zone} error={problem?.fields.timezone} />
      <FormError>{problem && Object.keys(problem.fields).length === 0 ? problem.message : null}</FormError>
      <div className="flex justify-end gap-2">
        <LinkButton href={back}>Cancel</LinkButton>
        <SubmitButton pending={create.isPending || create.isSuccess}>Create workspace</SubmitButton>
      </div>
    </form>
  );
}
