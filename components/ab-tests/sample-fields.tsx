"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import type { Campaign } from "#components/campaigns/use-campaign-edits";
import { deliveredMin, detectableShare, type EmailTest, sampleSizeOf } from "#server/ab-tests/schema";
import { metricNames, share, usualRates } from "./test-words.tsx";

type Props = { test: EmailTest; onChange: (changes: Partial<EmailTest>) => void; campaign: Campaign };

/** How many are tested on, and what that can tell. */
export function SampleFields({ test, onChange, campaign }: Props) {
  const trpc = useTRPC();
  const people = useQuery({
    ...trpc.campaigns.countAudience.queryOptions({ audience: campaign.audience }),
    enabled: !campaign.goesOn,
  });
  // Who is not to be disturbed for now is drawn like anybody else.
  const count = (people.data?.count ?? 0) + (people.data?.undisturbed?.people ?? 0);
  const asked = Math.round((count * test.samplePercent) / 100);
  const size = campaign.goesOn ? test.sampleContacts : sampleSizeOf(test, count);
  return (
    <div className="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]">
      {campaign.goesOn ? (
        <Field
          name="sampleContacts"
          label="Test on the first"
          type="number"
          min={2}
          value={test.sampleContacts || ""}
          hint="Contacts who come to this email. Whoever comes later waits for the winner."
          onChange={({ target }) => onChange({ sampleContacts: target.valueAsNumber || 0 })}
        />
      ) : (
        <Field
          name="samplePercent"
          label="Test on"
          type="number"
          min={1}
          max={100}
          value={test.samplePercent || ""}
          hint="Percent of the audience. The others wait for the winner."
          onChange={({ target }) => onChange({ samplePercent: target.valueAsNumber || 0 })}
        />
      )}
      {(campaign.goesOn || count > 0) && (
        <Reach
          test={test}
          size={size}
          raised={!campaign.goesOn && size > asked && size > test.variants.length}
          suggested={campaign.goesOn || usual(count) === test.samplePercent ? null : usual(count)}
          onSuggested={(samplePercent) => onChange({ samplePercent })}
        />
      )}
    </div>
  );
}

/** The smaller the audience, the more of it has to be asked. */
const usual = (count: number): number => (count < 1_000 ? 50 : count < 5_000 ? 30 : count < 20_000 ? 20 : 10);

type ReachProps = {
  test: EmailTest;
  size: number;
  /** More than the share that was asked for. */
  raised: boolean;
  suggested: number | null;
  onSuggested: (percent: number) => void;
};

function Reach({ test, size, raised, suggested, onSuggested }: ReachProps) {
  const weights = test.variants.map(({ weight }) => Number(weight) || 0);
  const total = Math.max(
    1,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  const each = Math.floor((size * Math.min(...weights)) / total);
  const base = usualRates[test.metric];
  const seen = detectableShare(base, each, test.variants.length - 1);
  const enough = each >= deliveredMin && seen !== null;
  return (
    <Callout
      kind={enough ? "info" : "warning"}
      title={`${size.toLocaleString("en")} contacts, ${each.toLocaleString("en")} for ${new Set(weights).size > 1 ? "the smallest variant" : "each variant"}`}
      action={
        suggested !== null && (
          <Button size="sm" onClick={() => onSuggested(suggested)}>
            Use {suggested} %
          </Button>
        )
      }
    >
      {raised && `More than ${test.samplePercent} %, so that every variant has its ${deliveredMin}. `}
      {enough
        ? `Where ${share(base, 0)} are usual for ${metricNames[test.metric].toLowerCase()}, a variant that reaches ${share(seen)} will be found to be better, four times in five: a lift of ${((seen - base) * 100).toFixed(1)} points.`
        : `With fewer than ${deliveredMin} for a variant nothing can be told for sure. Test on more people, or on fewer variants.`}
    </Callout>
  );
}
