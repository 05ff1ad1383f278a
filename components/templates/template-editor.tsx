"use client";
import { Check } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { FormError } from "#components/ui/form-error";
import { LeaveGuard } from "#components/ui/leave-guard";
import { Spinner } from "#components/ui/spinner";
import { SubmitButton } from "#components/ui/submit-button";
import type { SeenAs } from "#server/mail/schema";
import { TemplateFields } from "./template-fields.tsx";
import { TemplatePreview } from "./template-preview.tsx";
import { useTemplatePreview } from "./use-template-preview.tsx";
import { type Template, useTemplateSaves } from "./use-template-saves.tsx";

export type { Draft, Template } from "./use-template-saves.tsx";
type Props = { workspace: string; template: Template | null; editable: boolean };

/** Writing on the left, the mail as it will arrive on the right. */
export function TemplateEditor({ workspace, template, editable }: Props) {
  const saves = useTemplateSaves({ workspace, template, editable });
  const { draft, setDraft, dirty, pending, problem, conflict, submit } = saves;
  const [seen, setSeen] = useState<SeenAs>({ contactId: null, json: null });
  const preview = useTemplatePreview(draft, seen);
  return (
    <form
      noValidate
      className="grid gap-6 lg:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={(event) => {
        if (event.key !== "s" || !(event.metaKey || event.ctrlKey)) return;
        event.preventDefault();
        submit();
      }}
    >
      <LeaveGuard unsaved={editable && saves.unsaved} />
      <div className="min-w-0 space-y-4">
        {conflict && <Conflict resolve={saves.resolve} pending={pending} />}
        <TemplateFields
          key={saves.loaded}
          draft={draft}
          onChange={setDraft}
          disabled={!editable}
          errors={problem?.fields ?? {}}
          problems={preview.problems}
        />
        <FormError>
          {problem && !conflict && Object.keys(problem.fields).length === 0 ? problem.message : null}
        </FormError>
        {editable && (
          <div className="flex items-center gap-3">
            <SubmitButton pending={pending} disabled={!dirty || conflict}>
              {template ? "Save" : "Create template"}
            </SubmitButton>
            <SaveWords {...saves} exists={template !== null} />
          </div>
        )}
      </div>
      <TemplatePreview draft={draft} preview={preview} seen={seen} onSeen={setSeen} editable={editable} />
    </form>
  );
}

type Saves = ReturnType<typeof useTemplateSaves>;

/** Whether what is seen is kept. */
function SaveWords({ dirty, pending, problem, saved, exists }: Saves & { exists: boolean }) {
  const words = pending
    ? "Saving…"
    : !dirty
      ? `Saved as version ${saved.version}`
      : problem
        ? "Not saved"
        : exists
          ? "Not saved yet"
          : "";
  return (
    <p role="status" className="flex items-center gap-1.5 text-xs text-muted">
      {pending && <Spinner />}
      {!pending && !dirty && <Check aria-hidden className="size-3.5 text-success" />}
      {words}
    </p>
  );
}

function Conflict({ resolve, pending }: Pick<Saves, "resolve" | "pending">) {
  const [failure, setFailure] = useState<string | null>(null);
  const choose = (whose: "mine" | "theirs") => {
    setFailure(null);
    resolve(whose).catch((error: unknown) =>
      setFailure(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <div role="alert">
      <Callout
        kind="danger"
        title="Somebody saved this template meanwhile"
        action={
          <div className="flex flex-wrap gap-2">
            <Button size="sm" pending={pending} onClick={() => choose("mine")}>
              Keep my text
            </Button>
            <Button size="sm" onClick={() => choose("theirs")}>
              Load theirs
            </Button>
          </div>
        }
      >
        Your text is not saved until you choose. Kept, it becomes the newest version, and theirs stays among
        the versions; loading theirs gives yours up.
        {failure && <span className="block">{failure}</span>}
      </Callout>
    </div>
  );
}
