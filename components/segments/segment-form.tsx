"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";
import type { Group, RuleTree } from "#server/segments/schema";
import { LiveCount } from "./live-count.tsx";
import { RuleGroup } from "./rule-group.tsx";
import type { Vocabulary } from "./rule-row.tsx";

type Props = {
  workspace: string;
  vocabulary: Vocabulary;
  segment?: RouterOutputs["segments"]["byId"];
  editable?: boolean;
};

const first: RuleTree = {
  version: 1,
  match: "all",
  rules: [{ field: "status", operator: "equals", value: "active" }],
};

/** Builds a segment, or changes the one given. */
export function SegmentForm({ workspace, vocabulary, segment, editable = true }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [rules, setRules] = useState<RuleTree>(segment?.rules ?? first);
  const create = useMutation(
    trpc.segments.create.mutationOptions({
      onSuccess: ({ id }) => {
        toast.success("Segment saved");
        router.push(`/${workspace}/segments/${id}`);
      },
    }),
  );
  const update = useMutation(
    trpc.segments.update.mutationOptions({
      onSuccess: () => {
        toast.success("Segment saved");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(create.error ?? update.error);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => {
      const value = form.get(name);
      return typeof value === "string" ? value : "";
    };
    const input = { name: text("name"), description: text("description"), rules };
    if (segment) update.mutate({ ...input, id: segment.id });
    else create.mutate(input);
  }
  const change = ({ match, rules: next }: Group) =>
    setRules({ version: 1, match: match === "any" ? "any" : "all", rules: next });

  return (
    <form onSubmit={submit} noValidate className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="min-w-0">
        <Section title="Name">
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              name="name"
              label="Name"
              maxLength={120}
              defaultValue={segment?.name}
              error={problem?.fields.name}
              disabled={!editable}
              autoComplete="off"
            />
            <Field
              name="description"
              label="Description"
              aside="Optional"
              maxLength={500}
              defaultValue={segment?.description ?? ""}
              disabled={!editable}
              autoComplete="off"
            />
          </div>
        </Section>
        <Section
          title="Rules"
          description="Dates are days in the workspace's time zone. Upper and lower case make no difference."
          footer={
            editable ? (
              <SubmitButton pending={create.isPending || update.isPending}>Save segment</SubmitButton>
            ) : undefined
          }
        >
          <fieldset disabled={!editable}>
            <legend className="sr-only">Rules</legend>
            <RuleGroup group={rules} depth={1} vocabulary={vocabulary} onChange={change} />
            {rules.rules.length === 0 && (
              <p className="mt-3 text-muted">Without a rule, the segment is everybody.</p>
            )}
          </fieldset>
          {problem && !problem.fields.name && (
            <div className="mt-4">
              <FormError>{problem.message}</FormError>
            </div>
          )}
        </Section>
      </div>
      <Section title="Whom it fits">
        <LiveCount rules={rules} />
      </Section>
    </form>
  );
}
