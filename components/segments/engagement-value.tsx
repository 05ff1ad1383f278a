"use client";
import { Input } from "#components/ui/input";
import type { Engagement } from "#server/segments/schema";
import type { Vocabulary } from "./rule-fields.tsx";
import { WhichMessages } from "./which-messages.tsx";

type Props = {
  value: Engagement;
  vocabulary: Vocabulary;
  /** Of clicks: a part of the address may be asked for. */
  withAddress: boolean;
  onChange: (value: Engagement | undefined) => void;
};

/** Which messages, and of clicks, which links. */
export function EngagementValue({ value, vocabulary, withAddress, onChange }: Props) {
  const set = (next: Engagement) => onChange(Object.keys(next).length > 0 ? next : undefined);
  return (
    <div className="flex flex-wrap items-center gap-2">
      {withAddress && (
        <Input
          aria-label="The address contains"
          placeholder="Any link, or part of its address"
          autoComplete="off"
          className="min-w-52 flex-[1_1_100%]"
          value={value.urlContains ?? ""}
          onChange={({ target }) => {
            const { urlContains: _, ...rest } = value;
            set(target.value === "" ? rest : { ...rest, urlContains: target.value });
          }}
        />
      )}
      <WhichMessages value={value} campaigns={vocabulary.campaigns} step={vocabulary.step} onChange={set} />
    </div>
  );
}
