"use client";
import { useMutation } from "@tanstack/react-query";
import { RulesForm, useSaved } from "#components/settings/rules-form";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { Section } from "#components/ui/section";
import { Select } from "#components/ui/select";
import type { RouterOutputs } from "#server/router";
import { namesHeld } from "#server/segments/schema";

type Tag = RouterOutputs["tags"]["list"][number];
type Props = { tag: Tag | null; tags: Tag[]; editable: boolean };

const title = "Do not disturb";
const description =
  "Whoever has this tag gets no campaign email while they have it. They keep their place in every campaign, and go on when it is taken off them.";

/** The tag whose bearers get no campaign email, to be chosen or none. */
export function UndisturbedTag({ tag, tags, editable }: Props) {
  const trpc = useTRPC();
  const save = useMutation(trpc.tags.nameUndisturbed.mutationOptions(useSaved("Saved.")));
  const problem = asProblem(save.error);
  if (!editable)
    return (
      <Section title={title} description={description}>
        <p>{tag ? tag.name : <span className="text-muted">No tag.</span>}</p>
      </Section>
    );
  const cut = tags.length > namesHeld;
  const offered = tag && !tags.some(({ id }) => id === tag.id) ? [tag, ...tags] : tags;
  return (
    <RulesForm
      title={title}
      description={description}
      pending={save.isPending}
      problem={problem}
      onSave={(form) => {
        const tagId = form.get("tagId");
        save.mutate({ tagId: typeof tagId === "string" && tagId !== "" ? tagId : null });
      }}
    >
      <Field
        name="tagId"
        label="Tag"
        hint={cut ? `The first ${namesHeld} tags by name are listed.` : undefined}
        error={problem?.fields.tagId}
        className="sm:w-72"
      >
        {(control) => (
          <Select {...control} defaultValue={tag?.id ?? ""} key={tag?.id}>
            <option value="">No tag</option>
            {offered.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </RulesForm>
  );
}
