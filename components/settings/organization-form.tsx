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

export function OrganizationForm({ name }: { name: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const rename = useMutation(
    trpc.workspaces.renameOrganization.mutationOptions({
      onSuccess: () => {
        toast.success("Organization renamed");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(rename.error);
  const { unsaved, watch } = useTouched(problem);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate(formValues(event.currentTarget, "name"));
      }}
      {...watch}
    >
      <LeaveGuard unsaved={unsaved} />
      <Section title="Organization" footer={<SubmitButton pending={rename.isPending}>Save</SubmitButton>}>
        <div className="grid max-w-xl gap-4">
          <Field
            name="name"
            label="Name"
            defaultValue={name}
            required
            maxLength={100}
            error={problem?.fields.name}
          />
          <FormError>{problem?.fields.name ? null : problem?.message}</FormError>
        </div>
      </Section>
    </form>
  );
}
