"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "next/navigation";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Select } from "#components/ui/select";
import { Skeleton } from "#components/ui/skeleton";
import { SubmitButton } from "#components/ui/submit-button";

type Props = { enrollmentId: string; name: string; onClose: () => void };

/** Begins an email to one person of a campaign by hand, or opens the one that there is. */
export function WriteAhead({ enrollmentId, name, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const { workspace } = useParams<{ workspace: string }>();
  const emails = useQuery(trpc.drafts.writable.queryOptions({ enrollmentId }, { staleTime: 0 }));
  const write = useMutation(
    trpc.drafts.write.mutationOptions({
      onSuccess: ({ id, ahead }) =>
        router.push(`/${workspace}/drafts?view=${ahead ? "ahead" : "review"}&draft=${id}`),
    }),
  );
  const problem = asProblem(emails.error ?? write.error);
  const rows = emails.data ?? [];
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent
        title={`Write to ${name}`}
        description="In the place of what a step says, once they come to it. It is reviewed then, as every draft is."
        size="sm"
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            write.mutate({ enrollmentId, stepId: formValues(event.currentTarget, "stepId").stepId });
          }}
        >
          {emails.isPending && <Skeleton className="h-16 w-full" />}
          {emails.data && rows.length === 0 && (
            <p className="text-muted">
              No email that they have still to get is reviewed one by one. Turn on “Review each email before
              it goes” at its step first.
            </p>
          )}
          {rows.length > 0 && (
            <Field name="stepId" label="Which email">
              {(control) => (
                <Select {...control}>
                  {rows.map(({ stepId, number, title, draftId }) => (
                    <option key={stepId} value={stepId}>
                      {number}. {title}
                      {draftId && " (begun already)"}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          <FormError>{problem?.message}</FormError>
          <DialogFooter>
            <Button onClick={onClose}>{rows.length > 0 ? "Cancel" : "Close"}</Button>
            {rows.length > 0 && <SubmitButton pending={write.isPending}>Write it</SubmitButton>}
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
