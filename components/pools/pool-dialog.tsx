"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Checkbox } from "#components/ui/checkbox";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Input } from "#components/ui/input";
import { RadioCards } from "#components/ui/radio-cards";
import { SubmitButton } from "#components/ui/submit-button";
import { rotationStrategies, type RotationStrategy, type WhenUnfit } from "#server/pools/schema";
import type { RouterOutputs } from "#server/router";
import type { Pool } from "./pool-list.tsx";

export type Mailbox = Pick<
  RouterOutputs["mailboxes"]["list"]["mailboxes"][number],
  "id" | "email" | "provider" | "status"
>;

export const strategyLabels: Record<RotationStrategy, string> = {
  round_robin: "In turn",
  weighted: "By weight",
  automatic: "By how they stand",
  random: "At random",
};
const hints: Record<RotationStrategy, string> = {
  round_robin: "Whoever has sent least today goes next.",
  weighted: "One of weight 2 sends twice as much as one of weight 1.",
  automatic: "More from those that are healthy, warmed up, and have most of their day left.",
  random: "Drawn for each person.",
};

const whenUnfitOptions = [
  { value: "wait", label: "New people wait", hint: "Until one of them can send again." },
  {
    value: "continue",
    label: "Go on with the others",
    hint: "Of whose mail too much came back, within their own limits. Whoever launched is told once a day.",
  },
];

export function AddPool({ mailboxes }: { mailboxes: Mailbox[] }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Plus /> Add pool
      </Button>
      {open && <PoolDialog mailboxes={mailboxes} onClose={() => setOpen(false)} />}
    </>
  );
}

type Props = { pool?: Pool; mailboxes: Mailbox[]; onClose: () => void };

/** Makes a pool, or changes the one given. */
export function PoolDialog({ pool, mailboxes, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [strategy, setStrategy] = useState<RotationStrategy>(pool?.strategy ?? "round_robin");
  const [chosen, setChosen] = useState<Record<string, string>>(
    Object.fromEntries((pool?.members ?? []).map(({ mailboxId, weight }) => [mailboxId, String(weight)])),
  );
  const done = {
    onSuccess: () => {
      onClose();
      toast.success("Pool saved.");
      router.refresh();
    },
  };
  const create = useMutation(trpc.pools.create.mutationOptions(done));
  const update = useMutation(trpc.pools.update.mutationOptions(done));
  const [whenUnfit, setWhenUnfit] = useState<WhenUnfit>(pool?.whenUnfit ?? "wait");
  const problem = asProblem(create.error ?? update.error);
  const memberProblem = Object.entries(problem?.fields ?? {}).find(([path]) =>
    path.startsWith("members"),
  )?.[1];

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { name, dailyLimitPerAccount } = formValues(event.currentTarget, "name", "dailyLimitPerAccount");
    const values = {
      name,
      strategy,
      whenUnfit,
      dailyLimitPerAccount: dailyLimitPerAccount ? Number(dailyLimitPerAccount) : null,
      members: Object.entries(chosen).map(([mailboxId, weight]) => ({ mailboxId, weight: Number(weight) })),
    };
    if (pool) update.mutate({ ...values, id: pool.id });
    else create.mutate(values);
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={pool ? `Edit ${pool.name}` : "Add a pool"}
        description="Mailboxes that share the mail of a campaign. Each keeps to its own limits, and everybody hears from the same one throughout."
      >
        <form onSubmit={submit} className="space-y-4" noValidate>
          <Field
            name="name"
            label="Name"
            defaultValue={pool?.name ?? ""}
            placeholder="Sales team"
            maxLength={100}
            autoComplete="off"
            error={problem?.fields.name}
          />
          <RadioCards
            name="strategy"
            legend="Who sends next"
            options={rotationStrategies.map((value) => ({
              value,
              label: strategyLabels[value],
              hint: hints[value],
            }))}
            value={strategy}
            onChange={(value) => setStrategy(value as RotationStrategy)}
          />
          <fieldset>
            <legend className="mb-1.5 font-medium">Mailboxes</legend>
            <div className="max-h-60 space-y-2 overflow-y-auto">
              {mailboxes.map(({ id, email, status }) => (
                <div key={id} className="flex min-h-8 items-center justify-between gap-3">
                  <Checkbox
                    name={`member-${id}`}
                    label={status === "active" ? email : `${email} – ${status.replaceAll("_", " ")}`}
                    checked={id in chosen}
                    onChange={({ target }) =>
                      setChosen(({ [id]: before, ...others }) =>
                        target.checked ? { ...others, [id]: before ?? "1" } : others,
                      )
                    }
                  />
                  {strategy === "weighted" && id in chosen && (
                    <Input
                      type="number"
                      min={1}
                      max={100}
                      aria-label={`Weight of ${email}`}
                      className="w-20"
                      value={chosen[id]}
                      onChange={({ target }) => setChosen({ ...chosen, [id]: target.value })}
                    />
                  )}
                </div>
              ))}
            </div>
            {memberProblem && <p className="mt-1.5 text-xs text-danger">{memberProblem}</p>}
          </fieldset>
          <Field
            name="dailyLimitPerAccount"
            label="Emails a day from each"
            aside="Optional"
            type="number"
            inputMode="numeric"
            min={1}
            className="sm:w-1/2"
            defaultValue={pool?.dailyLimitPerAccount ?? ""}
            placeholder="No limit"
            hint="Besides each mailbox’s own limit."
            error={problem?.fields.dailyLimitPerAccount}
          />
          <RadioCards
            name="whenUnfit"
            legend="When no mailbox that stands well can send any more on a day"
            options={whenUnfitOptions}
            value={whenUnfit}
            onChange={(value) => setWhenUnfit(value as WhenUnfit)}
          />
          <FormError>
            {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
          </FormError>
          <DialogFooter>
            <Button type="button" onClick={onClose}>
              Cancel
            </Button>
            <SubmitButton pending={create.isPending || update.isPending}>Save pool</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
