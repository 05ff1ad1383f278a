"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { LeaveGuard } from "#components/ui/leave-guard";
import { LinkButton } from "#components/ui/link-button";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";
import { MatchPanel } from "./match-panel.tsx";
import { newCondition, readDraft, toDraft } from "./rule-draft.tsx";
import type { Vocabulary } from "./rule-fields.tsx";
import { RuleGroup } from "./rule-group.tsx";

type Segment = RouterOutputs["segments"]["byId"];
type Props = { workspace: string; vocabulary: Vocabulary; segment?: Segment; editable?: boolean };

/** Builds a segment, or edits the one given. */
export function SegmentEditor({ workspace, vocabulary, segment, editable = true }: Props) {
  const [name, setName] = useState(segment?.name ?? "");
  const [description, setDescription] = useState(segment?.description ?? "");
  const [draft, setDraft] = useState(() =>
    segment ? toDraft(segment.rules) : { key: "root", match: "all" as const, rules: [newCondition()] },
  );
  // Named once somebody tried to save, and only until they are finished: a rule added since is left in peace.
  const [named, setNamed] = useState<ReadonlySet<string>>(new Set());
  const { tree, problems } = readDraft(draft, vocabulary);
  const shown = new Map([...problems].filter(([key]) => named.has(key)));
  const current = JSON.stringify([name, description, tree]);
  const [saved, setSaved] = useState(current);
  const save = useSave(workspace, segment, () => setSaved(current));
  const problem = save.problem;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setNamed(new Set(problems.keys()));
    if (problems.size === 0) save.run({ name, description, rules: tree });
  }

  return (
    <form onSubmit={submit} noValidate>
      <LeaveGuard unsaved={current !== saved && !save.done} />
      <fieldset
        disabled={!editable}
        className="grid min-w-0 grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18rem]"
      >
        <div className="min-w-0">
          <Section title="About">
            <div className="grid gap-4 sm:grid-cols-2">
              <Field
                name="name"
                label="Name"
                value={name}
                onChange={(event) => setName(event.target.value)}
                maxLength={120}
                error={problem?.fields.name}
                autoFocus={!segment}
                autoComplete="off"
              />
              <Field
                name="description"
                label="Description"
                aside="Optional"
                value={description}
                onChange={(event) => setDescription(event.target.value)}
                maxLength={500}
                error={problem?.fields.description}
                autoComplete="off"
              />
            </div>
          </Section>
          <Section
            title="Rules"
            description="Who is in the segment is decided each time it is used."
            footer={
              editable && (
                <>
                  <LinkButton href={`/${workspace}/segments`}>Cancel</LinkButton>
                  <SubmitButton pending={save.pending}>
                    {segment ? "Save changes" : "Create segment"}
                  </SubmitButton>
                </>
              )
            }
          >
            <RuleGroup group={draft} depth={1} vocabulary={vocabulary} problems={shown} onChange={setDraft} />
            <FormError className="mt-4">
              {shown.size > 0
                ? "Finish the rules marked in red, or remove them."
                : problem && !problem.fields.name && problem.message}
            </FormError>
          </Section>
        </div>
        <MatchPanel workspace={workspace} tree={tree} unfinished={problems.size} />
      </fieldset>
    </form>
  );
}

type Input = { name: string; description: string; rules: Segment["rules"] };

function useSave(workspace: string, segment: Segment | undefined, onSaved: () => void) {
  const trpc = useTRPC();
  const router = useRouter();
  const [seen, setSeen] = useState(segment?.updatedAt);
  const create = useMutation(
    trpc.segments.create.mutationOptions({
      onSuccess: ({ id }) => {
        toast.success("Segment created");
        router.push(`/${workspace}/segments/${id}`);
      },
    }),
  );
  const update = useMutation(
    trpc.segments.update.mutationOptions({
      onSuccess: ({ updatedAt }) => {
        setSeen(updatedAt);
        onSaved();
        toast.success("Changes saved");
        router.refresh();
      },
    }),
  );
  return {
    run: (input: Input) =>
      segment ? update.mutate({ ...input, id: segment.id, seen }) : create.mutate(input),
    pending: update.isPending || create.isPending || create.isSuccess,
    done: create.isSuccess,
    problem: asProblem(create.error ?? update.error),
  };
}
