"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { FormError } from "#components/ui/form-error";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";
import { TemplateFields } from "./template-fields.tsx";
import { TemplatePreview } from "./template-preview.tsx";
import { useTemplatePreview } from "./use-template-preview.tsx";

export type Template = RouterOutputs["templates"]["byId"];
export type Draft = {
  name: string;
  subject: string;
  previewText: string;
  html: string;
  /** The text part; null is made from the HTML. */
  text: string | null;
};
type Props = { workspace: string; template: Template | null; editable: boolean };

const starter: Draft = {
  name: "",
  subject: "",
  previewText: "",
  html: "",
  text: null,
};

/** Writing on the left, the mail as it will arrive on the right. A new template is made by its first save. */
export function TemplateEditor({ workspace, template, editable }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [saved, setSaved] = useState({
    version: template?.version ?? 0,
    draft: template ? draftOf(template) : starter,
  });
  const [draft, setDraft] = useState(saved.draft);
  const [contactId, setContactId] = useState<string | null>(null);
  const preview = useTemplatePreview(draft, contactId);
  const dirty = template === null || JSON.stringify(draft) !== JSON.stringify(saved.draft);
  useWarnBeforeLeaving(dirty && JSON.stringify(draft) !== JSON.stringify(starter));

  const create = useMutation(
    trpc.templates.create.mutationOptions({
      onSuccess: ({ id }) => {
        setSaved({ version: 1, draft });
        router.replace(`/${workspace}/templates/${id}`);
      },
    }),
  );
  const save = useMutation(
    trpc.templates.save.mutationOptions({
      onSuccess: ({ version }, { id: _, version: _edited, ...sent }) => {
        setSaved({ version, draft: { ...sent, text: sent.text ?? null } });
        router.refresh();
      },
    }),
  );
  const pending = create.isPending || save.isPending;
  const problem = asProblem(create.error ?? save.error);

  function submit() {
    if (!editable || pending || !dirty) return;
    if (template) save.mutate({ ...draft, id: template.id, version: saved.version });
    else create.mutate(draft);
  }

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
      <div className="min-w-0 space-y-4">
        <TemplateFields
          draft={draft}
          onChange={setDraft}
          disabled={!editable}
          errors={problem?.fields ?? {}}
          problems={preview.problems}
        />
        <FormError>{problem && Object.keys(problem.fields).length === 0 ? problem.message : null}</FormError>
        {editable && (
          <div className="flex items-center gap-3">
            <SubmitButton pending={pending} disabled={!dirty}>
              {template ? "Save" : "Create template"}
            </SubmitButton>
            <p role="status" className="text-xs text-muted">
              {dirty ? (template ? "Not saved yet" : "") : `Saved as version ${saved.version}`}
            </p>
          </div>
        )}
      </div>
      <TemplatePreview
        draft={draft}
        preview={preview}
        contactId={contactId}
        onContact={setContactId}
        editable={editable}
      />
    </form>
  );
}

const draftOf = ({ name, subject, previewText, html, text }: Template): Draft => ({
  name,
  subject,
  previewText,
  html,
  text,
});

/** The browser asks before unsaved words are lost. */
function useWarnBeforeLeaving(dirty: boolean) {
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);
}
