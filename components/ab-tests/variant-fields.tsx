"use client";
import { useRef } from "react";
import { SenderFields } from "#components/campaigns/sender-fields";
import type { Campaign } from "#components/campaigns/use-campaign-edits";
import { BodyEditor } from "#components/templates/body-editor";
import type { BodyHandle } from "#components/templates/body-handle";
import { Mistakes } from "#components/templates/mistakes";
import { useMistakes } from "#components/templates/use-mistakes";
import { Field } from "#components/ui/field";
import type { TestDimension, VariantChanges } from "#server/ab-tests/schema";
import type { TemplateProblem } from "#server/mail/schema";
import type { EmailContent } from "./test-editor.tsx";

type Props = {
  content: EmailContent;
  dimension: TestDimension;
  changes: VariantChanges;
  onChange: (changes: VariantChanges) => void;
  settings: Campaign["settings"];
  disabled: boolean;
};

const none: TemplateProblem[] = [];

/** What a variant says differently. Mount with a key of its own. */
export function VariantFields({ content, dimension, changes, onChange, settings, disabled }: Props) {
  const body = useRef<BodyHandle>(null);
  const problems = useMistakes({
    subject: changes.subjectLine ?? "",
    previewText: changes.previewText ?? "",
    html: changes.emailContent ?? "",
    text: changes.emailText ?? null,
  });
  if (dimension === "subject")
    return (
      <div className="space-y-3">
        <Field
          name="variantSubject"
          label="Subject"
          maxLength={500}
          value={changes.subjectLine ?? ""}
          error={problems.subject && <Mistakes of={problems.subject} />}
          onChange={({ target }) => onChange({ ...changes, subjectLine: target.value })}
        />
        <Field
          name="variantPreviewText"
          label="Preview text"
          aside="Optional"
          maxLength={500}
          value={changes.previewText ?? content.previewText}
          error={problems.previewText && <Mistakes of={problems.previewText} />}
          onChange={({ target }) => onChange({ ...changes, previewText: target.value })}
        />
      </div>
    );
  if (dimension === "sender")
    return (
      <SenderFields
        sender={changes.sender ?? { fromName: "", fromEmail: "", replyTo: "" }}
        settings={settings}
        onChange={(sender) => onChange({ ...changes, sender })}
      />
    );
  if (dimension === "send_time")
    return (
      <Field
        name="variantSendTime"
        label="Leaves at"
        type="time"
        className="w-72 max-w-full"
        hint={`On the clock of ${settings.timezone}, inside the send window.`}
        value={changes.sendTime ?? ""}
        onChange={({ target }) => onChange({ ...changes, sendTime: target.value || undefined })}
      />
    );
  return (
    <Field
      name="variantBody"
      label="Body"
      error={problems.html && <Mistakes of={problems.html} onShow={body} />}
    >
      {({ name: _, "aria-invalid": _invalid, ...control }) => (
        <BodyEditor
          {...control}
          label="Body"
          handle={body}
          html={changes.emailContent ?? content.emailContent}
          onHtml={(emailContent) => onChange({ ...changes, emailContent })}
          text={{
            value: changes.emailText ?? null,
            onChange: (emailText) => onChange({ ...changes, emailText }),
            problems: problems.text ?? none,
          }}
          disabled={disabled}
          problems={problems.html ?? none}
          onFocus={() => undefined}
        />
      )}
    </Field>
  );
}
