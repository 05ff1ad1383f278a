"use client";
import { useMutation } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { TagSuggestions } from "#components/segments/tag-suggestions";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Input } from "#components/ui/input";
import { Section } from "#components/ui/section";

/** The tags of a contact, to add and take off. */
export function ContactTags({ id, tags, editable }: { id: string; tags: string[]; editable: boolean }) {
  const trpc = useTRPC();
  const router = useRouter();
  const list = useId();
  const [typed, setTyped] = useState("");
  const refresh = { onSuccess: () => router.refresh() };
  const add = useMutation(trpc.contacts.addTag.mutationOptions(refresh));
  const remove = useMutation(trpc.contacts.removeTag.mutationOptions(refresh));
  const problem = asProblem(add.error ?? remove.error);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const { tag } = formValues(form, "tag");
    if (tag.trim() !== "") add.mutate({ id, tag }, { onSuccess: () => form.reset() });
  }

  return (
    <Section title="Tags">
      {tags.length === 0 && <p className="text-muted">{editable ? "No tags yet." : "No tags."}</p>}
      <ul className="flex flex-wrap gap-1.5">
        {tags.map((tag) => (
          <li
            key={tag}
            className="flex h-6 max-w-full items-center gap-1 rounded-full bg-selected pl-2.5 text-xs font-medium text-muted last:pr-0"
          >
            <span className={editable ? "truncate" : "truncate pr-2.5"}>{tag}</span>
            {editable && (
              <button
                type="button"
                aria-label={`Remove tag ${tag}`}
                disabled={remove.isPending}
                onClick={() => remove.mutate({ id, tag })}
                className="flex size-6 items-center justify-center rounded-full hover:bg-hover hover:text-ink"
              >
                <X aria-hidden className="size-3" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {editable && (
        <form onSubmit={submit} className="mt-3 flex gap-2">
          <Input
            name="tag"
            aria-label="New tag"
            placeholder="Add a tag"
            maxLength={60}
            list={list}
            onInput={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
          />
          <TagSuggestions id={list} typed={typed} except={tags} />
          <Button type="submit" pending={add.isPending}>
            Add
          </Button>
        </form>
      )}
      {problem && (
        <div className="mt-2">
          <FormError>{problem.message}</FormError>
        </div>
      )}
    </Section>
  );
}
