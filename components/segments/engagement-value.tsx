"use client";
import { useId } from "react";
import { Combobox } from "#components/ui/combobox";
import { Input } from "#components/ui/input";
import type { Engagement } from "#server/segments/schema";
import type { Vocabulary } from "./rule-fields.tsx";

type Props = {
  value: Engagement;
  campaigns: Vocabulary["campaigns"];
  onChange: (value: Engagement | undefined) => void;
};

/** Of which campaign, and how long ago at most; neither = any mail, ever. */
export function EngagementValue({ value, campaigns, onChange }: Props) {
  const daysId = useId();
  const { campaignId, stepId, days } = value;
  const set = (next: Engagement) => onChange(Object.keys(next).length > 0 ? next : undefined);
  const known = campaigns.map(({ id, name }) => ({ value: id, label: name }));
  const options = [
    { value: "", label: "Of any campaign" },
    ...(campaignId && !campaigns.some(({ id }) => id === campaignId)
      ? [{ value: campaignId, label: "A campaign that is gone" }]
      : []),
    ...(stepId && !campaignId ? [{ value: "step", label: "One email of a campaign" }] : []),
    ...known,
  ];
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="min-w-44 flex-1">
        <Combobox
          aria-label="Of which campaign"
          value={campaignId ?? (stepId ? "step" : "")}
          options={options}
          onChange={(chosen) => {
            if (chosen === "step") return;
            set({ ...(chosen ? { campaignId: chosen } : {}), ...(days === undefined ? {} : { days }) });
          }}
        />
      </span>
      <label htmlFor={daysId} className="text-muted">
        in the last
      </label>
      <Input
        id={daysId}
        type="number"
        min={1}
        max={3650}
        step={1}
        placeholder="any"
        className="w-20"
        value={days ?? ""}
        onChange={({ target }) => {
          const { days: _, ...rest } = value;
          set(target.value === "" ? rest : { ...rest, days: Number(target.value) });
        }}
      />
      <span className="text-muted">days</span>
    </div>
  );
}
