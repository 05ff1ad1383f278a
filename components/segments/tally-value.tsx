"use client";
import { Input } from "#components/ui/input";
import type { DraftTally } from "./rule-draft.tsx";
import type { Vocabulary } from "./rule-fields.tsx";
import { WhichMessages } from "./which-messages.tsx";

type Props = {
  label: string;
  value: DraftTally;
  vocabulary: Vocabulary;
  onChange: (value: DraftTally) => void;
};

/** How often, of which campaign, and since when. */
export function TallyValue({ label, value, vocabulary, onChange }: Props) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Input
        aria-label={label}
        inputMode="numeric"
        className="w-20"
        value={value.count}
        onChange={({ target }) => onChange({ ...value, count: target.value })}
      />
      <WhichMessages value={value} campaigns={vocabulary.campaigns} onChange={onChange} />
    </div>
  );
}
