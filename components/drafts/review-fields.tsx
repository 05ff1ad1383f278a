"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { Textarea } from "#components/ui/textarea";
import type { DraftReview } from "#server/campaigns/schema";

type Props = { review: DraftReview | null; onChange: (review: DraftReview | null) => void };

const usual: DraftReview = { days: 14, otherwise: "skip", instructions: "" };

/** What an AI provider is told, where there is one. */
function Instructions({
  instructions,
  onChange,
}: {
  instructions: string;
  onChange: (instructions: string) => void;
}) {
  const trpc = useTRPC();
  const { data: writer } = useQuery(trpc.drafts.writer.queryOptions());
  if (writer === undefined || (writer === null && instructions === "")) return null;
  return (
    <Field
      name="reviewInstructions"
      label="Written by AI, with these instructions"
      aside="Optional"
      className="sm:col-span-2"
      hint={
        writer === null
          ? "No AI provider is set up on this installation: drafts have the text of the step."
          : `${writer} writes each draft with the text of the step as its model, and what you know of the contact. Nothing leaves unread.`
      }
    >
      {(control) => (
        <Textarea
          {...control}
          rows={3}
          maxLength={4_000}
          defaultValue={instructions}
          placeholder="Mention their industry in the first sentence. Three short paragraphs."
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** Whether somebody looks at each email of a step before it leaves, and what happens when nobody approves it. */
export function ReviewFields({ review, onChange }: Props) {
  return (
    <div className="space-y-3">
      <Checkbox
        label="Review each email before it goes"
        hint="Everybody who comes here gets a draft of their own, on the page Drafts. It leaves when somebody has approved it."
        checked={review !== null}
        onChange={({ target }) => onChange(target.checked ? usual : null)}
      />
      {review && (
        <div className="grid gap-3 pl-6 sm:grid-cols-2">
          <Field
            name="reviewDays"
            type="number"
            label="Days a draft waits"
            min={1}
            max={90}
            defaultValue={review.days}
            onChange={({ target }) => onChange({ ...review, days: target.valueAsNumber })}
          />
          <Field name="reviewOtherwise" label="Without an approval, the contact">
            {(control) => (
              <Select
                {...control}
                value={review.otherwise}
                onChange={({ target }) =>
                  onChange({ ...review, otherwise: target.value === "exit" ? "exit" : "skip" })
                }
              >
                <option value="skip">goes on without this email</option>
                <option value="exit">leaves the campaign</option>
              </Select>
            )}
          </Field>
          <Instructions
            instructions={review.instructions}
            onChange={(instructions) => onChange({ ...review, instructions })}
          />
        </div>
      )}
    </div>
  );
}
