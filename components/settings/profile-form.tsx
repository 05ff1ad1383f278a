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

export function ProfileForm({ name, email }: { name: string; email: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const update = useMutation(
    trpc.accounts.update.mutationOptions({
      onSuccess: () => {
        toast.success("Profile saved");
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
        update.mutate(formValues(event.currentTarget, "name"));
      }}
      {...watch}
    >
      <LeaveGuard unsaved={unsaved} />
      <Section title="Profile" footer={<SubmitButton pending={update.isPending}>Save</SubmitButton>}>
        <div className="grid max-w-xl gap-5">
          <Field
            name="name"
            label="Name"
            defaultValue={name}
            autoComplete="name"
            required
            maxLength={100}
            error={problem?.fields.name}
          />
          <Field name="email" label="Email" value={email} readOnly hint="The address you sign in with." />
          <FormError>{problem?.fields.name ? null : problem?.message}</FormError>
        </div>
      </Section>
    </form>
  );
}
