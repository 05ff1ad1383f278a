"use client";
import { useRef } from "react";
import { FieldMenu } from "#components/campaigns/field-menu";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import type { TemplateProblem } from "#server/mail/schema";
import type { TemplateProblems } from "#server/templates/schema";
import { BodyEditor } from "./body-editor.tsx";
import type { BodyHandle } from "./body-handle.tsx";
import { Mistakes } from "./mistakes.tsx";
import type { Draft } from "./template-editor.tsx";

type Props = {
  draft: Draft;
  onChange: (draft: Draft) => void;
  disabled: boolean;
  errors: Record<string, string>;
  problems: TemplateProblems;
};

/** Name, subject, preview line and body; mistakes stand below the part they are in and lead to their place. */
export function TemplateFields({ draft, onChange, disabled, errors, problems }: Props) {
  /** The line that had the caret last; null when it was the body. */
  const last = useRef<{ box: HTMLInputElement; part: "subject" | "previewText" } | null>(null);
  const body = useRef<BodyHandle>(null);
  const control = (part: "subject" | "previewText") => ({
    value: draft[part],
    onFocus: (event: { currentTarget: HTMLInputElement }) => {
      last.current = { box: event.currentTarget, part };
    },
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      onChange({ ...draft, [part]: event.currentTarget.value }),
  });

  function insert(text: string) {
    if (!last.current) return body.current?.insert(text);
    const { box, part } = last.current;
    const from = box.selectionStart ?? draft[part].length;
    const value = draft[part].slice(0, from) + text + draft[part].slice(box.selectionEnd ?? from);
    onChange({ ...draft, [part]: value });
    requestAnimationFrame(() => {
      box.focus();
      box.setSelectionRange(from + text.length, from + text.length);
    });
  }

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
              onFocus={() => {
                last.current = null;
              }}
            />
          )}
        </Field>
      </div>
    </div>
  );
}

const none: TemplateProblem[] = [];
