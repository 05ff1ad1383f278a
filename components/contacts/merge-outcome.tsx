import type { ReactNode } from "react";
import { Section } from "#components/ui/section";
import type { MergePreview } from "./merge-form.tsx";

/** What comes over from the contact that goes. */
export function MergeOutcome({ preview }: { preview: MergePreview }) {
  const { other, tags, lists, campaigns, conflicts } = preview;
  const lines: ReactNode[] = [
    ...(tags.length > 0 ? [<>Tags: {tags.join(", ")}</>] : []),
    ...(lists.length > 0 ? [<>Lists: {lists.join(", ")}</>] : []),
    ...(campaigns.length > 0 ? [<>Its place in {campaigns.join(", ")}</>] : []),
    ...conflicts.map(({ campaign, further }) => (
      <>
        Both are in {campaign}.{" "}
        {further === "keep"
          ? "The one that stays has come further, and goes on; the other one leaves it."
          : "The one that is merged into it has come further: its place is kept, the other one is left."}
      </>
    )),
    <>
      Its mails, answers, notes, tasks, consent records and what it did. Consent itself belongs to the address
      that stays.
    </>,
  ];
  return (
    <Section
      title={
        <>
          What comes from <span className="[overflow-wrap:anywhere]">{other.email}</span>
        </>
      }
    >
      <ul className="list-disc space-y-1 pl-5">
        {lines.map((line, index) => (
          <li key={index}>{line}</li>
        ))}
      </ul>
    </Section>
  );
}
