"use client";
import { useRef } from "react";
import { FieldMenu } from "#components/campaigns/field-menu";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { Textarea } from "#components/ui/textarea";
import type { TemplatePart, TemplateProblems } from "#server/templates/schema";
import type { Draft } from "./template-editor.tsx";

type Box = HTMLInputElement | HTMLTextAreaElement;
type Props = {
  draft: Draft;
  onChange: (draft: Draft) => void;
  disabled: boolean;
  errors: Record<string, string>;
  problems: TemplateProblems;
};

/** Name, subject, preview line and body; mistakes stand below the part they are in and lead to their place. */
export function TemplateFields({ draft, onChange, disabled, errors, problems }: Props) {
  const last = useRef<{ box: Box; part: TemplatePart } | null>(null);
  const body = useRef<HTMLTextAreaElement>(null);
  const control = (part: TemplatePart) => ({
    value: draft[part],
    onFocus: (event: { currentTarget: Box }) => {
      last.current = { box: event.currentTarget, part };
    },
    onChange: (event: { currentTarget: Box }) => onChange({ ...draft, [part]: event.currentTarget.value }),
  });

  function insert(text: string) {
    const { box, part } = last.current ?? { box: body.current, part: "html" as const };
    const from = box?.selectionStart ?? draft[part].length;
    const value = draft[part].slice(0, from) + text + draft[part].slice(box?.selectionEnd ?? from);
    onChange({ ...draft, [part]: value });
    requestAnimationFrame(() => {
      box?.focus();
      box?.setSelectionRange(from + text.length, from + text.length);
    });
  }

  return (
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
      <div className="relative">
        <div className="absolute -top-1 right-0">
          <FieldMenu onPick={insert} disabled={disabled} />
        </div>
        <Field
          name="html"
          label="Body"
          hint="HTML with Liquid. Text without tags works too. Postal address and unsubscribe link are added at the end unless you place them yourself."
          error={problems.html && <Mistakes of={problems.html} source={draft.html} box={body} />}
        >
          {(field) => (
            <Textarea
              {...field}
              {...control("html")}
              ref={body}
              rows={16}
              spellCheck
              className="min-h-80 font-mono text-xs leading-5"
            />
          )}
        </Field>
      </div>
    </fieldset>
  );
}

type MistakesProps = {
  of: TemplateProblems[TemplatePart];
  source?: string;
  box?: React.RefObject<HTMLTextAreaElement | null>;
};

function Mistakes({ of: problems = [], source = "", box }: MistakesProps) {
  if (problems.length === 0) return null;
  function show(line: number, column: number) {
    const before = source
      .split("\n")
      .slice(0, line - 1)
      .join("\n");
    const at = before.length + (line > 1 ? 1 : 0) + column - 1;
    box?.current?.focus();
    box?.current?.setSelectionRange(at, at);
  }
  return (
    <>
      {problems.map(({ line, column, message }) => (
        <span key={`${line}:${column}:${message}`} className="block">
          {box ? (
            <button
              type="button"
              className="font-medium underline underline-offset-2"
              onClick={() => show(line, column)}
            >
              Line {line}, column {column}
            </button>
          ) : (
            <span className="font-medium">Character {column}</span>
          )}
          : {message}
        </span>
      ))}
    </>
  );
}
