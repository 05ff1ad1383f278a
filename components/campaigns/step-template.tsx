"use client";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { VersionComparison } from "#components/templates/version-comparison";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Dialog, DialogClose, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import type { StepContent } from "#server/campaigns/schema";
import type { RouterOutputs } from "#server/router";

type Content = Extract<StepContent, { type: "email" }>;
type Template = RouterOutputs["campaigns"]["templates"][number];
type Props = { content: Content; onChange: (content: Content) => void; children: ReactNode };

/** What the step says once the template is copied into it. */
const copied = (content: Content, template: Template): Content => ({
  ...content,
  templateId: template.id,
  templateVersion: template.version,
  subjectLine: template.subject || content.subjectLine,
  previewText: template.previewText || content.previewText,
  emailContent: template.html,
  emailText: template.text,
});

/**
 * Copies a template into the step: later changes of the template do not change what a campaign sends, but the step
 * says that there are some.
 */
export function StepTemplate({ content, onChange, children }: Props) {
  const trpc = useTRPC();
  const templates = useQuery(trpc.campaigns.templates.queryOptions());
  const chosen = templates.data?.find(({ id }) => id === content.templateId);
  const outdated = chosen && content.templateVersion !== null && chosen.version > content.templateVersion;
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-2">
        {templates.data && templates.data.length > 0 ? (
          <Field name="template" label="Start from a template" className="w-64">
            {(control) => (
              <Select
                {...control}
                value={content.templateId ?? ""}
                onChange={({ target }) => {
                  const template = templates.data.find((each) => each.id === target.value);
                  onChange(
                    template
                      ? copied(content, template)
                      : { ...content, templateId: null, templateVersion: null },
                  );
                }}
              >
                <option value="">No template</option>
                {templates.data.map((template) => (
                  <option key={template.id} value={template.id}>
                    {template.approved ? `${template.name} (approved)` : template.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        ) : (
          <span />
        )}
        {children}
      </div>
      {outdated && (
        <NewerVersion
          content={content}
          template={chosen}
          onUpdate={() => onChange(copied(content, chosen))}
          onKeep={() => onChange({ ...content, templateVersion: chosen.version })}
        />
      )}
    </>
  );
}

type NewerProps = { content: Content; template: Template; onUpdate: () => void; onKeep: () => void };

function NewerVersion({ content, template, onUpdate, onKeep }: NewerProps) {
  const [comparing, setComparing] = useState(false);
  return (
    <Callout
      kind="info"
      title={`“${template.name}” was changed since it was copied here`}
      action={
        <div className="flex flex-wrap gap-2">
          <Button size="sm" onClick={() => setComparing(true)}>
            Compare
          </Button>
          <Button size="sm" variant="ghost" onClick={onKeep}>
            Keep this text
          </Button>
        </div>
      }
    >
      This step has version {content.templateVersion}, the template is at version {template.version}.
      {comparing && (
        <Dialog open onOpenChange={setComparing}>
          <DialogContent
            size="lg"
            title={`Update to version ${template.version}?`}
            description="The text of this step is replaced by that of the template, with whatever was changed here."
          >
            <VersionComparison
              before={{
                subject: content.subjectLine,
                previewText: content.previewText,
                html: content.emailContent,
                text: content.emailText ?? null,
              }}
              after={{
                subject: template.subject || content.subjectLine,
                previewText: template.previewText || content.previewText,
                html: template.html,
                text: template.text,
              }}
              names={{ before: "this step", after: `version ${template.version}` }}
            />
            <DialogFooter>
              <DialogClose asChild>
                <Button>Cancel</Button>
              </DialogClose>
              <Button
                variant="primary"
                onClick={() => {
                  onUpdate();
                  setComparing(false);
                }}
              >
                Update the step
              </Button>
            </DialogFooter>
          </DialogContent>
        </Dialog>
      )}
    </Callout>
  );
}
