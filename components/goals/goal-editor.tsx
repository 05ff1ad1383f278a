"use client";
import { Target } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { EmptyState } from "#components/ui/empty-state";
import { LeaveGuard } from "#components/ui/leave-guard";
import { Section } from "#components/ui/section";
import { stepsMayChange } from "#server/campaigns/schema";
import { blankGoalEvents, type GoalEdit, goalsMax, goalTypes } from "#server/goals/schema";
import { AddListening, EventsNote, ListeningRow } from "../campaigns/listening-row.tsx";
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

/** What a campaign is for. Of a draft each change is saved at once; of a running campaign when somebody says so. */
export function GoalEditor({ workspace, initial, choices, targets, canWrite }: Props) {
  const edits = useCampaignEdits(initial);
  const { status, archived } = edits.campaign;
  const [goals, setGoals] = useState<GoalEdit[]>(initial.goals.map(bare));
  const [touched, setTouched] = useState(false);
  const disabled = !canWrite || archived || !stepsMayChange(status);
  const running = status !== "draft";
  const save = (next: GoalEdit[]) =>
    edits
      .change((edit) => edits.calls.updateGoals({ ...edit, goals: next }))
      .then((saved) => {
        if (saved) setGoals(saved.goals.map(bare));
        return saved;
      });
  function set(next: GoalEdit[]) {
    const before = goals;
    setGoals(next);
    setTouched(true);
    if (!running) void save(next).then((saved) => !saved && setGoals(before));
  }
  const add = (
    <AddListening
      label="Add a goal"
      types={goalTypes}
      kinds={goalKinds}
      disabled={disabled || goals.length >= goalsMax}
      onAdd={(type) => set([...goals, { ...blank, event: blankGoalEvents[type] }])}
    />
  );
  return (
    <>
      <SaveProblem edits={edits} />
      <LeaveGuard unsaved={running && touched} />
      {running && !disabled && (
        <RunningGoals
          touched={touched}
          pending={edits.state === "saving"}
          onSave={() => void save(goals).then((saved) => saved && setTouched(false))}
          onDiscard={() => {
            setGoals(edits.campaign.goals.map(bare));
            setTouched(false);
          }}
        />
      )}
      <Section
        title="Goals"
        description="What a contact does when the campaign has worked. It is counted once for each person, and put down to the mail they clicked or answered, or else to the last one they got."
        action={
          goals.length > 0 && (
            <>
              {!disabled && !running && <SaveState state={edits.state} />}
              {!disabled && add}
            </>
          )
        }
      >
        {goals.length === 0 ? (
          <EmptyState icon={Target} title="No goal yet" action={!disabled && add} className="py-8">
            {disabled && running
              ? "This campaign was launched without one."
              : "With a goal, people stop getting mail once they have done what it was for, and you see which mail did it."}
          </EmptyState>
        ) : (
          <ul aria-label="Goals" className="divide-y">
            {goals.map((goal, index) => (
              <ListeningRow
                key={`${index}-${goal.event.type}`}
                kind={goalKinds[goal.event.type]}
                title={goal.name || goalKinds[goal.event.type].label}
                removeLabel={`Remove the goal “${goal.name || goalKinds[goal.event.type].label}”`}
                disabled={disabled}
                onRemove={() => set(goals.toSpliced(index, 1))}
              >
                <GoalFields
                  goal={goal}
                  choices={choices}
                  targets={targets.filter(({ id }) => id !== initial.id)}
                  onChange={(next) => set(goals.with(index, { ...goal, ...next }))}
                />
              </ListeningRow>
            ))}
          </ul>
        )}
        {goals.some(({ event }) => event.type === "event") && <EventsNote workspace={workspace} />}
      </Section>
    </>
  );
}

const blank = { name: "", action: "exit", targetId: "", attributionDays: 30 } as const;
const bare = ({ subject: _, target: __, ...goal }: CampaignGoal): GoalEdit => goal;

type RunningProps = { touched: boolean; pending: boolean; onSave: () => void; onDiscard: () => void };

/** What a change of a running campaign's goals brings about, said before it is saved. */
function RunningGoals({ touched, pending, onSave, onDiscard }: RunningProps) {
  return (
    <Callout
      kind={touched ? "warning" : "info"}
      className="mb-4"
      title={touched ? "These goals are not saved yet" : "This campaign was launched"}
      action={
        touched && (
          <span className="flex gap-2">
            <Button size="sm" onClick={onDiscard}>
              Discard
            </Button>
            <Button size="sm" variant="primary" pending={pending} onClick={onSave}>
              Save goals
            </Button>
          </span>
        )
      }
    >
      A goal that listens to something else counts from the moment you save it. What was reached before stays
      in the numbers, under the goal as it was.
    </Callout>
  );
}
