"use client";
import { Combobox } from "#components/ui/combobox";
import type { Vocabulary } from "./rule-fields.tsx";
import { useNames } from "./use-names.tsx";
import { WithinDays } from "./within-days.tsx";

type Which = { campaignId?: string; stepId?: string; days?: number };
type Props<T extends Which> = {
  value: T;
  campaigns: Vocabulary["campaigns"];
  /** Where a campaign's own step asks: its emails are meant unless another campaign is named. */
  step?: Vocabulary["step"];
  onChange: (value: T) => void;
};

/** Of which campaign or email, and how long ago at most; neither = any mail, ever, and of a step the email before it. */
export function WhichMessages<T extends Which>({ value, campaigns, step, onChange }: Props<T>) {
  const { campaignId, stepId } = value;
  const ofStep = step?.emails.some(({ id }) => id === stepId) ?? false;
  const named = campaignId && campaignId !== step?.campaignId ? campaignId : "";
  const names = useNames({
    kind: "campaign",
    held: campaigns.map(({ id, name }) => ({ value: id, label: name })),
    chosen: [named],
  });
  const chosenName = named && names.labelOf(named);
  const options = [
    { value: "", label: step ? "The previous email" : "Of any campaign" },
    ...(step?.emails ?? []).map(({ id, label }) => ({ value: id, label })),
    ...(step ? [{ value: step.campaignId, label: "Any email of this campaign" }] : []),
    ...(named && !names.options.some(({ value: id }) => id === named)
      ? [{ value: named, label: chosenName ?? "A campaign that is gone" }]
      : []),
    ...(stepId && !campaignId && !ofStep
      ? [{ value: "step", label: step ? "An email that is gone" : "One email of a campaign" }]
      : []),
    ...names.options.filter(({ value: id }) => id !== step?.campaignId),
  ];
  function choose(chosen: string) {
    if (chosen === "step") return;
    const { campaignId: _, stepId: __, ...rest } = value;
    const meant = step?.emails.some(({ id }) => id === chosen) ? { stepId: chosen } : { campaignId: chosen };
    onChange((chosen ? { ...rest, ...meant } : rest) as T);
  }
  function limit(days: number | undefined) {
    const { days: _, ...rest } = value;
    onChange((days === undefined ? rest : { ...rest, days }) as T);
  }
  return (
    <>
      <span className="min-w-44 flex-1">
        <Combobox
          aria-label={step ? "Of which email" : "Of which campaign"}
          value={campaignId ?? (ofStep ? (stepId ?? "") : stepId ? "step" : "")}
          options={options}
          {...names.search}
          onChange={choose}
        />
      </span>
      <WithinDays days={value.days} onChange={limit} />
    </>
  );
}
