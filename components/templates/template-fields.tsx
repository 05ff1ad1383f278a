"use client";
import { FieldMenu } from "#components/campaigns/field-menu";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import type { TemplateProblem } from "#server/mail/schema";
import type { TemplateProblems } from "#server/templates/schema";
import { BodyEditor } from "./body-editor.tsx";
import { Mistakes } from "./mistakes.tsx";
import type { Draft } from "./template-editor.tsx";
import { useCaretInsert } from "./use-caret-insert.tsx";

type Line = "subject" | "previewText";

type Props = {
  draft: Draft;
  onChange: (draft: Draft) => void;
  disabled: boolean;
  errors: Record<string, string>;
  problems: TemplateProblems;
};

/** Name, subject, preview line and body; mistakes stand below the part they are in and lead to their place. */
export function TemplateFields({ draft, onChange, disabled, errors, problems }: Props) {
  const { body, insert, inLine, inBody } = useCaretInsert<Line>(draft, (line, value) =>
    onChange({ ...draft, [line]: value }),
  );
  const control = (line: Line) => ({
    value: draft[line],
    onFocus: inLine(line),
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      onChange({ ...draft, [line]: event.currentTarget.value }),
  });

  return (
    <div className="space-y-4">
      <fieldset disabled={disabled} className="space-y-4">
        <Field
          name="name"
          label="Name"
          value={draft.name}
          maxLength={200}
          autoFocus={draft.name === ""}
          error={errors.name}
          onChange={(event) => onChange({ ...draft, name: event.target.value })}
        />
        <Field
          name="subject"
          label="Subject"
          error={errors.subject ?? (problems.subject && <Mistakes of={problems.subject} />)}
        >
          {(field) => <Input {...field} {...control("subject")} maxLength={500} />}
        </Field>
        <Field
          name="previewText"
          label="Preview text"
          aside="Optional"
          hint="Shown after the subject in most inboxes."
          error={problems.previewText && <Mistakes of={problems.previewText} />}
        >
          {(field) => <Input {...field} {...control("previewText")} maxLength={500} />}
        </Field>
      </fieldset>
      <div className="relative">
        <div className="absolute -top-1 right-0">
          <FieldMenu onPick={insert} disabled={disabled} />
        </div>
        <Field
          name="html"
          label="Body"
          hint="Postal address and unsubscribe link are added at the end unless you place them yourself."
          error={problems.html && <Mistakes of={problems.html} onShow={body} />}
        >
          {({ name: _, "aria-invalid": _invalid, ...field }) => (
            <BodyEditor
              {...field}
              label="Body"
              handle={body}
              html={draft.html}
              onHtml={(html) => onChange({ ...draft, html })}
              text={{
                value: draft.text,
                onChange: (text) => onChange({ ...draft, text }),
                problems: problems.text ?? none,
              }}
              disabled={disabled}
              problems={problems.html ?? none}
              onFocus={inBody}
            />
          )}
        </Field>
      </div>
    </div>
  );
}

const none: TemplateProblem[] = [];
