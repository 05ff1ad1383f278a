"use client";
import { ChevronDown, Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Card } from "#components/ui/card";
import { cn } from "#components/ui/cn";
import { TextLink } from "#components/ui/text-link";
import { DurationFields } from "../duration-fields.tsx";
import { RemoveSteps } from "../remove-steps.tsx";
import { SaveProblem, SaveState } from "../save-state.tsx";
import { StepEditor } from "../step-editor.tsx";
import { StepProblems } from "../step-problems.tsx";
import { useCampaignEdits, type Campaign, type CampaignEdits, type Step } from "../use-campaign-edits.tsx";

type Props = { workspace: string; initial: Campaign; canWrite: boolean };

/** The emails one after another, and the days between them: the steps of a draft without branches. */
export function GuideEmails({ workspace, initial, canWrite }: Props) {
  const edits = useCampaignEdits(initial);
  const { campaign } = edits;
  const emails = campaign.steps.filter(({ type }) => type === "email");
  const [open, setOpen] = useState<string | null>(
    () => emails.find(({ id }) => initial.problems.some(({ stepId }) => stepId === id))?.id ?? null,
  );
  const [removing, setRemoving] = useState<Step | null>(null);
  const plain = campaign.steps.every((step) => step.type === "email" || isPause(step));
  const show = (stepId: string | null) => {
    void edits.flush();
    setOpen(stepId);
  };
  return (
    <>
      <SaveProblem edits={edits} />
      {!plain && (
        <Callout kind="info" className="mb-4" title="This campaign does more than write">
          Its emails are here; what else it does, and when, is in{" "}
          <TextLink href={`/${workspace}/campaigns/${campaign.id}/edit`}>the builder</TextLink>.
        </Callout>
      )}
      <div className="mb-3 flex h-5 justify-end">{open === null && <SaveState state={edits.state} />}</div>
      <ol aria-label="Emails" className="space-y-3">
        {campaign.steps.map((step) => {
          if (step.type === "email")
            return (
              <li key={step.id}>
                <EmailCard
                  step={step}
                  number={emails.indexOf(step) + 1}
                  {...{ edits, canWrite }}
                  open={open === step.id}
                  onOpen={() => show(open === step.id ? null : step.id)}
                  onRemove={plain && canWrite && emails.length > 1 ? () => setRemoving(step) : null}
                />
              </li>
            );
          return isPause(step) && <li key={step.id}>{<Pause {...{ step, edits, canWrite }} />}</li>;
        })}
      </ol>
      {plain && canWrite && (
        <Button className="mt-4" onClick={() => void addEmail(edits).then((id) => id && show(id))}>
          <Plus /> Add another email
        </Button>
      )}
      {removing && (
        <RemoveSteps
          steps={[removing]}
          campaign={campaign}
          onClose={() => setRemoving(null)}
          onRemove={() => removeEmail(edits, removing)}
        />
      )}
    </>
  );
}

const isPause = (step: Step) => step.type === "wait" && step.wait !== null && !("until" in step.wait);

/** An email behind the last step, three days after it. */
async function addEmail({ campaign, calls, change }: CampaignEdits): Promise<string | null> {
  const add = async (from: Campaign, type: "wait" | "email") => {
    const last = from.steps.at(-1);
    const position = last
      ? ({ kind: "edge", from: last.id, edge: "next" } as const)
      : ({ kind: "start" } as const);
    return change((edit) => calls.addStep({ ...edit, type, position }));
  };
  const paused = campaign.steps.length > 0 ? await add(campaign, "wait") : campaign;
  const wait = paused?.steps.at(-1);
  if (!paused) return null;
  if (wait?.type === "wait")
    await change((edit) =>
      calls.saveStep({
        ...edit,
        stepId: wait.id,
        content: { type: "wait", wait: { value: 3, unit: "days" } },
      }),
    );
  const written = await add(paused, "email");
  return written?.steps.at(-1)?.id ?? null;
}

/** With the time before it; the first one's goes with the time after it. */
async function removeEmail({ campaign, calls, change }: CampaignEdits, email: Step): Promise<void> {
  const at = campaign.steps.indexOf(email);
  const beside = [campaign.steps[at - 1], campaign.steps[at + 1]].find((step) => step && isPause(step));
  const stepIds = [email.id, ...(beside ? [beside.id] : [])];
  await change((edit) => calls.removeSteps({ ...edit, stepIds }));
}

type EmailProps = {
  step: Step;
  number: number;
  edits: CampaignEdits;
  canWrite: boolean;
  open: boolean;
  onOpen: () => void;
  onRemove: (() => void) | null;
};

function EmailCard({ step, number, edits, canWrite, open, onOpen, onRemove }: EmailProps) {
  if (open)
    return (
      <StepEditor step={step} campaign={edits.campaign} edits={edits} canWrite={canWrite} onClose={onOpen} />
    );
  return (
    <Card className="flex items-center gap-1 pr-2">
      <button
        type="button"
        aria-expanded={open}
        onClick={onOpen}
        className="flex min-h-14 min-w-0 flex-1 items-center gap-3 rounded-lg px-4 py-2 text-left"
      >
        <span className="w-14 shrink-0 text-muted">Email {number}</span>
        <span className={cn("min-w-0 flex-1 truncate", step.subjectLine ? "font-medium" : "text-muted")}>
          {step.headline}
        </span>
        <StepProblems campaign={edits.campaign} stepId={step.id} />
        <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
      </button>
      {onRemove && (
        <Button variant="danger-quiet" size="sm" aria-label={`Delete email ${number}`} onClick={onRemove}>
          Delete
        </Button>
      )}
    </Card>
  );
}

function Pause({ step, edits, canWrite }: { step: Step; edits: CampaignEdits; canWrite: boolean }) {
  const { wait } = step;
  const [rule, setRule] = useState(wait && !("until" in wait) ? wait : null);
  if (!rule) return null;
  return (
    <fieldset disabled={!canWrite} className="ml-5 flex flex-wrap items-start gap-3 border-l-2 py-1 pl-5">
      <DurationFields
        label="Then wait"
        rule={rule}
        onChange={(next) => {
          setRule(next);
          if (Number.isInteger(next.value) && next.value >= 1 && next.value <= 10_000)
            edits.type(step.id, { type: "wait", name: step.name ?? undefined, wait: next });
        }}
      />
    </fieldset>
  );
}
