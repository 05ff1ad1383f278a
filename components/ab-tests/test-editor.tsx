"use client";
import { FlaskConical, Trash2 } from "lucide-react";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import type { Campaign } from "#components/campaigns/use-campaign-edits";
import { type EmailTest, newTest, testDimensions, testFallbacks, testMetrics } from "#server/ab-tests/schema";
import type { StepContent } from "#server/campaigns/schema";
import { SampleFields } from "./sample-fields.tsx";
import { dimensionNames, durations, durationWords, fallbackNames, metricNames } from "./test-words.tsx";
import { VariantEditor } from "./variant-editor.tsx";

export type EmailContent = Extract<StepContent, { type: "email" }>;
type Props = {
  content: EmailContent;
  onChange: (content: EmailContent) => void;
  campaign: Campaign;
  disabled: boolean;
};

/** What of an email is tried out, on whom, for how long, and what happens then. */
export function TestEditor({ content, onChange, campaign, disabled }: Props) {
  const { test } = content;
  if (!test)
    return (
      <EmptyState
        icon={FlaskConical}
        title="This email is not tested"
        action={
          !disabled && <Button onClick={() => onChange({ ...content, test: newTest() })}>Add a test</Button>
        }
      >
        Two to five variants go to a part of the people first. Whichever does best goes to everybody else.
      </EmptyState>
    );
  const change = (changes: Partial<EmailTest>) => onChange({ ...content, test: { ...test, ...changes } });
  return (
    <fieldset disabled={disabled} className="min-w-0 space-y-5">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Field name="dimension" label="What differs" className="w-full sm:w-64">
          {(control) => (
            <Select
              {...control}
              value={test.dimension}
              onChange={({ target }) =>
                change({ dimension: testDimensions.find((each) => each === target.value) ?? "subject" })
              }
            >
              {testDimensions.map((each) => (
                <option key={each} value={each}>
                  {dimensionNames[each]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {!disabled && (
          <Button variant="ghost" onClick={() => onChange({ ...content, test: null })}>
            <Trash2 /> Remove the test
          </Button>
        )}
      </div>
      <VariantEditor
        content={content}
        test={test}
        onChange={change}
        settings={campaign.settings}
        disabled={disabled}
      />
      <SampleFields test={test} onChange={change} campaign={campaign} />
      <Verdict test={test} onChange={change} />
    </fieldset>
  );
}

function Verdict({ test, onChange }: { test: EmailTest; onChange: (changes: Partial<EmailTest>) => void }) {
  const choices = durations.some((each) => each === test.durationMinutes)
    ? durations
    : [...durations, test.durationMinutes].sort((a, b) => a - b);
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      <Field
        name="metric"
        label="The best has the most"
        hint="People are counted once; machines do not count."
      >
        {(control) => (
          <Select
            {...control}
            value={test.metric}
            onChange={({ target }) =>
              onChange({ metric: testMetrics.find((each) => each === target.value) ?? "open_rate" })
            }
          >
            {testMetrics.map((each) => (
              <option key={each} value={each}>
                {metricNames[each]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field
        name="durationMinutes"
        label="Decided after"
        hint="Counted from the sample’s last email; as long again, once, when it is too close to call."
      >
        {(control) => (
          <Select
            {...control}
            value={test.durationMinutes}
            onChange={({ target }) => onChange({ durationMinutes: Number(target.value) })}
          >
            {choices.map((each) => (
              <option key={each} value={each}>
                {durationWords(each)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field name="fallback" label="Still too close to call" hint="You can pick one by hand at any time.">
        {(control) => (
          <Select
            {...control}
            value={test.fallback}
            onChange={({ target }) =>
              onChange({ fallback: testFallbacks.find((each) => each === target.value) ?? "control" })
            }
          >
            {testFallbacks.map((each) => (
              <option key={each} value={each}>
                {fallbackNames[each]}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  );
}
