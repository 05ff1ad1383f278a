"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { BodyEditor } from "#components/templates/body-editor";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { Input } from "#components/ui/input";
import { LeaveGuard } from "#components/ui/leave-guard";
import { SubmitButton } from "#components/ui/submit-button";
import type { TemplateProblem } from "#server/mail/schema";
import type { Draft } from "./draft-panel.tsx";
import { RestoreButton } from "./restore-button.tsx";
import type { DraftDecisions } from "./use-draft-decisions.tsx";

type Props = {
  draft: Draft;
  onClose: () => void;
  /** Begins again with what is saved now. */
  onReload: () => void;
  decisions: DraftDecisions;
};
const none: TemplateProblem[] = [];

/** The words of one email: it starts from what is saved, and from then on the person's words lead. */
export function DraftEditor({ draft: given, onClose, onReload, decisions }: Props) {
  const [draft] = useState(given);
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const [subject, setSubject] = useState(draft.subject);
  const [previewText, setPreviewText] = useState(draft.previewText);
  const [body, setBody] = useState(draft.body);
  const edit = useMutation(trpc.drafts.edit.mutationOptions());
  const problem = asProblem(edit.error);
  const reload = () => queries.invalidateQueries({ queryKey: trpc.drafts.pathKey() });
  function save(approve: boolean) {
    edit.mutate(
      { id: draft.id, version: draft.version, subject, previewText, body },
      {
        onSuccess: ({ version }) => {
          onClose();
          if (approve) decisions.approve([{ id: draft.id, version }]);
          void reload();
          router.refresh();
        },
      },
    );
  }
  return (
    <form
      noValidate
      aria-label="Edit the email"
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        save(false);
      }}
    >
      <LeaveGuard
        unsaved={
          !edit.isSuccess
          && (subject !== draft.subject || previewText !== draft.previewText || body !== draft.body)
        }
      />
      <Field
        name="subject"
        label="Subject"
        error={problem?.fields.subject}
        hint={
          draft.replyInThread ? "Left empty, it is “Re:” and the subject of the email before." : undefined
        }
      >
        {(control) => (
          <Input
            {...control}
            value={subject}
            maxLength={500}
            autoFocus
            onChange={({ target }) => setSubject(target.value)}
          />
        )}
      </Field>
      <Field name="previewText" label="Preview text" aside="Optional" error={problem?.fields.previewText}>
        {(control) => (
          <Input
            {...control}
            value={previewText}
            maxLength={500}
            onChange={({ target }) => setPreviewText(target.value)}
          />
        )}
      </Field>
      <Field
        name="body"
        label="Body"
        error={problem?.fields.body}
        hint="Everything is filled in already: it leaves in these words, with a text part made from them."
      >
        {({ name: _, "aria-invalid": _invalid, ...control }) => (
          <BodyEditor
            {...control}
            label="Body"
            html={body}
            onHtml={setBody}
            disabled={false}
            problems={none}
          />
        )}
      </Field>
      {problem?.code === "conflict" ? (
        <Callout
          kind="warning"
          title="It was not saved"
          action={<Button onClick={onReload}>Load theirs</Button>}
        >
          {problem.message}
        </Callout>
      ) : (
        <FormError>{problem && Object.keys(problem.fields).length === 0 ? problem.message : null}</FormError>
      )}
      <div className="flex flex-wrap gap-2">
        <SubmitButton pending={edit.isPending}>Save</SubmitButton>
        {!draft.ahead && (
          <Button disabled={edit.isPending} onClick={() => save(true)}>
            Save and approve
          </Button>
        )}
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
        {draft.edited && (
          <span className="ml-auto">
            <RestoreButton draft={draft} label="Start again from the step" onDone={onReload} />
          </span>
        )}
      </div>
    </form>
  );
}
