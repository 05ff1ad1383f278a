"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Checkbox } from "#components/ui/checkbox";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";
import type { Campaign } from "./use-campaign-edits.tsx";

type Added = RouterOutputs["enrollments"]["add"];

/** Puts contacts into a running campaign by hand: look them up, tick them, add them. */
export function AddPeople({ campaign }: { campaign: Campaign }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm">
          <UserPlus /> Add people
        </Button>
      </DialogTrigger>
      <DialogContent
        title="Add people"
        description={
          campaign.status === "paused"
            ? "They come in when the campaign is resumed."
            : "They start at the first step at once. Exclusions and suppressions hold."
        }
      >
        <Chooser campaignId={campaign.id} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

function Chooser({ campaignId, onDone }: { campaignId: string; onDone: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [q, setQ] = useState("");
  const [chosen, setChosen] = useState<Map<string, string>>(new Map());
  const found = useQuery(
    trpc.contacts.list.queryOptions({ q: q || undefined }, { placeholderData: (before) => before }),
  );
  const add = useMutation(
    trpc.enrollments.add.mutationOptions({
      onSuccess: async (added) => {
        say(added);
        await queries.invalidateQueries({ queryKey: trpc.analytics.pathKey() });
        onDone();
      },
    }),
  );
  const toggle = (id: string, email: string) => {
    const next = new Map(chosen);
    if (!next.delete(id)) next.set(id, email);
    setChosen(next);
  };
  const problem = asProblem(add.error) ?? asProblem(found.error);
  const rows = found.data?.rows.slice(0, 8) ?? [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ campaignId, contactIds: [...chosen.keys()] });
      }}
    >
      <Field
        name="q"
        type="search"
        label="Find contacts"
        placeholder="Name, address or company"
        value={q}
        autoComplete="off"
        autoFocus
        onChange={(event) => setQ(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
      />
      <ul aria-label="Contacts found" className="mt-3 min-h-24 space-y-2">
        {found.isPending && <Skeleton className="h-20 w-full" />}
        {rows.map(({ id, email, name }) => (
          <li key={id}>
            <Checkbox
              label={email}
              hint={name ?? undefined}
              checked={chosen.has(id)}
              onChange={() => toggle(id, email)}
            />
          </li>
        ))}
        {found.data && rows.length === 0 && <li className="text-muted">Nobody matches.</li>}
      </ul>
      {chosen.size > 0 && (
        <Callout kind="info" className="mt-3" title={`${chosen.size} chosen`}>
          {[...chosen.values()].slice(0, 5).join(", ")}
          {chosen.size > 5 && ` and ${chosen.size - 5} more`}
        </Callout>
      )}
      <FormError>{problem?.message}</FormError>
      <DialogFooter>
        <Button type="button" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" pending={add.isPending} disabled={chosen.size === 0}>
          Add {chosen.size > 0 ? chosen.size : ""} to the campaign
        </Button>
      </DialogFooter>
    </form>
  );
}

const words = {
  already: "in it already, or through it and not to come again",
  excluded: "left out by the rules of its audience",
  unmailable: "may not be mailed: unsubscribed, bounced or suppressed",
};

/** Tells what came of those who were added. */
export function say({ admitted, waiting }: Added): void {
  if (waiting > 0) {
    toast.success(`${counted(waiting)} at the door: let in when the campaign is resumed.`);
    return;
  }
  const enrolled = admitted.filter(({ outcome }) => outcome === "enrolled").length;
  const reasons = (["already", "excluded", "unmailable"] as const).flatMap((outcome) => {
    const count = admitted.filter((one) => one.outcome === outcome).length;
    return count > 0 ? [`${counted(count)}: ${words[outcome]}.`] : [];
  });
  if (enrolled > 0) toast.success([`${counted(enrolled)} enrolled.`, ...reasons].join(" "));
  else toast.error(["Nobody was enrolled.", ...reasons].join(" "));
}

const counted = (count: number) => (count === 1 ? "1 contact" : `${count.toLocaleString("en")} contacts`);
