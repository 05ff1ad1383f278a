"use client";
import { type FormEvent, type ReactNode, useState } from "react";
import { readDraft, toDraft } from "#components/segments/rule-draft";
import type { Vocabulary } from "#components/segments/rule-fields";
import { RuleGroup } from "#components/segments/rule-group";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { Select } from "#components/ui/select";
import { type ScoreCategory, type ScoreRule, scoringRules } from "#server/scoring/schema";
import { everyone } from "#server/segments/schema";
import { EventFields, readEvent } from "./event-fields.tsx";
import { categoryLabels } from "./rule-words.tsx";

type Props = {
  category: ScoreCategory;
  rule?: ScoreRule;
  vocabulary: Vocabulary;
  trigger: ReactNode;
  onSave: (rule: ScoreRule) => void;
};

/** One rule of the score. It is kept with the others, and takes effect when they are saved. */
export function ScoreRuleDialog({ category, rule, trigger, ...rest }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent title={rule ? "Edit rule" : `New rule: ${categoryLabels[category].title}`} size="lg">
        <RuleForm category={category} {...rest} {...(rule && { rule })} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

type FormProps = Omit<Props, "trigger"> & { onDone: () => void };

function RuleForm({ category, rule, vocabulary, onSave, onDone }: FormProps) {
  const [kind, setKind] = useState<ScoreRule["kind"]>(rule?.kind ?? (category === "fit" ? "match" : "event"));
  const [zero, setZero] = useState(rule?.points === "zero");
  const [draft, setDraft] = useState(() => toDraft(rule?.kind === "match" ? rule.rules : everyone));
  const [problem, setProblem] = useState<string | null>(null);
  const { tree, problems } = readDraft(draft, vocabulary);
  const [named, setNamed] = useState(false);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    // A dialog of the page's own form must not send that form.
    event.stopPropagation();
    const form = new FormData(event.currentTarget);
    const given = form.get("points");
    const points = kind === "match" && zero ? "zero" : given === "" ? undefined : Number(given);
    const common = { name: form.get("name"), category, points };
    const next =
      kind === "match" ? { ...common, kind, rules: tree } : { ...common, kind, ...readEvent(form) };
    setNamed(true);
    if (kind === "match" && problems.size > 0)
      return setProblem("Finish the rules marked in red, or remove them.");
    const parsed = scoringRules.shape.rules.safeParse([next]);
    if (!parsed.success) return setProblem(parsed.error.issues[0]?.message ?? "This rule is not finished.");
    const [read] = parsed.data;
    if (read) onSave(read);
    onDone();
  }

  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name="name"
          label="Name"
          defaultValue={rule?.name}
          maxLength={80}
          autoComplete="off"
          autoFocus={!rule}
        />
        <Field name="kind" label="Points for">
          {(control) => (
            <Select
              {...control}
              value={kind}
              onChange={({ target }) => setKind(target.value === "match" ? "match" : "event")}
            >
              <option value="event">What they do</option>
              <option value="match">Who they are</option>
            </Select>
          )}
        </Field>
      </div>
      {kind === "event" ? (
        <EventFields {...(rule?.kind === "event" && { rule })} />
      ) : (
        <RuleGroup
          group={draft}
          depth={1}
          vocabulary={vocabulary}
          problems={named ? problems : new Map()}
          onChange={setDraft}
        />
      )}
      <div className="flex flex-wrap items-end gap-4">
        {!(kind === "match" && zero) && (
          <Field
            name="points"
            label="Points"
            type="number"
            min={-100}
            max={100}
            defaultValue={typeof rule?.points === "number" ? rule.points : ""}
            className="w-32"
          />
        )}
        {kind === "match" && category === "penalty" && (
          <label className="flex h-8 items-center gap-2">
            <input type="checkbox" checked={zero} onChange={({ target }) => setZero(target.checked)} />
            The whole score is 0
          </label>
        )}
      </div>
      <FormError>{problem}</FormError>
      <DialogFooter>
        <DialogClose asChild>
          <Button>Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="primary">
          {rule ? "Keep" : "Add"}
        </Button>
      </DialogFooter>
    </form>
  );
}
