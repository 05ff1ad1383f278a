"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Select } from "#components/ui/select";
import { SubmitButton } from "#components/ui/submit-button";
import { sendingLimitInput, type SendingLimitKind } from "#server/sending-limits/schema";
import { type Limit, limitWords } from "./limit-words.tsx";

type Target = { kind: SendingLimitKind; domain: string };
const other = "other";
const count = { type: "number", inputMode: "numeric", min: 1, placeholder: "No limit" } as const;

/** The button that opens the window of a new limit. `domains` are those of the mailboxes. */
export function AddLimit({ domains }: { domains: string[] }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Plus /> Add limit
      </Button>
      {open && <LimitDialog domains={domains} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Sets a limit: a new one, or the numbers of the one given. */
export function LimitDialog({
  limit,
  domains,
  onClose,
}: {
  limit?: Limit;
  domains: string[];
  onClose: () => void;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const targets: Target[] = [
    { kind: "workspace", domain: "" },
    ...domains.map((domain): Target => ({ kind: "domain", domain })),
    { kind: "recipient_domain", domain: "*" },
  ];
  const [chosen, setChosen] = useState("0");
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const save = useMutation(
    trpc.sendingLimits.save.mutationOptions({
      onSuccess: () => {
        onClose();
        toast.success("Limit saved.");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(save.error);
  const errors = { ...wrong, ...problem?.fields };
  const target: Target = limit ?? targets[Number(chosen)] ?? { kind: "recipient_domain", domain: "" };
  const receiving = target.kind === "recipient_domain";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = formValues(event.currentTarget, "domain", "dailyLimit", "hourlyLimit");
    const number = (text: string) => (text ? Number(text) : null);
    const parsed = sendingLimitInput.safeParse({
      kind: target.kind,
      domain: target.domain || given.domain,
      dailyLimit: number(given.dailyLimit),
      hourlyLimit: number(given.hourlyLimit),
    });
    setWrong(
      Object.fromEntries((parsed.error?.issues ?? []).map(({ path, message }) => [path.join("."), message])),
    );
    if (parsed.success) save.mutate(parsed.data);
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={limit ? limitWords(limit) : "Add a limit"}
        description="Holds for all campaigns together. The smallest limit wins; what does not fit leaves later."
      >
        <form onSubmit={submit} className="space-y-4" noValidate>
          {!limit && (
            <Field name="target" label="Limits">
              {(control) => (
                <Select {...control} value={chosen} onChange={(event) => setChosen(event.target.value)}>
                  {targets.map((each, index) => (
                    <option key={index} value={index}>
                      {limitWords(each)}
                    </option>
                  ))}
                  <option value={other}>To addresses of one domain…</option>
                </Select>
              )}
            </Field>
          )}
          {!limit && chosen === other && (
            <Field
              name="domain"
              label="Domain"
              placeholder="acme.com"
              autoComplete="off"
              error={errors.domain}
              autoFocus
            />
          )}
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              name="dailyLimit"
              label="Emails a day"
              {...count}
              defaultValue={limit?.dailyLimit ?? ""}
              hint={receiving ? "On the workspace’s clock." : "On each mailbox’s own clock."}
              error={errors.dailyLimit}
            />
            <Field
              name="hourlyLimit"
              label="Emails an hour"
              {...count}
              defaultValue={limit?.hourlyLimit ?? ""}
              hint="In any 60 minutes."
              error={errors.hourlyLimit}
            />
          </div>
          {receiving && target.domain === "*" && (
            <p className="text-xs text-muted">
              Companies share a domain, as acme.com. Public providers such as gmail.com are no company; give
              them a limit of their own if you need one.
            </p>
          )}
          <FormError>
            {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
          </FormError>
          <DialogFooter>
            <Button type="button" onClick={onClose}>
              Cancel
            </Button>
            <SubmitButton pending={save.isPending}>Save limit</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
