"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus, Users, X } from "lucide-react";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { Section } from "#components/ui/section";
import { Switch } from "#components/ui/switch";
import { TextLink } from "#components/ui/text-link";
import type { Audience } from "#server/campaigns/schema";
import type { RouterOutputs } from "#server/router";
import { AudienceSize } from "./audience-size.tsx";
import { SaveProblem } from "./save-state.tsx";
import { useCampaignEdits, type Campaign } from "./use-campaign-edits.tsx";

type Choice = RouterOutputs["campaigns"]["audienceChoices"][number];
type Props = { workspace: string; initial: Campaign; choices: Choice[]; canWrite: boolean };

/** Each change is saved at once: an audience is a handful of clicks, and its size answers every one of them. */
export function AudienceEditor({ workspace, initial, choices, canWrite }: Props) {
  const trpc = useTRPC();
  const edits = useCampaignEdits(initial);
  const { campaign } = edits;
  const [audience, setAudience] = useState(initial.audience);
  const count = useQuery(
    trpc.campaigns.countAudience.queryOptions({ audience }, { placeholderData: (before) => before }),
  );
  const disabled = !canWrite || campaign.status !== "draft" || campaign.archived;
  const set = (next: Audience) => {
    setAudience(next);
    void edits
      .change((edit) => edits.calls.updateAudience({ ...edit, audience: next }))
      .then((saved) => {
        if (!saved) setAudience(campaign.audience);
      });
  };
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div>
        <SaveProblem edits={edits} />
        {choices.length === 0 && (
          <Callout kind="info" className="mb-5" title="No lists or segments yet">
            <TextLink href={`/${workspace}/imports/new`}>Import contacts</TextLink> into a list, or{" "}
            <TextLink href={`/${workspace}/segments/new`}>build a segment</TextLink>. Or send to everybody.
          </Callout>
        )}
        <Section title="Who gets it" description="Somebody in several of these gets each email once.">
          <Switch
            label="Everybody in this workspace"
            hint="Every contact who may be written to."
            checked={audience.everyone}
            disabled={disabled}
            onCheckedChange={(everyone) => set({ ...audience, everyone })}
            className="mb-4"
          />
          {!audience.everyone && (
            <Picker
              name="Include"
              ids={audience.include}
              choices={choices}
              disabled={disabled}
              onChange={(include) => set({ ...audience, include })}
            />
          )}
        </Section>
        <Section title="Who doesn’t" description="Left out even when they are in one of the above.">
          <Picker
            name="Exclude"
            ids={audience.exclude}
            choices={choices}
            disabled={disabled}
            onChange={(exclude) => set({ ...audience, exclude })}
          />
        </Section>
        <p className="text-xs text-muted">
          <Users aria-hidden className="mr-1 inline size-3.5" />
          The audience is frozen at the launch: who joins a list or segment later is not added to a campaign
          that runs.
        </p>
      </div>
      <AudienceSize
        count={count.data}
        stale={count.isPlaceholderData}
        problem={asProblem(count.error)?.message}
      />
    </div>
  );
}

type PickerProps = {
  name: "Include" | "Exclude";
  ids: string[];
  choices: Choice[];
  disabled: boolean;
  onChange: (ids: string[]) => void;
};

function Picker({ name, ids, choices, disabled, onChange }: PickerProps) {
  const left = choices.filter((choice) => !ids.includes(choice.id));
  return (
    <div className="space-y-2">
      <ul aria-label={`${name}d`} className="flex flex-wrap gap-2">
        {ids.map((id) => {
          const choice = choices.find((each) => each.id === id);
          const label = choice?.name ?? "A list or segment that is gone";
          return (
            <li
              key={id}
              className="flex h-8 max-w-full items-center gap-1.5 rounded-md border border-line-strong bg-surface pr-0.5 pl-2.5"
            >
              <span className="truncate">{label}</span>
              {choice && <Badge>{choice.kind}</Badge>}
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={`Remove ${label}`}
                disabled={disabled}
                onClick={() => onChange(ids.filter((each) => each !== id))}
              >
                <X />
              </Button>
            </li>
          );
        })}
      </ul>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button disabled={disabled || left.length === 0}>
            <Plus /> {name} a list or segment
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="start" className="w-72">
          {(["list", "segment"] as const).map((kind) => {
            const some = left.filter((choice) => choice.kind === kind);
            if (some.length === 0) return null;
            return (
              <div key={kind}>
                <DropdownMenuLabel>{kind === "list" ? "Lists" : "Segments"}</DropdownMenuLabel>
                {some.map((choice) => (
                  <DropdownMenuItem key={choice.id} onSelect={() => onChange([...ids, choice.id])}>
                    <span className="truncate">{choice.name}</span>
                  </DropdownMenuItem>
                ))}
              </div>
            );
          })}
        </DropdownMenuContent>
      </DropdownMenu>
    </div>
  );
}
