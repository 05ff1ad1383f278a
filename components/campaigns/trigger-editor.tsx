"use client";
import { Plus, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { EmptyState } from "#components/ui/empty-state";
import { Section } from "#components/ui/section";
import { TextLink } from "#components/ui/text-link";
import { blankTriggers, type Trigger, triggersMax, triggerTypes } from "#server/triggers/schema";
import { type Choice, TriggerFields } from "./trigger-fields.tsx";
import { triggerKinds } from "./trigger-words.tsx";
import type { CampaignEdits } from "./use-campaign-edits.tsx";

type Props = { workspace: string; edits: CampaignEdits; choices: Choice[]; disabled: boolean };

/** What brings contacts into a triggered campaign: any of these is enough. Each change is saved at once. */
export function TriggerEditor({ workspace, edits, choices, disabled }: Props) {
  const [triggers, setTriggers] = useState<Trigger[]>(edits.campaign.triggers.map(bare));
  const set = (next: Trigger[]) => {
    const before = triggers;
    setTriggers(next);
    void edits
      .change((edit) => edits.calls.updateTriggers({ ...edit, triggers: next }))
      .then((saved) => setTriggers(saved ? saved.triggers.map(bare) : before));
  };
  const hears = triggers.some(({ type }) => type === "event");
  const add = (
    <AddTrigger
      disabled={disabled || triggers.length >= triggersMax}
      onAdd={(one) => set([...triggers, one])}
    />
  );
  return (
    <Section
      title="What starts it"
      description="Any of these brings a contact in, at the first step, while the campaign runs."
      action={triggers.length > 0 && add}
    >
      {triggers.length === 0 ? (
        <EmptyState icon={Zap} title="Nothing starts this campaign yet" action={add} className="py-8">
          Choose what has to happen to a contact.
        </EmptyState>
      ) : (
        <ul aria-label="Triggers" className="divide-y">
          {triggers.map((trigger, index) => (
            <TriggerRow
              key={`${index}-${trigger.type}`}
              trigger={trigger}
              choices={choices}
              disabled={disabled}
              onChange={(next) => set(triggers.with(index, next))}
              onRemove={() => set(triggers.toSpliced(index, 1))}
            />
          ))}
        </ul>
      )}
      {hears && (
        <p className="mt-4 border-t pt-3 text-xs text-muted">
          Events come in over HTTP with a key of the workspace.{" "}
          <TextLink href={`/${workspace}/settings/api-keys`}>Keys, and how to send an event</TextLink>
        </p>
      )}
    </Section>
  );
}

const bare = ({ id: _, subject: __, ...trigger }: CampaignEdits["campaign"]["triggers"][number]): Trigger =>
  trigger;

type RowProps = {
  trigger: Trigger;
  choices: Choice[];
  disabled: boolean;
  onChange: (trigger: Trigger) => void;
  onRemove: () => void;
};

function TriggerRow({ trigger, choices, disabled, onChange, onRemove }: RowProps) {
  const { label, icon: Icon } = triggerKinds[trigger.type];
  return (
    <li className="py-4 first:pt-0 last:pb-0">
      <div className="mb-2.5 flex items-center gap-2">
        <Icon aria-hidden className="size-4 text-muted" />
        <h3 className="flex-1 font-medium">{label}</h3>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`Remove the trigger “${label}”`}
          disabled={disabled}
          onClick={onRemove}
        >
          <Trash2 />
        </Button>
      </div>
      <fieldset disabled={disabled} aria-label={label}>
        <TriggerFields trigger={trigger} onChange={onChange} choices={choices} />
      </fieldset>
    </li>
  );
}

function AddTrigger({ disabled, onAdd }: { disabled: boolean; onAdd: (trigger: Trigger) => void }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button disabled={disabled}>
          <Plus /> Add a trigger
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-80">
        {triggerTypes.map((type) => {
          const { label, hint, icon: Icon } = triggerKinds[type];
          return (
            <DropdownMenuItem key={type} onSelect={() => onAdd(blankTriggers[type])}>
              <Icon />
              <span>
                {label}
                <span className="block text-xs text-muted">{hint}</span>
              </span>
            </DropdownMenuItem>
          );
        })}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
