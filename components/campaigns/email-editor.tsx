"use client";
import { useQuery } from "@tanstack/react-query";
import { useRef, type FocusEvent } from "react";
import { BodyEditor } from "#components/templates/body-editor";
import type { BodyHandle } from "#components/templates/body-handle";
import { Mistakes } from "#components/templates/mistakes";
import { useMistakes } from "#components/templates/use-mistakes";
import { useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { PanelTabs } from "#components/ui/panel-tabs";
import { Select } from "#components/ui/select";
import type { StepContent } from "#server/campaigns/schema";
import type { TemplateProblem } from "#server/mail/schema";
import { EmailPreview } from "./email-preview.tsx";
import type { EditorProps } from "./step-editor.tsx";
import type { Campaign, CampaignEdits, Step } from "./use-campaign-edits.tsx";
import { EmailOptions } from "./email-options.tsx";
import { FieldMenu } from "./field-menu.tsx";

type Content = Extract<StepContent, { type: "email" }>;
type Props = EditorProps<Content> & { campaign: Campaign; step: Step; edits: CampaignEdits };
type Line = "subjectLine" | "previewText";

export function EmailEditor(props: Props) {
  const { campaign, step, edits } = props;
  return (
    <PanelTabs
      label="Email"
      panels={[
        { value: "write", label: "Write", content: <Writing {...props} /> },
        {
          value: "preview",
          label: "Preview and test",
          content: <EmailPreview campaign={campaign} step={step} flush={edits.flush} />,
        },
      ]}
    />
  );
}

function Writing({ content, onChange, disabled, campaign, step }: Props) {
  /** The line that had the caret last; null when it was the body. */
  const last = useRef<{ box: HTMLInputElement; name: Line } | null>(null);
  const body = useRef<BodyHandle>(null);
  const problems = useMistakes({
    subject: content.subjectLine,
    previewText: content.previewText,
    html: content.emailContent,
    text: content.emailText ?? null,
  });
  const remember = (name: Line) => (event: FocusEvent<HTMLInputElement>) => {
    last.current = { box: event.currentTarget, name };
  };
  function insert(text: string) {
    const at = last.current;
    if (!at) return body.current?.insert(text);
    const { selectionStart, selectionEnd } = at.box;
    const from = selectionStart ?? content[at.name].length;
    const value = content[at.name].slice(0, from) + text + content[at.name].slice(selectionEnd ?? from);
    onChange({ ...content, [at.name]: value });
    requestAnimationFrame(() => {
      at.box.focus();
      at.box.setSelectionRange(from + text.length, from + text.length);
    });
  }
  return (
    <div className="space-y-4">
      <fieldset disabled={disabled} className="space-y-4">
        <div className="flex flex-wrap items-end justify-between gap-2">
          <TemplatePicker content={content} onChange={onChange} />
          <FieldMenu onPick={insert} disabled={disabled} />
        </div>
        <Field
          name="subjectLine"
          label="Subject"
          error={problems.subject && <Mistakes of={problems.subject} />}
          hint={
            content.replyInThread ? "Left empty, it is “Re:” and the subject of the email before." : undefined
          }
        >
          {(control) => (
            <Input
              {...control}
              value={content.subjectLine}
              maxLength={500}
              onFocus={remember("subjectLine")}
              onChange={(event) => onChange({ ...content, subjectLine: event.target.value })}
            />
          )}
        </Field>
        <Field
          name="previewText"
          label="Preview text"
          error={problems.previewText && <Mistakes of={problems.previewText} />}
          aside="Optional"
          hint="Shown after the subject in most inboxes."
        >
          {(control) => (
            <Input
              {...control}
              value={content.previewText}
              maxLength={500}
              onFocus={remember("previewText")}
              onChange={(event) => onChange({ ...content, previewText: event.target.value })}
            />
          )}
        </Field>
        <EmailOptions content={content} onChange={onChange} campaign={campaign} step={step} />
      </fieldset>
      <Field
        name="emailContent"
        label="Body"
        hint="The unsubscribe link and the postal address are added at the end unless you place them yourself."
        error={problems.html && <Mistakes of={problems.html} onShow={body} />}
      >
        {({ name: _, "aria-invalid": _invalid, ...control }) => (
          <BodyEditor
            {...control}
            label="Body"
            handle={body}
            html={content.emailContent}
            onHtml={(emailContent) => onChange({ ...content, emailContent })}
            text={{
              value: content.emailText ?? null,
              onChange: (emailText) => onChange({ ...content, emailText }),
              problems: problems.text ?? none,
            }}
            disabled={disabled}
            problems={problems.html ?? none}
            onFocus={() => {
              last.current = null;
            }}
          />
        )}
      </Field>
    </div>
  );
}

const none: TemplateProblem[] = [];

/** Copies a template into the step: later changes of the template do not change what a campaign sends. */
function TemplatePicker({ content, onChange }: Pick<Props, "content" | "onChange">) {
  const trpc = useTRPC();
  const templates = useQuery(trpc.campaigns.templates.queryOptions());
  if (!templates.data || templates.data.length === 0) return <span />;
  return (
    <Field name="template" label="Start from a template" className="w-64">
      {(control) => (
        <Select
          {...control}
          value={content.templateId ?? ""}
          onChange={(event) => {
            const template = templates.data.find((each) => each.id === event.target.value);
            if (!template) return onChange({ ...content, templateId: null });
            onChange({
              ...content,
              templateId: template.id,
              subjectLine: template.subject || content.subjectLine,
              previewText: template.previewText || content.previewText,
              emailContent: template.html,
              emailText: template.text,
            });
          }}
        >
          <option value="">No template</option>
          {templates.data.map((template) => (
            <option key={template.id} value={template.id}>
              {template.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
