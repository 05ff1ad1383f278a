"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Send, UsersRound } from "lucide-react";
import { useState } from "react";
import { VariantChoice } from "#components/ab-tests/variant-choice";
import { EmptyMerges } from "#components/templates/empty-merges";
import { MailFrame } from "#components/templates/mail-frame";
import { SeenBy } from "#components/templates/seen-by";
import { asProblem, useTRPC, useTRPCClient } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Skeleton } from "#components/ui/skeleton";
import { SubmitButton } from "#components/ui/submit-button";
import { useSettled } from "#components/ui/use-settled";
import type { SeenAs } from "#server/mail/schema";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Props = { campaign: Campaign; step: Step; flush: () => Promise<void> };

/** The message as it would leave, for a contact of the audience; and a way to get it into one's own inbox. */
export function EmailPreview({ campaign, step, flush }: Props) {
  const trpc = useTRPC();
  const [seen, setSeen] = useState<SeenAs>({ contactId: null, json: null });
  const asked = useSettled(seen, 350);
  const [variant, setVariant] = useState(0);
  const [words, setWords] = useState("");
  const q = useSettled(words.trim(), 200);
  const people = useQuery(trpc.campaigns.previewContacts.queryOptions({ id: campaign.id, q }));
  const client = useTRPCClient();
  const preview = useQuery({
    queryKey: ["step preview", step.id, asked, variant],
    // What has been typed is saved before it is shown.
    queryFn: () =>
      flush().then(() =>
        client.campaigns.previewStep.query({ id: campaign.id, stepId: step.id, ...asked, variant }),
      ),
    gcTime: 0,
    staleTime: 0,
    placeholderData: (before) => before,
  });
  const problem = asProblem(preview.error);
  return (
    <div className="space-y-4">
      {step.test && <VariantChoice test={step.test} value={variant} onChange={setVariant} />}
      <SeenBy
        people={people.data}
        onSearch={setWords}
        value={seen}
        onChange={setSeen}
        jsonError={problem?.fields.json}
      />
      {problem && !problem.fields.json && (
        <Callout kind="danger" title="This email cannot be shown">
          {problem.message}
        </Callout>
      )}
      {!preview.data && !problem && <Skeleton className="h-72 w-full" />}
      {preview.data && !problem && (
        <>
          <MailFrame
            title="The email"
            message={preview.data}
            head={
              <dl className="grid grid-cols-[4.5rem_1fr] gap-x-3 gap-y-1">
                <dt className="text-muted">From</dt>
                <dd className="truncate">{preview.data.from}</dd>
                <dt className="text-muted">To</dt>
                <dd className="truncate">{preview.data.to}</dd>
                <dt className="text-muted">Subject</dt>
                <dd className="font-medium break-words">
                  {preview.data.subject || <span className="text-danger">No subject</span>}
                </dd>
              </dl>
            }
          />
          {preview.data.hints.length > 0 && (
            <Callout kind="warning" title="In the JSON">
              {preview.data.hints.join(" ")}
            </Callout>
          )}
          {preview.data.warnings.length > 0 && (
            <Callout kind="warning" title="Empty for this contact">
              {preview.data.warnings.join(" ")}
            </Callout>
          )}
        </>
      )}
      <CheckAudience campaign={campaign} step={step} flush={flush} variant={variant} />
      <TestSend campaign={campaign} step={step} seen={seen} variant={variant} />
    </div>
  );
}

/** Who of the audience would get a gap, or no mail at all. */
function CheckAudience({ campaign, step, flush, variant }: Props & { variant: number }) {
  const client = useTRPCClient();
  const check = useMutation({
    mutationFn: () =>
      flush().then(() => client.campaigns.emptyMerges.query({ id: campaign.id, stepId: step.id, variant })),
  });
  return (
    <div className="space-y-2 border-t pt-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted">Would anything be empty for anybody in the audience?</p>
        <Button pending={check.isPending} onClick={() => check.mutate()}>
          <UsersRound /> Check the audience
        </Button>
      </div>
      <FormError>{asProblem(check.error)?.message ?? null}</FormError>
      <div role="status">{check.data && <EmptyMerges report={check.data} />}</div>
    </div>
  );
}

function TestSend({
  campaign,
  step,
  seen,
  variant,
}: Omit<Props, "flush"> & { seen: SeenAs; variant: number }) {
  const trpc = useTRPC();
  const send = useMutation(trpc.campaigns.sendTest.mutationOptions());
  const problem = asProblem(send.error);
  return (
    <form
      noValidate
      className="space-y-2 border-t pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        const { to } = formValues(event.currentTarget, "to");
        send.mutate({ id: campaign.id, stepId: step.id, to, ...seen, variant });
      }}
    >
      <div className="flex items-end gap-2">
        <Field
          name="to"
          label="Send a test to"
          type="email"
          className="min-w-0 flex-1"
          error={problem?.fields.to}
          autoComplete="email"
        />
        <SubmitButton variant="secondary" pending={send.isPending}>
          <Send /> Send test
        </SubmitButton>
      </div>
      <p className="text-xs text-muted">Marked [Test], and not counted anywhere.</p>
      <FormError>{problem && Object.keys(problem.fields).length === 0 ? problem.message : null}</FormError>
      <p role="status" className="text-success empty:hidden">
        {send.isSuccess && !send.isPending ? `On its way to ${send.data.to}.` : ""}
      </p>
    </form>
  );
}
