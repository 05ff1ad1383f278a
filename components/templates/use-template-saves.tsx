"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { asProblem, useTRPC, useTRPCClient } from "#components/trpc/client";
import { useSettled } from "#components/ui/use-settled";
import type { RouterInputs, RouterOutputs } from "#server/router";

export type Template = RouterOutputs["templates"]["byId"];
export type Draft = {
  name: string;
  subject: string;
  previewText: string;
  html: string;
  /** The text part; null is made from the HTML. */
  text: string | null;
};

const starter: Draft = { name: "", subject: "", previewText: "", html: "", text: null };
/** A save that nobody asked for happens when the hand has rested for so long. */
const restMs = 3_000;

const draftOf = ({ name, subject, previewText, html, text }: Template): Draft => ({
  name,
  subject,
  previewText,
  html,
  text,
});
const draftIn = (sent: RouterInputs["templates"]["save"] | undefined): Draft | null =>
  sent === undefined
    ? null
    : {
        name: sent.name,
        subject: sent.subject,
        previewText: sent.previewText,
        html: sent.html,
        text: sent.text ?? null,
      };
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

type Subject = { workspace: string; template: Template | null; editable: boolean };

/**
 * What is in the editor, and how it comes to be saved: by hand, or by itself once it exists and the hand rests. A save
 * over somebody else's is refused, and waits for a person's word. A new template is made by its first save.
 */
export function useTemplateSaves({ workspace, template, editable }: Subject) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const router = useRouter();
  const first = template ? draftOf(template) : starter;
  const [saved, setSaved] = useState({
    version: template?.version ?? 0,
    draft: first,
    /** Whether it was written while somebody was typing here. */
    byItself: false,
  });
  const [draft, setDraft] = useState(first);
  /** Counts what was loaded over the editors, which begin anew then. */
  const [loaded, setLoaded] = useState(0);
  const create = useMutation(
    trpc.templates.create.mutationOptions({
      onSuccess: ({ id }) => {
        setSaved({ version: 1, byItself: false, draft });
        router.replace(`/${workspace}/templates/${id}`);
      },
    }),
  );
  const kept = (byItself: boolean) => ({
    onSuccess: (
      { version }: { version: number },
      { id: _, version: _edited, replaces: __, ...sent }: RouterInputs["templates"]["save"],
    ) => {
      setSaved({ version, byItself, draft: { ...sent, text: sent.text ?? null } });
      // What was refused before is saved by now.
      (byItself ? save : autosave).reset();
      if (!byItself) router.refresh();
    },
  });
  const save = useMutation(trpc.templates.save.mutationOptions(kept(false)));
  const autosave = useMutation(trpc.templates.save.mutationOptions(kept(true)));
  const dirty = template === null || !same(draft, saved.draft);
  const pending = create.isPending || save.isPending || autosave.isPending;
  const problem = asProblem(create.error ?? save.error ?? autosave.error);
  const conflict = problem?.code === "conflict" && !problem.fields.name;

  const settled = useSettled(JSON.stringify(draft), restMs);
  // The same words would be refused again.
  const refused = [save, autosave].some(
    ({ error, variables }) => error !== null && same(draft, draftIn(variables)),
  );
  const due =
    template !== null && editable && dirty && !pending && !conflict && !refused && draft.name.trim() !== "";
  const { mutate } = autosave;
  const { version, byItself } = saved;
  const id = template?.id;
  useEffect(() => {
    if (due && id && settled === JSON.stringify(draft)) mutate({ ...draft, id, version, replaces: byItself });
  }, [due, id, settled, draft, version, byItself, mutate]);

  const submit = () => {
    if (!editable || pending || !dirty) return;
    autosave.reset();
    if (template) save.mutate({ ...draft, id: template.id, version, replaces: byItself });
    else create.mutate(draft);
  };
  /** Of a refused save: one's own text over the other's, or theirs into the editor. */
  const resolve = async (whose: "mine" | "theirs") => {
    if (!template) return;
    const theirs = await client.templates.byId.query({ id: template.id });
    autosave.reset();
    if (whose === "mine")
      return save.mutate({ ...draft, id: template.id, version: theirs.version, replaces: false });
    save.reset();
    setSaved({ version: theirs.version, byItself: false, draft: draftOf(theirs) });
    setDraft(draftOf(theirs));
    setLoaded((count) => count + 1);
  };
  const unsaved = dirty && !same(draft, starter);
  return { draft, setDraft, saved, dirty, unsaved, pending, problem, conflict, loaded, submit, resolve };
}
