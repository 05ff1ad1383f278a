"use client";
import { Plus, Target, Trash2 } from "lucide-react";
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
import { blankGoalEvents, type Goal, goalsMax, goalTypes, type GoalType } from "#server/goals/schema";
import { SaveProblem, SaveState } from "../campaigns/save-state.tsx";
import type { Choice } from "../campaigns/trigger-fields.tsx";
import { useCampaignEdits, type Campaign } from "../campaigns/use-campaign-edits.tsx";
import { GoalFields } from "./goal-fields.tsx";
import { type CampaignGoal, goalKinds } from "./goal-words.tsx";

type Props = {
  workspace: string;
  initial: Campaign;
  choices: Choice[];
  /** Campaigns that somebody can be moved to. */
  targets: { id: string; name: string }[];
  canWrite: boolean;
};

/** What a campaign is for. Each change is saved at once. */
export function GoalEditor({ workspace, initial, choices, targets, canWrite }: Props) {
  const edits = useCampaignEdits(initial);
  const [goals, setGoals] = useState<Goal[]>(initial.goals.map(bare));
  const disabled = !canWrite || edits.campaign.status !== "draft" || edits.campaign.archived;
  const set = (next: Goal[]) => {
    const before = goals;
    setGoals(next);
    void edits
      .change((edit) => edits.calls.updateGoals({ ...edit, goals: next }))
      .then((saved) => setGoals(saved ? saved.goals.map(bare) : before));
  };
  const add = (
    <AddGoal
      disabled={disabled || goals.length >= goalsMax}
      onAdd={(type) => set([...goals, { ...blank, event: blankGoalEvents[type] }])}
    />
  );
  return (
    <>
      <SaveProblem edits={edits} />
      <Section
        title="Goals"
        description="What a contact does when the campaign has worked. It is counted once for each person, and put down to the mail they clicked or answered, or else to the last one they got."
        action={
          goals.length > 0 && (
            <>
              {!disabled && <SaveState state={edits.state} />}
              {!disabled && add}
            </>
          )
        }
      >
        {goals.length === 0 ? (
          <EmptyState icon={Target} title="No goal yet" action={!disabled && add} className="py-8">
            {disabled
              ? "This campaign was launched without one."
              : "With a goal, people stop getting mail once they have done what it was for, and you see which mail did it."}
          </EmptyState>
        ) : (
          <ul aria-label="Goals" className="divide-y">
            {goals.map((goal, index) => (
              <GoalRow
                key={`${index}-${goal.event.type}`}
                goal={goal}
                choices={choices}
                targets={targets.filter(({ id }) => id !== initial.id)}
                disabled={disabled}
                onChange={(next) => set(goals.with(index, next))}
                onRemove={() => set(goals.toSpliced(index, 1))}
              />
            ))}
          </ul>
        )}
        {goals.some(({ event }) => event.type === "event") && (
          <p className="mt-4 border-t pt-3 text-xs text-muted">
            Events come in over HTTP with a key of the workspace.{" "}
            <TextLink href={`/${workspace}/settings/api-keys`}>Keys, and how to send an event</TextLink>
          </p>
        )}
      </Section>
    </>
  );
}

const blank = { name: "", action: "exit", targetId: "", attributionDays: 30 } as const;
const bare = ({ id: _, subject: __, target: ___, ...goal }: CampaignGoal): Goal => goal;

type RowProps = {
  goal: Goal;
  choices: Choice[];
  targets: { id: string; name: string }[];
  disabled: boolean;
  onChange: (goal: Goal) => void;
  onRemove: () => void;
};

function GoalRow({ goal, choices, targets, disabled, onChange, onRemove }: RowProps) {
  const { label, icon: Icon } = goalKinds[goal.event.type];
  const title = goal.name || label;
  return (
    <li className="py-4 first:pt-0 last:pb-0">
      <div className="mb-2.5 flex items-center gap-2">
        <Icon aria-hidden className="size-4 text-muted" />
        <h3 className="flex-1 font-medium">{label}</h3>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`Remove the goal “${title}”`}
          disabled={disabled}
          onClick={onRemove}
        >
          <Trash2 />
        </Button>
      </div>
      <fieldset disabled={disabled} aria-label={title}>
        <GoalFields goal={goal} choices={choices} targets={targets} onChange={onChange} />
      </fieldset>
    </li>
  );
}

function AddGoal({ disabled, onAdd }: { disabled: boolean; onAdd: (type: GoalType) => void }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button disabled={disabled}>
          <Plus /> Add a goal
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-80">
        {goalTypes.map((type) => {
          const { label, hint, icon: Icon } = goalKinds[type];
          return (
            <DropdownMenuItem key={type} onSelect={() => onAdd(type)}>
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
