"use client";
import { TestEditor } from "#components/ab-tests/test-editor";
import { BodyEditor } from "#components/templates/body-editor";
import { Mistakes } from "#components/templates/mistakes";
import { useCaretInsert } from "#components/templates/use-caret-insert";
import { useMistakes } from "#components/templates/use-mistakes";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { PanelTabs } from "#components/ui/panel-tabs";
import type { StepContent } from "#server/campaigns/schema";
import type { TemplateProblem } from "#server/mail/schema";
import { EmailPreview } from "./email-preview.tsx";
import type { EditorProps } from "./step-editor.tsx";
import type { Campaign, CampaignEdits, Step } from "./use-campaign-edits.tsx";
import { EmailOptions } from "./email-options.tsx";
import { FieldMenu } from "./field-menu.tsx";
import { StepTemplate } from "./step-template.tsx";

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
          value: "test",
          label: "A/B test",
          content: <TestEditor {...props} />,
        },
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
  const { body, insert, inLine, inBody } = useCaretInsert<Line>(content, (line, value) =>
    onChange({ ...content, [line]: value }),
  );
  const problems = useMistakes({
    subject: content.subjectLine,
    previewText: content.previewText,
    html: content.emailContent,
    text: content.emailText ?? null,
  });
  return (
    <div className="space-y-4">
      <fieldset disabled={disabled} className="space-y-4">
        <StepTemplate content={content} onChange={onChange}>
          <FieldMenu onPick={insert} disabled={disabled} />
        </StepTemplate>
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
              onFocus={inLine("subjectLine")}
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
              onFocus={inLine("previewText")}
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
            onFocus={inBody}
          />
        )}
      </Field>
    </div>
  );
}

const none: TemplateProblem[] = [];
