"use client";
import { X } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Card } from "#components/ui/card";
import { LeaveGuard } from "#components/ui/leave-guard";
import { stepContent, type StepContent, stepsMayChange } from "#server/campaigns/schema";
import { ActionEditor } from "./action-editor.tsx";
import { ConditionEditor } from "./condition-editor.tsx";
import { EmailEditor } from "./email-editor.tsx";
import { FixedNote, RunningNote } from "./running-note.tsx";
import { SaveState } from "./save-state.tsx";
import { StepIcon, stepLabel } from "./step-icon.tsx";
import type { Campaign, CampaignEdits, Step } from "./use-campaign-edits.tsx";
import { WaitEditor } from "./wait-editor.tsx";

/** Every change is handed up at once; the text in the boxes stays as typed whatever the server answers. */
export type EditorProps<Content> = {
  content: Content;
  onChange: (content: Content) => void;
  disabled: boolean;
};

type Props = { step: Step; campaign: Campaign; edits: CampaignEdits; onClose: () => void; canWrite: boolean };

/** Mount with `key={step.id}`: it starts from what is saved, and from then on the person's text leads. */
export function StepEditor({ step, campaign, edits, onClose, canWrite }: Props) {
  const [content, setContent] = useState(() => contentOf(step));
  const disabled = !canWrite || campaign.archived || !stepsMayChange(campaign.status);
  const running = !disabled && campaign.status !== "draft";
  const problems = campaign.problems.filter((problem) => problem.stepId === step.id);
  const complete = stepContent.safeParse(content).success;
  const changed = written(content) !== written(contentOf(step));
  const change = (next: StepContent) => {
    setContent(next);
    // What a running campaign says changes when the person says so, not with every key.
    if (!running && stepContent.safeParse(next).success) edits.type(step.id, next);
  };
  return (
    <Card className="overflow-hidden">
      <LeaveGuard unsaved={running && changed} />
      <section aria-label={`Step ${step.number}`}>
        <header className="flex items-center gap-2.5 border-b px-4 py-2.5">
          <StepIcon type={step.type} actionType={content.type === "action" ? content.action.type : null} />
          <h2 className="min-w-0 flex-1 truncate font-semibold">
            Step {step.number} · {stepLabel(step.type)}
          </h2>
          {!disabled && !running && <SaveState state={edits.state} />}
          <Button variant="ghost" size="icon-sm" aria-label="Close step" onClick={onClose}>
            <X />
          </Button>
        </header>
        <div className="space-y-4 p-4">
          {problems.length > 0 && (
            <Callout kind={problems.some((problem) => problem.severity === "blocker") ? "danger" : "warning"}>
              <ul className="space-y-1">
                {problems.map((problem) => (
                  <li key={problem.code + problem.message}>{problem.message}</li>
                ))}
              </ul>
            </Callout>
          )}
          {!complete && (
            <p className="text-xs text-warning">
              {running ? "It can be saved as soon as it is complete." : "Saved as soon as it is complete."}
            </p>
          )}
          {disabled && canWrite && <FixedNote status={campaign.status} />}
          {running && step.test && (
            <Callout kind="info" title="This email is being tested">
              It can be changed again when the test is decided. Pick a winner or stop the test in the live
              view.
            </Callout>
          )}
          {running && !step.test && (
            <RunningNote
              step={step}
              campaign={campaign}
              saveable={complete && changed}
              onSave={(retime) =>
                edits.change((edit) => edits.calls.saveStep({ ...edit, stepId: step.id, content, retime }))
              }
            />
          )}
          {content.type === "email" && (
            <EmailEditor
              content={content}
              onChange={change}
              disabled={disabled || (running && step.test !== null)}
              campaign={campaign}
              step={step}
              edits={edits}
            />
          )}
          {content.type === "wait" && (
            <WaitEditor
              content={content}
              onChange={change}
              disabled={disabled}
              campaign={campaign}
              step={step}
            />
          )}
          {content.type === "condition" && (
            <ConditionEditor
              content={content}
              onChange={change}
              disabled={disabled}
              campaign={campaign}
              step={step}
            />
          )}
          {content.type === "action" && (
            <ActionEditor
              content={content}
              onChange={change}
              disabled={disabled}
              step={step}
              campaign={campaign}
            />
          )}
        </div>
      </section>
    </Card>
  );
}

/** As it would be saved, so that what the server wrote in another order is no change. */
const written = (content: StepContent) => JSON.stringify(stepContent.safeParse(content).data ?? content);

function contentOf(step: Step): StepContent {
  const name = step.name ?? undefined;
  switch (step.type) {
    case "email":
      return {
        type: "email",
        name,
        templateId: step.templateId,
        templateVersion: step.templateVersion,
        subjectLine: step.subjectLine ?? "",
        previewText: step.previewText ?? "",
        emailText: step.emailText ?? null,
        emailContent: step.emailContent ?? "",
        sender: step.sender,
        replyInThread: step.replyInThread,
        attachments: step.attachments,
        review: step.review,
        sendTime: step.sendTime,
        test: step.test,
      };
    case "wait":
      return { type: "wait", name, wait: step.wait ?? { value: 1, unit: "days" } };
    case "condition":
      return {
        type: "condition",
        name,
        rules: step.conditionRules ?? { version: 1, match: "all", rules: [] },
        waitUpTo: step.waitUpTo,
      };
    case "action":
      return { type: "action", name, action: step.action ?? { type: "exit" } };
  }
}
