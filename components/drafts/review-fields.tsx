"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { Textarea } from "#components/ui/textarea";
import type { DraftReview } from "#server/campaigns/schema";

type Props = { review: DraftReview | null; onChange: (review: DraftReview | null) => void };

const usual: DraftReview = { days: 14, otherwise: "skip", instructions: "", unreviewed: false };

/** What an AI provider is told, where there is one, and whether what it writes is looked at. */
function Instructions({
  review,
  onChange,
}: {
  review: DraftReview;
  onChange: (review: DraftReview) => void;
}) {
  const trpc = useTRPC();
  const { data: writer } = useQuery(trpc.drafts.writer.queryOptions());
  const { instructions, unreviewed } = review;
  if (writer === undefined || (writer.keyOf === null && instructions === "")) return null;
  const unread = unreviewed && writer.mayLeaveUnread;
  return (
    <>
      <Field
        name="reviewInstructions"
        label="Written by AI, with these instructions"
        aside="Optional"
        className="sm:col-span-2"
        hint={
          writer.keyOf === null
            ? "No AI provider is set up: drafts have the text of the step."
            : `${writer.name} writes each draft with the text of the step as its model, and what you know of the contact.${unread ? "" : " Nothing leaves unread."}`
        }
      >
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            maxLength={4_000}
            defaultValue={instructions}
            placeholder="Mention their industry in the first sentence. Three short paragraphs."
            onChange={({ target }) => onChange({ ...review, instructions: target.value })}
          />
        )}
      </Field>
      {instructions.trim() !== "" && (
        <Checkbox
          className="sm:col-span-2"
          label="Send what AI has written without a review"
          hint={
            writer.mayLeaveUnread
              ? "Each email leaves as soon as it is written. What the provider cannot write waits for a review."
              : "Your organization wants every email reviewed. An owner or admin can allow this in the organization’s settings."
          }
          checked={unread}
          disabled={!writer.mayLeaveUnread}
          onChange={({ target }) => onChange({ ...review, unreviewed: target.checked })}
        />
      )}
    </>
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
          <Instructions review={review} onChange={onChange} />
        </div>
      )}
    </div>
  );
}
