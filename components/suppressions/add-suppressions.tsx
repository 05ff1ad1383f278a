"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPCClient } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Select } from "#components/ui/select";
import { Textarea } from "#components/ui/textarea";
import { scopeLabels } from "#server/suppressions/schema";
import { piecesOf } from "./address-file.tsx";

type Outcome = {
  added: number;
  already: number;
  narrowed: number;
  rejected: { email: string; problem: string }[];
  done: boolean;
};
const nothing: Outcome = { added: 0, already: 0, narrowed: 0, rejected: [], done: false };
/** Rejected lines that are shown; there may be any number. */
const shownMax = 20;

/** Closes addresses and domains, typed or from a file, which is read piece by piece. */
export function AddSuppressions({ wholeOrganization }: { wholeOrganization: boolean }) {
  const client = useTRPCClient();
  const router = useRouter();
  const [pending, setPending] = useState(false);
  const [outcome, setOutcome] = useState(nothing);
  const [problem, setProblem] = useState<ReturnType<typeof asProblem>>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = formValues(event.currentTarget, "emails", "reason", "scope");
    const file = new FormData(event.currentTarget).get("file");
    const reason = given.reason.trim() || undefined;
    const scope = given.scope === "tenant" ? ("tenant" as const) : ("workspace" as const);
    setPending(true);
    setProblem(null);
    let sum = nothing;
    try {
      for await (const piece of piecesOf(
        given.emails.trim(),
        file instanceof File && file.size > 0 ? file : null,
      )) {
        const { added, already, rejected, narrowed } =
          "file" in piece
            ? await client.suppressions.addFile.mutate({ ...piece, reason, scope })
            : { narrowed: 0, ...(await client.suppressions.add.mutate({ ...piece, reason, scope })) };
        sum = {
          ...sum,
          added: sum.added + added,
          already: sum.already + already,
          narrowed: sum.narrowed + narrowed,
          rejected: [...sum.rejected, ...rejected],
        };
        setOutcome(sum);
      }
      setOutcome({ ...sum, done: true });
      router.refresh();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <Dialog onOpenChange={() => setOutcome(nothing)}>
      <DialogTrigger asChild>
        <Button variant="primary">Add addresses</Button>
      </DialogTrigger>
      <DialogContent
        title="Add to the suppression list"
        description="They get no mail, and leave the campaigns they are in."
      >
        {outcome.done ? (
          <Report outcome={outcome} />
        ) : (
          <form onSubmit={(event) => void submit(event)} className="space-y-4">
            <Field
              name="emails"
              label="Addresses or domains"
              error={problem?.fields.emails}
              hint="One per line. @example.com closes a whole domain."
            >
              {(control) => <Textarea {...control} rows={5} autoFocus spellCheck={false} />}
            </Field>
            <Field
              name="file"
              label="Or a CSV file"
              hint="The first address or domain of each line is taken; a list that was downloaded here keeps its reasons and scopes."
            >
              {(control) => (
                <input
                  {...control}
                  type="file"
                  accept=".csv,.txt,text/csv,text/plain"
                  className="block w-full text-sm"
                />
              )}
            </Field>
            <Field
              name="reason"
              label="Reason"
              placeholder="added by hand"
              maxLength={200}
              error={problem?.fields.reason}
            />
            {wholeOrganization && (
              <Field name="scope" label="For">
                {(control) => (
                  <Select {...control}>
                    <option value="workspace">{scopeLabels.workspace}</option>
                    <option value="tenant">{scopeLabels.tenant}</option>
                  </Select>
                )}
              </Field>
            )}
            <FormError>{problem?.message}</FormError>
            {pending && outcome.added > 0 && (
              <p role="status" className="text-xs text-muted tabular-nums">
                {outcome.added.toLocaleString("en")} added so far
              </p>
            )}
            <DialogFooter>
              <Button type="submit" variant="primary" pending={pending}>
                Add
              </Button>
            </DialogFooter>
          </form>
        )}
      </DialogContent>
    </Dialog>
  );
}

function Report({ outcome: { added, already, narrowed, rejected } }: { outcome: Outcome }) {
  return (
    <div className="space-y-4">
      <Callout
        kind={rejected.length > 0 ? "warning" : "success"}
        title={`${added.toLocaleString("en")} added`}
      >
        {already > 0 && <p>{already.toLocaleString("en")} were on the list already.</p>}
        {narrowed > 0 && (
          <p>
            {narrowed.toLocaleString("en")} were closed for a whole organization where they come from. They
            are closed for this workspace only: an owner or admin of the organization can do more.
          </p>
        )}
        {rejected.length > 0 && <p>{rejected.length.toLocaleString("en")} lines could not be read:</p>}
        <ul className="mt-1 list-disc pl-4">
          {rejected.slice(0, shownMax).map(({ email, problem }) => (
            <li key={email} className="break-words">
              <span className="font-medium">{email}</span>: {problem}
            </li>
          ))}
          {rejected.length > shownMax && (
            <li>and {(rejected.length - shownMax).toLocaleString("en")} more</li>
          )}
        </ul>
      </Callout>
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </div>
  );
}
