import { Button } from "#components/ui/button";
import { Select } from "#components/ui/select";
import { measures, type MessagesInput } from "#server/analytics/schema";
import type { Campaign } from "../campaigns/use-campaign-edits.tsx";
import { measureWords } from "./measure-words.tsx";

type Props = { view: MessagesInput; steps: Campaign["steps"] };

/** The URL is the state: a plain GET form, which also works before the script has loaded. */
export function MessageFilter({ view, steps }: Props) {
  return (
    <form
      key={JSON.stringify(view)}
      method="get"
      role="search"
      aria-label="Messages"
      className="mb-3 flex flex-wrap gap-2"
    >
      <Select name="is" defaultValue={view.is} aria-label="What became of them" className="w-56">
        {measures.map((each) => (
          <option key={each} value={each}>
            {measureWords[each].label}
          </option>
        ))}
      </Select>
      <Select name="stepId" defaultValue={view.stepId ?? ""} aria-label="Email" className="w-64">
        <option value="">Any email</option>
        {steps
          .filter(({ type }) => type === "email")
          .map((step) => (
            <option key={step.id} value={step.id}>
              {step.number}. {step.headline}
            </option>
          ))}
      </Select>
      {view.variantId && <input type="hidden" name="variantId" value={view.variantId} />}
      {view.goalId && <input type="hidden" name="goalId" value={view.goalId} />}
      <Button type="submit">Show</Button>
    </form>
  );
}
