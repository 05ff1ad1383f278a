"use client";
import { Zap } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "#components/ui/empty-state";
import { Section } from "#components/ui/section";
import { blankTriggers, type Trigger, triggersMax, triggerTypes } from "#server/triggers/schema";
import { AddListening, EventsNote, ListeningRow } from "./listening-row.tsx";
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
    <AddListening
      label="Add a trigger"
      types={triggerTypes}
      kinds={triggerKinds}
      disabled={disabled || triggers.length >= triggersMax}
      onAdd={(type) => set([...triggers, blankTriggers[type]])}
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
            <ListeningRow
              key={`${index}-${trigger.type}`}
              kind={triggerKinds[trigger.type]}
              title={triggerKinds[trigger.type].label}
              removeLabel={`Remove the trigger “${triggerKinds[trigger.type].label}”`}
              disabled={disabled}
              onRemove={() => set(triggers.toSpliced(index, 1))}
            >
              <TriggerFields
                trigger={trigger}
                onChange={(next) => set(triggers.with(index, next))}
                choices={choices}
              />
            </ListeningRow>
          ))}
        </ul>
      )}
      {hears && <EventsNote workspace={workspace} />}
    </Section>
  );
}

const bare = ({ id: _, subject: __, ...trigger }: CampaignEdits["campaign"]["triggers"][number]): Trigger =>
  trigger;
